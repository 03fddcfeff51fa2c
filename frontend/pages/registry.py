"""Registre: every demande one may see, filtered, searched, exported."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
