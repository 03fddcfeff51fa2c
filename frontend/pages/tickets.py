"""The demande: its deadline explained, its journal, its one-step actions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
