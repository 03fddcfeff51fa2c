"""The demandes: lists, one of them, creating, acting, the journal."""

import re
from typing import Any, Final

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from tracker import idempotency, kept, paging, senders, writers
from tracker.api.acts import ACTS, Act, ActSerializer, MergeSerializer
from tracker.api.base import ApiView, checked
from tracker.api.errors import Conflict
from tracker.api.fields import PersonSerializer
from tracker.api.registration import RegisterSerializer
from tracker.api.schema import filter_parameters, query, reading, writing
from tracker.api.serializers import EventSerializer, TicketDetailSerializer, TicketSerializer
from tracker.commands import Undo
from tracker.desks import desk_of
from tracker.errors import NotAllowed, StaleVersion
from tracker.explaining import explain
from tracker.filters import TicketFilter
from tracker.models import Event, Ticket
from tracker.permissions import abilities
from tracker.reading import band_of, context_of, fetch, fetch_to_undo, refusal, undo_refusal
from tracker.registry import READERS, orders_for
from tracker.teams import people_of
from tracker.text import clean_text
from tracker.writers import STREAM

TAG: Final = "Demandes"
LONGEST_PAGE: Final = 100
ORDER_CODES: Final = sorted(orders_for("text"))
KEY: Final = "Idempotency-Key"
KEY_PARAMETER: Final = OpenApiParameter(
    KEY,
    {"type": "string", "pattern": "^[!-~]{1,100}$"},
    OpenApiParameter.HEADER,
    description="Une clé de votre choix : redemandé dans les 24 heures, le même envoi n’a lieu qu’une fois.",
)
KEY_FORM: Final = re.compile(r"[!-~]{1,100}")


class PageSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="L’adresse de la page suivante.")
    previous = serializers.CharField(allow_null=True)
    results = TicketSerializer(many=True)


class JournalSerializer(serializers.Serializer[Any]):
    results = EventSerializer(many=True)


class PeopleSerializer(serializers.Serializer[Any]):
    results = PersonSerializer(many=True)


class ListQuery(serializers.Serializer[Any]):
    """How a list is read, beside its filters."""

    order = serializers.ChoiceField(choices=ORDER_CODES, default="received")
    cursor = serializers.CharField(required=False, max_length=500)
    page_size = serializers.IntegerField(default=paging.PAGE_SIZE, min_value=1, max_value=LONGEST_PAGE)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        order = orders_for(clean_text(self.initial_data.get("text", ""))).get(data["order"])
        if order is None:
            raise serializers.ValidationError(
                {"order": ["La pertinence est l’ordre d’une recherche : ajoutez « text »."]}
            )
        if "cursor" in data and paging.decode(data["cursor"], order, Ticket) is None:
            raise serializers.ValidationError({"cursor": ["Ce curseur n’est pas de cette liste dans cet ordre."]})
        return data | {"order": order}


class TicketsView(ApiView):
    @property
    def parameters(self) -> frozenset[str]:  # type: ignore[override]  # by method: creating takes none
        if self.request.method not in ("GET", "HEAD"):
            return frozenset()
        return frozenset(TicketFilter.base_filters) | frozenset(ListQuery().fields)

    @reading(
        "list_tickets",
        PageSerializer,
        "Lister les demandes, comme le Registre",
        tag=TAG,
        missing=True,
        parameters=[
            query(
                "order",
                OpenApiTypes.STR,
                "L’ordre de la liste ; « relevance » (pertinence) avec « text » seulement.",
                enum=ORDER_CODES,
                default="received",
            ),
            query("cursor", OpenApiTypes.STR, "Où reprendre : suivez « next » et « previous » sans le lire."),
            query("page_size", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE}, "Demandes par page."),
            *filter_parameters(),
        ],
    )
    def get(self, request: Request) -> Response:
        if not self.person.scope.has(*READERS):
            raise Http404
        asked = checked(ListQuery(data={name: request.query_params[name] for name in request.query_params}))
        filters = TicketFilter(request.query_params, request=request)
        if not filters.is_valid():
            raise serializers.ValidationError(filters.errors)
        order = asked["order"]
        rows = [part.for_lists().defer("body", "sender_contact") for part in filters.in_order(order)]
        page = paging.page(rows, order, asked.get("cursor", ""), asked["page_size"])
        shown = TicketSerializer(page.rows, many=True, context={"user": self.person}).data
        return Response({"next": self.link(page.next), "previous": self.link(page.previous), "results": shown})

    def link(self, cursor: str) -> str | None:
        if not cursor:
            return None
        params = self.request.query_params.copy()
        params["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")

    @writing(
        "create_ticket",
        RegisterSerializer,
        {
            201: TicketDetailSerializer,
            200: OpenApiResponse(TicketDetailSerializer, description="Déjà créée sous cette clé : la même demande."),
        },
        "Enregistrer une demande",
        tag=TAG,
        parameters=[KEY_PARAMETER],
    )
    @kept.looking_once()
    def post(self, request: Request) -> Response:
        desk = desk_of(self.person)
        if desk is None:
            raise Http404
        serializer = RegisterSerializer(data=request.data, context={"desk": desk, "prefecture_id": desk.prefecture.pk})
        checked(serializer)
        acts, key = serializer.acts(), key_of(request)
        if key is None:
            made = idempotency.Created(writers.register(desk.prefecture, acts, self.author), replayed=False)
        else:
            made = idempotency.register_once(desk.prefecture, acts, self.author, self.person, key, request.data)
        if not made.replayed:
            senders.remember([made.ticket])
        code = status.HTTP_200_OK if made.replayed else status.HTTP_201_CREATED
        return Response(receipt(self, made.ticket), status=code, headers={"Location": f"{request.path}{made.ticket}/"})


