"""The lists from which people choose, as they stand now: kept in memory (`tracker.kept`), in their own order."""

from collections.abc import Iterable

from tracker import kept
from tracker.models import Channel, Mailbox, Nature, Office, Site, Theme, TicketKind


def channels() -> list[Channel]:
    return kept.rows(Channel)


def natures() -> list[Nature]:
    return kept.rows(Nature)


def sites(prefecture_ids: Iterable[int]) -> list[Site]:
    wanted = frozenset(prefecture_ids)
    return [row for row in kept.rows(Site) if row.prefecture_id in wanted]


def offices(prefecture_id: int) -> list[Office]:
    """Those in service, to choose from."""
    return [row for row in kept.rows(Office) if row.prefecture_id == prefecture_id and row.is_active]


def kinds(prefecture_ids: Iterable[int]) -> list[TicketKind]:
    """Those that may be registered."""
    wanted = frozenset(prefecture_ids)
    return [row for row in kept.rows(TicketKind) if row.prefecture_id in wanted and row.is_active]


def themes(prefecture_id: int) -> list[Theme]:
    return [row for row in kept.rows(Theme) if row.prefecture_id == prefecture_id and row.is_active]


def mailboxes(prefecture_id: int) -> list[Mailbox]:
    return [row for row in kept.rows(Mailbox) if row.prefecture_id == prefecture_id and row.is_active]
