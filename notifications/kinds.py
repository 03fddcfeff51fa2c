"""The one table of what people are told: after which event or when which day passes, who, how, in which words.

Domains know nothing of it: they write their journal. Adding a kind of thing to tell is adding a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from notifications.enums import Horizon, Way
from notifications.models import Notification
from tracker.enums import Role, State
from tracker.models import Ticket
from tracker.permissions import TREATING_ROLES


class Told(Enum):
    """Who is told. The value is how the documentation and the pages say it."""

    HOLDER = "la personne responsable de la demande, à défaut les encadrants du bureau"
    NEW_HOLDER = "la personne à qui la demande est confiée"
    HEADS = "les encadrants du bureau"
    QUALITY = "les référents qualité dont elle relève"
    REGISTRANT = "la personne qui l’a enregistrée"
    MAILROOM = "le service du courrier"


Settled = Callable[[Notification, Ticket], bool]
"""Whether there is nothing left to say of it: the demande, as it now stands, has gone past what was to be told."""


def ended(_told: Notification, ticket: Ticket) -> bool:
    return not ticket.is_open


def with_somebody_else(told: Notification, ticket: Ticket) -> bool:
    # Nobody stands in for nobody: a demande given back to its bureau has no agent either.
    return (
        not ticket.is_open or ticket.assignee_id is None or ticket.assignee_id not in (told.user_id, told.instead_of_id)
    )


def another_date(told: Notification, ticket: Ticket) -> bool:
    return not ticket.is_open or ticket.due_on != told.day


def another_promise(told: Notification, ticket: Ticket) -> bool:
    return ticket.state != State.ON_HOLD or ticket.promised_on != told.day


def dispatched(_told: Notification, ticket: Ticket) -> bool:
    return not ticket.is_open or ticket.office_id is not None


TREATING: Final = frozenset(TREATING_ROLES)
UNHELD: Final = TREATING | {Role.MAILROOM}
"""Of what may wait where no bureau has it: the mailroom is told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that people are told. It follows an event of the journal, or a day that passes: never both.

    `said` is the line of a list; « {day} » and « {by} » stand for the date and for who did it. `counted` says one
    demande, then several. `roles`: of whom it may concern, hence who is offered the choice; `compulsory` ones are not
    refused, only moved.
    """

    code: str
    label: str
    told: tuple[Told, ...]
    way: Way
    said: str
    counted: tuple[str, str]
    settled: Settled
    events: frozenset[str] = frozenset()
    horizons: frozenset[Horizon] = frozenset()
    when: str = ""
    compulsory: bool = False
    roles: frozenset[Role] = TREATING

    @property
    def ways(self) -> tuple[Way, ...]:
        """Between what a person may choose."""
        return tuple(way for way in Way if way != Way.NONE or not self.compulsory)

    def count(self, number: int) -> str:
        """« 1 demande est en retard », « 12 demandes sont en retard »."""
        return f"{number} {self.counted[number > 1]}"


KINDS: Final = (
    Kind(
        code="assigned",
        label="Une demande m’est confiée",
        when="dès qu’elle est affectée, réaffectée ou confiée",
        told=(Told.NEW_HOLDER,),
        way=Way.MAIL,
        said="Confiée à vous{by}",
        counted=("demande vous est confiée", "demandes vous sont confiées"),
        settled=with_somebody_else,
        events=frozenset({"assigned", "reassigned", "handed_over"}),
    ),
    Kind(
        code="due_tomorrow",
        label="Une demande arrive à échéance",
        when="le jour ouvré précédent",
        told=(Told.HOLDER,),
        way=Way.DIGEST,
        said="À traiter au plus tard {day}",
        counted=("demande arrive à échéance", "demandes arrivent à échéance"),
        settled=another_date,
        horizons=frozenset({Horizon.DUE_TOMORROW}),
        roles=UNHELD,
    ),
    Kind(
        code="promise_near",
        label="Une réponse promise approche",
        when="deux jours ouvrés avant la date promise par la réponse d’attente",
        told=(Told.HOLDER,),
        way=Way.DIGEST,
        said="Réponse promise pour le {day}",
        counted=("demande approche de la date promise", "demandes approchent de la date promise"),
        settled=another_promise,
        horizons=frozenset({Horizon.PROMISE_NEAR}),
    ),
    Kind(
        code="overdue",
        label="Une demande est en retard",
        when="une fois l’échéance passée, au premier degré des «\xa0Relances et alertes\xa0»",
        told=(Told.HOLDER,),
        way=Way.DIGEST,
        said="En retard\xa0: l’échéance du {day} est passée",
        counted=("demande est en retard", "demandes sont en retard"),
        settled=another_date,
        horizons=frozenset({Horizon.STEP_AGENT}),
        roles=UNHELD,
    ),
    Kind(
        code="escalated",
        label="Un retard se prolonge",
        when="quand le retard dure, aux degrés suivants\xa0: les encadrants, puis les référents",
        told=(Told.HEADS, Told.QUALITY),
        way=Way.DIGEST,
        said="Toujours en attente\xa0: l’échéance du {day} est passée",
        counted=("demande reste en retard", "demandes restent en retard"),
        settled=another_date,
        horizons=frozenset({Horizon.STEP_SUPERVISOR, Horizon.STEP_QUALITY}),
        compulsory=True,
        roles=frozenset({Role.SUPERVISOR, Role.QUALITY}),
    ),
    Kind(
        code="reminded",
        label="Une demande fait l’objet d’une relance",
        when="dès la relance",
        told=(Told.HOLDER, Told.HEADS),
        way=Way.MAIL,
        said="Relance{by}",
        counted=("demande fait l’objet d’une relance", "demandes font l’objet d’une relance"),
        settled=ended,
        events=frozenset({"reminded"}),
        compulsory=True,
    ),
    Kind(
        code="reopened",
        label="Une demande est rouverte",
        when="dès sa réouverture",
        told=(Told.HOLDER,),
        way=Way.MAIL,
        said="Rouverte{by}",
        counted=("demande est rouverte", "demandes sont rouvertes"),
        settled=ended,
        events=frozenset({"reopened"}),
        roles=UNHELD,
    ),
    Kind(
        code="completed",
        label="La pièce demandée est arrivée",
        when="dès que la pièce est enregistrée",
        told=(Told.HOLDER,),
        way=Way.MAIL,
        said="Pièce reçue{by}\xa0: la demande repart",
        counted=("demande a reçu la pièce attendue", "demandes ont reçu la pièce attendue"),
        settled=ended,
        events=frozenset({"completed"}),
    ),
    Kind(
        code="sent_back",
        label="Une demande revient «\xa0pas pour nous\xa0»",
        when="dès que le bureau la rend",
        told=(Told.REGISTRANT, Told.MAILROOM),
        way=Way.APP,
        said="Rendue «\xa0pas pour nous\xa0»{by}",
        counted=("demande revient «\xa0pas pour nous\xa0»", "demandes reviennent «\xa0pas pour nous\xa0»"),
        settled=dispatched,
        events=frozenset({"sent_back"}),
        roles=frozenset({Role.MAILROOM, Role.QUALITY}),
    ),
)

CONCERNED: Final = frozenset(role for kind in KINDS for role in kind.roles)
"""The roles that are ever told of something: the others have no list."""
BY_CODE: Final = {kind.code: kind for kind in KINDS}
BY_EVENT: Final = {event: kind for kind in KINDS for event in kind.events}
BY_HORIZON: Final = {horizon: kind for kind in KINDS for horizon in kind.horizons}

STEPS: Final = {
    Horizon.STEP_AGENT: "agent_days",
    Horizon.STEP_SUPERVISOR: "supervisor_days",
    Horizon.STEP_QUALITY: "quality_days",
}
"""The rungs of the ladder, from the bottom up, and the column of `Escalation` that sets each."""
TOLD_AT: Final = {Horizon.STEP_SUPERVISOR: (Told.HEADS,), Horizon.STEP_QUALITY: (Told.QUALITY,)}
"""Where a kind has several horizons, who each one concerns."""


def is_settled(told: Notification, ticket: Ticket) -> bool:
    """Whether nothing is left to say of it. A kind that this version no longer knows is never sent again."""
    kind = BY_CODE.get(told.kind)
    return kind is None or kind.settled(told, ticket)


def event_key(kind: Kind, event_id: int, user_id: int) -> str:
    return f"{kind.code}:e{event_id}:{user_id}"


def horizon_key(horizon: Horizon, ticket_id: int, day: date, user_id: int) -> str:
    """As `sweeping` builds it in SQL."""
    return f"{horizon}:{ticket_id}:{day.isoformat()}:{user_id}"
