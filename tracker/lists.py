"""The lists from which people choose, as they stand now: kept in memory (`tracker.kept`), in their own order."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model

from tracker import kept
from tracker.models import Channel, Mailbox, Nature, Office, Prefecture, Site, Theme, TicketKind

Row = TypeVar("Row", bound=Model)


def channels() -> list[Channel]:
    return rows(Channel)


def natures() -> list[Nature]:
    return rows(Nature)


def prefectures() -> list[Prefecture]:
    return rows(Prefecture)


def sites(prefecture_ids: Iterable[int]) -> list[Site]:
    wanted = frozenset(prefecture_ids)
    return [row for row in rows(Site) if row.prefecture_id in wanted]


def offices(prefecture_id: int) -> list[Office]:
    """Those in service, to choose from."""
    return [row for row in rows(Office) if row.prefecture_id == prefecture_id and row.is_active]


def kinds(prefecture_ids: Iterable[int]) -> list[TicketKind]:
    """Those that may be registered."""
    wanted = frozenset(prefecture_ids)
    return [row for row in rows(TicketKind) if row.prefecture_id in wanted and row.is_active]


def themes(prefecture_id: int) -> list[Theme]:
    return [row for row in rows(Theme) if row.prefecture_id == prefecture_id and row.is_active]


def mailboxes(prefecture_id: int) -> list[Mailbox]:
    return [row for row in rows(Mailbox) if row.prefecture_id == prefecture_id and row.is_active]


def rows(model: type[Row]) -> list[Row]:
    """Every row of one of these tables, in its declared order. Hundreds, at most some thousands: one query."""
    return kept.present().get(("rows", model), lambda: list(model._default_manager.all()))


def by_key(model: type[Row]) -> dict[int, Row]:
    """The same by primary key."""
    return kept.present().get(("by key", model), lambda: {row.pk: row for row in rows(model)})
