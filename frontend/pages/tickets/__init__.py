"""The demande: its deadline explained, its journal, its one-step actions."""

from django.urls import path, register_converter

from frontend.pages.tickets.acting import act
from frontend.pages.tickets.offers import ActConverter
from frontend.pages.tickets.reading import show

register_converter(ActConverter, "act")

urlpatterns = [
    path("demandes/<str:reference>/", show, name="ticket"),
    path("demandes/<str:reference>/<act:name>/", act, name="ticket-act"),
]
