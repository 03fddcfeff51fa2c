"""`abilities(user, ticket)`: the one place that says who may do what. Pages, API and consumers all ask it."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Final

from django.db import connection

from tracker import kept
from tracker.commands import Assign, Command, Correct
from tracker.enums import Role, State
from tracker.errors import InvalidCommand
from tracker.models import Mailbox, Membership, Office, Site, Theme, Ticket, User
from tracker.scopes import Grant

HANDLING = frozenset(
    {
        "read", "note", "assign", "take", "send_back", "ask_requester", "complete", "hold", "answer", "close",
        "forward", "dismiss", "merge", "reopen", "undo", "propose", "confirm", "hold_meeting", "decline", "cancel",
        "correct", "mark_signature", "attach",
    }
)  # fmt: skip
SUPERVISING = HANDLING | {"reassign", "override_late", "remind"}
DISPATCHING = frozenset({"read", "note", "assign", "reassign", "correct", "undo", "attach"})
ALL = SUPERVISING | DISPATCHING | {"eliminate"}
"""What a task or an import of the préfecture itself may do."""

BY_ROLE = {
    Role.AGENT: HANDLING,
    Role.SUPERVISOR: SUPERVISING,
    Role.QUALITY: SUPERVISING,
    Role.MAILROOM: DISPATCHING,
}
TREATING_ROLES = (Role.AGENT, Role.SUPERVISOR, Role.QUALITY)
REGISTERING_ROLES = (Role.MAILROOM, Role.AGENT, Role.SUPERVISOR, Role.QUALITY)


def abilities(user: User, ticket: Ticket) -> frozenset[str]:
    """What `user` may do to `ticket`; empty where it may not even be known to exist. A référent over a sensitive bureau
    has « locate » alone: reference, bureau and dates."""
    scope = user.scope
    found: frozenset[str] = frozenset()
    for grant in scope.grants:
        if covers(grant, ticket):
            if ticket.office_id in scope.sealed_ids:
                found |= {"locate"}
            else:
                found |= BY_ROLE[Role(grant.role)] | {"locate"}
    return found


def covers(grant: Grant, ticket: Ticket) -> bool:
    """Whether one grant shows the demande: the same rule as `querysets.granted`, on an instance."""
    if grant.prefecture_id != ticket.prefecture_id:
        return False
    match grant.role:
        case Role.AGENT | Role.SUPERVISOR:
            return ticket.office_id in grant.office_ids
        case Role.QUALITY:
            if grant.office_root is None and ticket.office_id is None:
                return grant.site_id in (None, ticket.site_id)
            return (grant.office_root is None and grant.site_id is None) or ticket.office_id in grant.office_ids
        case Role.MAILROOM:
            its_own = ticket.by_mailroom and ticket.state in (State.REGISTERED, State.ASSIGNED)
            waiting = its_own or (ticket.state == State.REGISTERED and ticket.sent_back_count > 0)
            return waiting and grant.site_id in (None, ticket.site_id)
        case _:
            return False


def may_register(user: User, prefecture_id: int) -> bool:
    return any(grant.prefecture_id == prefecture_id and grant.role in REGISTERING_ROLES for grant in user.scope.grants)


NAMED_BY: dict[str, tuple[type[Site | Theme | Mailbox], str]] = {
    "site_id": (Site, "site"),
    "theme_id": (Theme, "theme"),
    "mailbox_id": (Mailbox, "mailbox"),
}


NOT_HERE: Final = "Ce choix n’existe pas dans votre préfecture."
# The weakest lock that closing a bureau waits for: two people who affect demandes to it do not wait for each other.
SHARED: Final = "SELECT id, is_active FROM tracker_office WHERE prefecture_id = %s AND id IN ({keys}) ORDER BY id"


def in_service(prefecture_id: int, office_ids: Collection[int]) -> dict[int, bool]:
    """Which of these bureaux of the préfecture are in service; those that are do not close before the end of the
    transaction."""
    if not office_ids:
        return {}
    query = SHARED.format(keys=", ".join(["%s"] * len(office_ids)))
    locked = query + " FOR KEY SHARE" * connection.features.has_select_for_update
    return {office.pk: office.is_active for office in Office.objects.raw(locked, [prefecture_id, *office_ids])}


def check_in_service(prefecture_id: int, office_id: int) -> None:
    """Refuse a bureau that is closed; until the end of the transaction none of the others closes either."""
    found = in_service(prefecture_id, [office_id])
    if not found:
        raise InvalidCommand(NOT_HERE, field="office")
    if not found[office_id]:
        raise InvalidCommand("Ce bureau est fermé\xa0: choisissez-en un autre.", field="office")


def check_belongs(prefecture_id: int, acts: Iterable[Command]) -> None:
    """Refuse an act that names a row of another préfecture, whatever form or program sent it: for the one who asks, it
    does not exist. An assignee must hold a role that treats demandes in this préfecture."""
    for act in acts:
        values = act.values if isinstance(act, Correct) else {f.name: getattr(act, f.name) for f in fields(act)}
        for name, (model, field) in NAMED_BY.items():
            pk = values.get(name)
            row = kept.by_key(model).get(pk) if pk is not None else None
            if pk is not None and (row is None or row.prefecture_id != prefecture_id):
                raise InvalidCommand(NOT_HERE, field=field)
        office_id = values.get("office_id")
        if office_id is not None:
            check_in_service(prefecture_id, office_id)
        kind = values.get("kind")
        if kind is not None and kind.prefecture_id != prefecture_id:
            raise InvalidCommand("Ce type de demande n’existe pas dans votre préfecture.", field="kind")
        if isinstance(act, Assign) and act.assignee_id is not None:
            roles = Membership.objects.filter(
                user_id=act.assignee_id, user__is_active=True, prefecture_id=prefecture_id, role__in=TREATING_ROLES
            )
            if not roles.exists():
                raise InvalidCommand("Cette personne ne traite pas de demandes ici.", field="assignee")
