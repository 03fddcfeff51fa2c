"""How a person sees the Registre: which columns, in which order. The address says it first, then what the person last
chose, then the house."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db.models.enums import TextChoices
from django.http import QueryDict

from frontend.models import RegistryDisplay
from tracker.enums import Role
from tracker.models import User
from tracker.paging import Order
from tracker.registry import ORDERS, orders_for
from tracker.search import RELEVANCE
from tracker.text import clean_text


class ListColumn(TextChoices):
    """What a row shows beside its reference, in the order of the table."""

    RECEIVED = "received", "Reçue"
    ORIGIN = "origin", "Type, canal"
    SENDER = "sender", "Expéditeur"
    SUBJECT = "subject", "Objet"
    OFFICE = "office", "Bureau"
    STATE = "state", "État"
    DUE = "due", "Échéance"
    ANSWERED = "answered", "Répondue"


ALL: Final = tuple(column.value for column in ListColumn)
USUAL: Final = tuple(name for name in ALL if name != ListColumn.ANSWERED)
"""Until a person chooses: what is left out says least (an ended demande says « dans le délai » under its deadline) and
gives its room to the subject."""
DEFAULT_ORDER: Final = "received"
SEPARATOR: Final = "-"


@dataclass(frozen=True, slots=True)
class Display:
    """`orders`: those to choose from."""

    order: Order
    columns: tuple[str, ...]
    orders: Mapping[str, Order] = field(default_factory=lambda: ORDERS)

    @property
    def columns_text(self) -> str:
        return SEPARATOR.join(self.columns)


def columns_in(text: str) -> tuple[str, ...]:
    """The columns that an address or a stored choice names, as the table has them; empty where it names none."""
    return chosen(text.split(SEPARATOR))


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    wanted = set(names)
    return tuple(name for name in ALL if name in wanted)


def usual_for(user: User) -> tuple[str, ...]:
    """USUAL; without the bureau where every demande that the person may read is held by the same one."""
    one = user.scope.roles() <= {Role.AGENT, Role.SUPERVISOR} and len(user.scope.offices(*Role)) == 1
    return tuple(name for name in USUAL if not (one and name == ListColumn.OFFICE))


def display_of(query: QueryDict, user: User) -> Display:
    """One query. What is searched for is shown best first, unless the address names another order."""
    kept = RegistryDisplay.objects.filter(user=user).first()
    orders = orders_for(clean_text(query.get("text", "")))
    order = orders.get(query.get("order", "")) or orders.get(RELEVANCE.code)
    order = order or ORDERS.get(kept.order if kept else "") or ORDERS[DEFAULT_ORDER]
    columns = columns_in(query.get("columns", "")) or columns_in(kept.columns if kept else "") or usual_for(user)
    return Display(order, columns, orders)


def remember(user: User, display: Display) -> None:
    """Relevance is of one search: the order chosen before stays that of the lists."""
    values = {"order": display.order.code, "columns": display.columns_text}
    changed = {"columns": values["columns"]} if display.order is RELEVANCE else values
    first = values | {"order": DEFAULT_ORDER} if display.order is RELEVANCE else values
    RegistryDisplay.objects.update_or_create(user=user, defaults=changed, create_defaults=first)
