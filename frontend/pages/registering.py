"""Enregistrer: one form per kind."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
