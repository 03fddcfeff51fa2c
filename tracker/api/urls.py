"""Addresses of the API. Every act of the table has its own."""

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework import exceptions
from rest_framework.request import Request

from tracker.api import attachments, jobs, reference, tickets
from tracker.api.acts import ACTS
from tracker.api.base import ApiView

app_name = "api"


class ReferenceConverter:
    """44-2026-000123."""

    regex = "[0-9A-Za-z]{1,8}-[0-9]{4}-[0-9]{6,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class NumberConverter(ReferenceConverter):
    """A row's number, within what the database counts to."""

    regex = "[0-9]{1,18}"


class SchemaView(SpectacularJSONAPIView):
    throttle_classes = ()


class NowhereView(ApiView):
    """Any other address: 404, as JSON."""

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        raise exceptions.NotFound


register_converter(ReferenceConverter, "reference")
register_converter(NumberConverter, "number")

urlpatterns = [
    path("tickets/", tickets.TicketsView.as_view(), name="tickets"),
    path("tickets/<reference:reference>/", tickets.TicketView.as_view(), name="ticket"),
    path("tickets/<reference:reference>/journal/", tickets.JournalView.as_view(), name="journal"),
    path("tickets/<reference:reference>/colleagues/", tickets.PeopleView.as_view(), name="colleagues"),
    path("tickets/<reference:reference>/attachments/", attachments.AttachmentsView.as_view(), name="attachments"),
    path(
        "tickets/<reference:reference>/attachments/<uuid:key>/",
        attachments.AttachmentView.as_view(),
        name="attachment",
    ),
    path(
        "tickets/<reference:reference>/attachments/<uuid:key>/withdraw/",
        attachments.WithdrawView.as_view(),
        name="withdraw_attachment",
    ),
    *(
        path(f"tickets/<reference:reference>/{act.name}/", tickets.view_of(act).as_view(), name=act.name)
        for act in ACTS
    ),
    path("deadline/", reference.DeadlineView.as_view(), name="deadline"),
    path("calendar/", reference.CalendarView.as_view(), name="calendar"),
    path("organisation/", reference.OrganisationView.as_view(), name="organisation"),
    path("me/", reference.MeView.as_view(), name="me"),
    path("jobs/", jobs.JobsView.as_view(), name="jobs"),
    path("jobs/<number:job_id>/", jobs.JobView.as_view(), name="job"),
    path("schema/", SchemaView.as_view(), name="schema"),
    re_path(".*", NowhereView.as_view(), name="nowhere"),
]
