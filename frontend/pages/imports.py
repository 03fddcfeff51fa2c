"""Importing a register: file, columns, rehearsal, progress, report."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
