"""Arrivées: the mailroom's batch, and what was sent back."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