def key_of(request: Request) -> str | None:
    key = request.headers.get(KEY)
    if key is not None and not KEY_FORM.fullmatch(key):
        raise serializers.ValidationError({KEY: ["De 1 à 100 caractères ASCII imprimables, sans espace."]})
    return key


def receipt(view: ApiView, made: Ticket) -> dict[str, Any]:
    """The demande as its author may see it afterwards: an agent who registers for another bureau no longer reads it."""
    ticket = Ticket.objects.for_lists().get(pk=made.pk)
    return shown(view, ticket)


def shown(view: ApiView, ticket: Ticket) -> dict[str, Any]:
    context = context_of(ticket, view.author)
    actions = [act.name for act in ACTS if may(act, ticket, context)]
    readable = "read" in context.abilities
    serializer = TicketDetailSerializer(
        ticket,
        context={
            "user": view.person,
            "abilities": context.abilities,
            "deadlines": explain(context.facts, context.rules, context.calendar_at) if readable else (),
            "legal": band_of(ticket, context) if readable else None,
            "actions": actions,
        },
    )
    return dict(serializer.data)


def may(act: Act, ticket: Ticket, context: Any) -> bool:
    if act.name == "undo":
        return undo_refusal(context) == ""
    if act.name == "assign" and refusal(ticket, "hand_over", context.abilities) is None:
        return True
    return refusal(ticket, act.name, context.abilities) is None


class TicketView(ApiView):
    @reading("retrieve_ticket", TicketDetailSerializer, "Lire une demande et ses échéances", tag=TAG, missing=True)
    def get(self, request: Request, reference: str) -> Response:
        return Response(shown(self, fetch(self.person, reference)))


class JournalView(ApiView):
    @reading("read_journal", JournalSerializer, "Lire le journal d’une demande", tag=TAG, missing=True)
    def get(self, request: Request, reference: str) -> Response:
        ticket = readable(self, reference)
        rows = Event.objects.filter(stream=STREAM, object_id=ticket.pk).select_related("actor")
        events = rows.prefetch_related("texts").order_by("number")
        return Response({"results": EventSerializer(events, many=True).data})


class PeopleView(ApiView):
    @reading("list_colleagues", PeopleSerializer, "Lister les agents à qui la confier", tag=TAG, missing=True)
    def get(self, request: Request, reference: str) -> Response:
        ticket = readable(self, reference)
        if "assign" not in abilities(self.person, ticket):
            raise NotAllowed
        return Response({"results": PersonSerializer(people_of(ticket.office), many=True).data})


def readable(view: ApiView, reference: str) -> Ticket:
    """404 where the demande may not be known, 403 where its content is sealed."""
    ticket = fetch(view.person, reference)
    if "read" not in abilities(view.person, ticket):
        raise NotAllowed
    return ticket


class ActView(ApiView):
    """One act on one demande; the subclasses made by `view_of` say which."""

    act: Act

    @kept.looking_once()
    def post(self, request: Request, reference: str) -> Response:
        is_undo = self.act.command is Undo
        ticket = fetch_to_undo(self.person, reference) if is_undo else fetch(self.person, reference)
        if "read" not in abilities(self.person, ticket) and not (is_undo and self.undoes(ticket)):
            # Before anything is looked at: a version, or a word about what was sent, would tell something.
            raise NotAllowed
        context = {"ticket": ticket, "prefecture_id": ticket.prefecture_id, "user": self.person}
        serializer = self.act.serializer(data=request.data, context=context)
        opened_version = checked(serializer).get("version")
        try:
            self.write(ticket, serializer, opened_version)
        except StaleVersion as refused:
            present = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
            raise Conflict(refused, present) from refused
        return Response(receipt(self, ticket))

    def undoes(self, ticket: Ticket) -> bool:
        return undo_refusal(context_of(ticket, self.author)) == ""

    def write(self, ticket: Ticket, serializer: ActSerializer, opened_version: int | None) -> None:
        if isinstance(serializer, MergeSerializer):
            target: Ticket = serializer.validated_data["into"]
            writers.merge(ticket.pk, target.pk, self.author, opened_version=opened_version)
        else:
            writers.write_one(ticket.pk, serializer.acts(), self.author, opened_version=opened_version)


def view_of(act: Act) -> type[ActView]:
    """The view of one act, with its description."""
    name = "".join(part.title() for part in act.name.split("_"))

    class View(ActView):
        @writing(f"{act.name}_ticket", act.serializer, {200: TicketDetailSerializer}, act.summary, tag="Actes")
        def post(self, request: Request, reference: str) -> Response:
            return super().post(request, reference)

    View.act = act
    View.__name__ = View.__qualname__ = f"{name}View"
    return View
