"""The demande: its deadline explained, its journal, its files, its one-step actions."""

from django.urls import path, register_converter

from frontend.pages.tickets.acting import act
from frontend.pages.tickets.attaching import attach, download, withdraw
from frontend.pages.tickets.following import parts, presence
from frontend.pages.tickets.offers import ActConverter
from frontend.pages.tickets.reading import show
from frontend.pages.tickets.texts import download_text, write_text

register_converter(ActConverter, "act")

urlpatterns = [
    path("demandes/<str:reference>/", show, name="ticket"),
    path("demandes/<str:reference>/direct/", parts, name="ticket-live"),
    path("demandes/<str:reference>/presence/", presence, name="ticket-presence"),
    path("demandes/<str:reference>/pieces/", attach, name="ticket-attach"),
    path("demandes/<str:reference>/pieces/<uuid:key>/", download, name="attachment"),
    path("demandes/<str:reference>/pieces/<uuid:key>/retirer/", withdraw, name="attachment-withdraw"),
    path("demandes/<str:reference>/texte/", write_text, name="ticket-text"),
    path("demandes/<str:reference>/texte/odt/", download_text, name="ticket-text-odt"),
    path("demandes/<str:reference>/<act:name>/", act, name="ticket-act"),
]
