"""What a program needs to know of the préfecture before it writes: who it is, the codes, the calendar, a deadline."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import ApiView, checked
from tracker.api.schema import query, reading
from tracker.api.serializers import SkippedSerializer
from tracker.calculating import Calculation, calculate, due
from tracker.closures import in_force
from tracker.enums import Machine, Module, Role, TokenScope
from tracker.models import (
    ApiToken,
    Channel,
    Mailbox,
    Membership,
    Nature,
    Office,
    Prefecture,
    Site,
    Theme,
    TicketKind,
)
from tracker.rulebooks import current_calendar
from tracker.workdays import FIRST_DAY, LAST_DAY

TAG: Final = "Préfecture"
LONGEST_DELAY: Final = 250


# --- Who calls ----------------------------------------------------------------------------------------------------


class MembershipSerializer(serializers.Serializer[Membership]):
    role = serializers.ChoiceField(choices=Role.choices)
    prefecture = serializers.CharField(source="prefecture.code")
    site = serializers.CharField(source="site.code", allow_null=True, default=None)
    office = serializers.CharField(source="office.code", allow_null=True, default=None)


class TokenSerializer(serializers.Serializer[ApiToken]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name, not its label
    scope = serializers.ChoiceField(choices=TokenScope.choices)
    expires_on = serializers.DateField()


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    memberships = MembershipSerializer(many=True)
    token = TokenSerializer(allow_null=True, help_text="null : par la session du navigateur.")


class MeView(ApiView):
    @reading("who_am_i", MeSerializer, "Savoir qui appelle", tag=TAG)
    def get(self, request: Request) -> Response:
        user = self.person
        rows = Membership.objects.filter(user=user).select_related("prefecture", "site", "office").order_by("pk")
        token = request.auth if isinstance(request.auth, ApiToken) else None
        shown = {"id": user.pk, "email": user.email, "name": user.full_name, "memberships": rows, "token": token}
        return Response(MeSerializer(shown).data)


# --- The codes ----------------------------------------------------------------------------------------------------


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name, not its label


class SiteSerializer(serializers.Serializer[Site]):
    code = serializers.CharField()
    name = serializers.CharField()
    is_main = serializers.BooleanField()
    time_zone = serializers.CharField()


class OfficeSerializer(serializers.Serializer[Office]):
    code = serializers.CharField()
    name = serializers.CharField()
    site = serializers.CharField(source="site.code")
    parent = serializers.CharField(  # type: ignore[assignment]  # a field's name, not its parent
        source="parent.code", allow_null=True, default=None
    )
    is_sensitive = serializers.BooleanField()


class KindSerializer(serializers.Serializer[TicketKind]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name, not its label
    machine = serializers.ChoiceField(choices=Machine.choices)


class MailboxSerializer(serializers.Serializer[Mailbox]):
    name = serializers.CharField()
    office = serializers.CharField(source="office.code", allow_null=True, default=None)


class NumberedModuleSerializer(serializers.Serializer[Any]):
    number = serializers.ChoiceField(choices=Module.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name, not its label


class PrefectureSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    department = serializers.CharField()
    sites = SiteSerializer(many=True)
    offices = OfficeSerializer(many=True)
    kinds = KindSerializer(many=True)
    themes = CodeSerializer(many=True)
    mailboxes = MailboxSerializer(many=True)


class OrganisationSerializer(serializers.Serializer[Any]):
    prefectures = PrefectureSerializer(many=True)
    channels = CodeSerializer(many=True)
    natures = CodeSerializer(many=True)
    modules = NumberedModuleSerializer(many=True)


class OrganisationView(ApiView):
    @reading("read_organisation", OrganisationSerializer, "Lire les sites, les bureaux et les codes", tag=TAG)
    def get(self, request: Request) -> Response:
        prefectures = Prefecture.objects.filter(pk__in=self.person.scope.prefecture_ids).order_by("code")
        shown = {
            "prefectures": [described(prefecture) for prefecture in prefectures],
            "channels": Channel.objects.all(),
            "natures": Nature.objects.all(),
            "modules": [{"number": module.value, "label": module.label} for module in Module],
        }
        return Response(OrganisationSerializer(shown).data)


def described(prefecture: Prefecture) -> dict[str, Any]:
    return {
        "code": prefecture.code,
        "name": prefecture.name,
        "department": prefecture.department,
        "sites": Site.objects.filter(prefecture=prefecture),
        "offices": Office.objects.filter(prefecture=prefecture, is_active=True).select_related("site", "parent"),
        "kinds": TicketKind.objects.filter(prefecture=prefecture, is_active=True),
        "themes": Theme.objects.filter(prefecture=prefecture, is_active=True),
        "mailboxes": Mailbox.objects.filter(prefecture=prefecture).select_related("office"),
    }


# --- Dates --------------------------------------------------------------------------------------------------------


class ClosedDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name, not its source
    local = serializers.BooleanField(help_text="Fermé par ce site seul.")


class CalendarSerializer(serializers.Serializer[Any]):
    site = serializers.CharField()
    year = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Croît à chaque changement du calendrier.")
    closed_days = ClosedDaySerializer(many=True, help_text="Hors samedis et dimanches.")


class CalendarQuery(serializers.Serializer[Any]):
    site = serializers.CharField(max_length=20)
    year = serializers.IntegerField(min_value=FIRST_DAY.year, max_value=LAST_DAY.year)


class CalendarView(ApiView):
    parameters = frozenset(CalendarQuery().fields)

    @reading(
        "read_calendar",
        CalendarSerializer,
        "Lire les jours fermés d’un site",
        tag=TAG,
        parameters=[
            query("site", OpenApiTypes.STR, "Le site, par code.", required=True),
            query(
                "year",
                {"type": "integer", "minimum": FIRST_DAY.year, "maximum": LAST_DAY.year},
                "L’année.",
                required=True,
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = checked(CalendarQuery(data=request.query_params))
        site = site_named(asked["site"], self.person.scope.prefecture_ids)
        shown = {
            "site": site.code,
            "year": asked["year"],
            "version": current_calendar(site).version,
            "closed_days": closed_days(site, asked["year"]),
        }
        return Response(CalendarSerializer(shown).data)


def site_named(code: str, prefecture_ids: Iterable[int]) -> Site:
    found = Site.objects.filter(code=code, prefecture_id__in=prefecture_ids).order_by("pk").first()
    if found is None:
        raise serializers.ValidationError({"site": ["Ce site n’existe pas dans votre préfecture."]})
    return found


def closed_days(site: Site, year: int) -> list[dict[str, Any]]:
    """Each day that is not worked, once, as the calendar counts it."""
    closed = current_calendar(site).closed
    rows = in_force(site).filter(date__year=year, is_open=False).order_by("date", "site", "pk")
    found: dict[date, dict[str, Any]] = {}
    for row in rows:
        if row.date in closed:
            local = row.site_id is not None
            found.setdefault(
                row.date, {"date": row.date, "name": closed[row.date], "source": row.source, "local": local}
            )
    return [found[day] for day in sorted(found)]


class CalculationSerializer(serializers.Serializer[Any]):
    """As `manage.py due --json`."""

    due_on = serializers.DateField()
    skipped = SkippedSerializer(many=True)
    rule = serializers.CharField()


class DeadlineQuery(serializers.Serializer[Any]):
    received_on = serializers.DateField()
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_DELAY)
    department = serializers.CharField(required=False, max_length=3)
    site = serializers.CharField(required=False, max_length=20)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("department" in data) == ("site" in data):
            raise serializers.ValidationError({"department": ["Donnez un département ou un site, l’un des deux."]})
        return data


class DeadlineView(ApiView):
    parameters = frozenset(DeadlineQuery().fields)

    @reading(
        "calculate_deadline",
        CalculationSerializer,
        "Calculer une échéance",
        tag=TAG,
        parameters=[
            query("received_on", OpenApiTypes.DATE, "Le jour d’arrivée (jour 0).", required=True),
            query(
                "days",
                {"type": "integer", "minimum": 1, "maximum": LONGEST_DELAY},
                "Le délai en jours ouvrés.",
                required=True,
            ),
            query("department", OpenApiTypes.STR, "Le département ou le territoire : la loi seule, comme « due »."),
            query("site", OpenApiTypes.STR, "Ou un site de votre préfecture : avec ses propres jours fermés."),
        ],
    )
    def get(self, request: Request) -> Response:
        return Response(self.found(checked(DeadlineQuery(data=request.query_params))).as_json())

    def found(self, asked: dict[str, Any]) -> Calculation:
        if "department" in asked:
            return due(asked["department"], asked["received_on"].isoformat(), str(asked["days"]))
        site = site_named(asked["site"], self.person.scope.prefecture_ids)
        return calculate(current_calendar(site), asked["received_on"], asked["days"], place=site.name)
