"""Calendar and rules, for the référent."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
