"""One's own notifications, for programs: read them, mark them read."""

from typing import Any, Final

from django.db.models import Q
from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import inbox
from notifications.kinds import BY_CODE, CONCERNED, KINDS, is_settled
from notifications.models import Notification
from notifications.wording import said
from tracker import clock, paging
from tracker.api.base import ApiView, StrictSerializer, checked
from tracker.api.fields import LARGEST_KEY
from tracker.api.schema import query, reading, writing

TAG: Final = "Notifications"
LONGEST_PAGE: Final = 200
MOST_MARKED: Final = 500


class NotificationSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=[(kind.code, kind.label) for kind in KINDS])
    said = serializers.SerializerMethodField(help_text="En français, sans donnée personnelle.")
    reference = serializers.CharField(source="ticket.reference", help_text="La demande concernée.")
    due_on = serializers.DateField(source="day", allow_null=True, help_text="L’échéance dont il s’agit.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    settled = serializers.SerializerMethodField(help_text="Plus rien à en faire : répondue, donnée à un autre…")

    def get_said(self, row: Notification) -> str:
        return said(row, self.context["today"], row.actor.short_name if row.actor else "")

    def get_settled(self, row: Notification) -> bool:
        return row.ticket is not None and is_settled(row, row.ticket)


class NotificationsSerializer(serializers.Serializer[Any]):
    unread = serializers.IntegerField(help_text="Combien restent à lire, toutes pages confondues.")
    next = serializers.CharField(allow_null=True, help_text="L’adresse de la page suivante.")
    previous = serializers.CharField(allow_null=True)
    results = NotificationSerializer(many=True)


class ListQuery(serializers.Serializer[Any]):
    unread = serializers.BooleanField(default=False)
    cursor = serializers.CharField(required=False, max_length=500)
    page_size = serializers.IntegerField(default=paging.PAGE_SIZE, min_value=1, max_value=LONGEST_PAGE)

    def validate_cursor(self, value: str) -> str:
        if paging.decode(value, inbox.LATEST_FIRST, Notification) is None:
            raise serializers.ValidationError("Ce curseur n’est pas de cette liste.")
        return value


class MarkSerializer(StrictSerializer):
    """Those named, or all up to one."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_KEY), max_length=MOST_MARKED, default=list
    )
    until = serializers.IntegerField(
        min_value=1, max_value=LARGEST_KEY, required=False, help_text="Toutes celles jusqu’à celle-ci, comprise."
    )


class MarkedSerializer(serializers.Serializer[Any]):
    marked = serializers.IntegerField(help_text="Combien viennent d’être marquées comme lues.")
    unread = serializers.IntegerField()


class OwnView(ApiView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.person.scope.has(*CONCERNED):
            raise Http404

    def unread(self) -> int:
        return Notification.objects.of(self.person).unread().count()


class NotificationsView(OwnView):
    parameters = frozenset(ListQuery().fields)

    @reading(
        "list_notifications",
        NotificationsSerializer,
        "Lister vos notifications, non lues d’abord",
        tag=TAG,
        missing=True,
        parameters=[
            query("unread", OpenApiTypes.BOOL, "Seulement celles qui ne sont pas lues."),
            query("cursor", OpenApiTypes.STR, "Où reprendre : suivez « next » et « previous » sans le lire."),
            query("page_size", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE}, "Notifications par page."),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = checked(ListQuery(data={name: request.query_params[name] for name in request.query_params}))
        # Of a kind that this version knows: another one has no words.
        rows = Notification.objects.of(self.person).filter(Q(kind__in=BY_CODE), ticket__isnull=False)
        rows = rows.select_related("ticket", "actor").defer("ticket__body")
        parts = inbox.parts(rows)[: 1 if asked["unread"] else None]
        page = paging.page(parts, inbox.LATEST_FIRST, asked.get("cursor", ""), asked["page_size"])
        context = {"today": clock.today(self.person.time_zone or "Europe/Paris")}
        return Response(
            {
                "unread": self.unread(),
                "next": self.link(page.next),
                "previous": self.link(page.previous),
                "results": NotificationSerializer(page.rows, many=True, context=context).data,
            }
        )

    def link(self, cursor: str) -> str | None:
        if not cursor:
            return None
        params = self.request.query_params.copy()
        params["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")


class MarkView(OwnView):
    @writing("mark_notifications_read", MarkSerializer, {200: MarkedSerializer}, "Marquer comme lues", tag=TAG)
    def post(self, request: Request) -> Response:
        asked = checked(MarkSerializer(data=request.data))
        now = clock.now()
        marked = inbox.mark_read(self.person, asked["ids"], now)
        if "until" in asked:
            marked += inbox.mark_all_read(self.person, asked["until"], now)
        return Response({"marked": marked, "unread": self.unread()})


urlpatterns = [
    path("notifications/", NotificationsView.as_view(), name="notifications"),
    path("notifications/read/", MarkView.as_view(), name="mark_notifications_read"),
]
