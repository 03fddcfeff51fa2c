"""`abilities(user, ticket)`: the one place that says who may do what. Pages, API and consumers all ask it."""

from tracker.enums import Role, State
from tracker.models import Ticket, User
from tracker.scopes import Grant

HANDLING = frozenset(
    {
        "read", "note", "assign", "take", "send_back", "ask_requester", "complete", "hold", "answer", "close",
        "forward", "dismiss", "merge", "reopen", "undo", "propose", "confirm", "hold_meeting", "decline", "cancel",
        "correct", "mark_signature",
    }
)  # fmt: skip
SUPERVISING = HANDLING | {"reassign", "override_late"}
DISPATCHING = frozenset({"read", "note", "assign", "reassign", "correct", "undo"})
ALL = SUPERVISING | DISPATCHING
"""What a task or an import of the préfecture itself may do."""

BY_ROLE = {
    Role.AGENT: HANDLING,
    Role.SUPERVISOR: SUPERVISING,
    Role.QUALITY: SUPERVISING,
    Role.MAILROOM: DISPATCHING,
}
REGISTERING_ROLES = (Role.MAILROOM, Role.AGENT, Role.SUPERVISOR, Role.QUALITY)


def abilities(user: User, ticket: Ticket) -> frozenset[str]:
    """What `user` may do to `ticket`; empty where it may not even be known to exist. A référent over a sensitive bureau
    has « locate » alone: reference, bureau and dates."""
    scope = user.scope
    found: frozenset[str] = frozenset()
    for grant in scope.grants:
        if covers(grant, ticket):
            if grant.role == Role.QUALITY and ticket.office_id in scope.sensitive_ids:
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
            waiting = ticket.state == State.REGISTERED or (ticket.state == State.ASSIGNED and ticket.by_mailroom)
            return waiting and grant.site_id in (None, ticket.site_id)
        case _:
            return False


def may_register(user: User) -> bool:
    return user.scope.has(*REGISTERING_ROLES)
