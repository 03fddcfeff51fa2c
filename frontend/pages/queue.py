"""Ma file: what an agent has to do, first things first."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
