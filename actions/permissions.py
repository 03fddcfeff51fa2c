"""`abilities(user, action)`: the one place that says who may do what to the plan. Pages and API ask it."""

from typing import Final

from actions.models import Action
from actions.querysets import PLAN_ROLES
from tracker.enums import Role
from tracker.models import User
from tracker.scopes import Grant

PILOTING: Final = frozenset({"read", "report", "start", "put_back", "finish", "add_evidence"})
"""`report`: say how far it is."""
DECIDING: Final = frozenset({"read", "record", "plan", "decline", "reconsider", "abandon"})
KEEPING: Final = PILOTING | DECIDING | {"edit", "verify", "reopen", "link"}
ALL: Final = KEEPING
"""What an import of the préfecture itself may do."""

BY_ROLE: Final = {
    Role.QUALITY: KEEPING,
    Role.COPIL: DECIDING,
    Role.SUPERVISOR: frozenset({"read"}),
}
PROPOSING_ROLES: Final = (Role.MAILROOM, Role.AGENT, Role.SUPERVISOR, Role.QUALITY, Role.COPIL)


def abilities(user: User, action: Action) -> frozenset[str]:
    """What `user` may do to `action`; empty where it may not even be known to exist."""
    found: frozenset[str] = frozenset()
    for grant in user.scope.grants:
        if covers(grant, action):
            found |= BY_ROLE[Role(grant.role)]
    if action.prefecture_id in user.scope.prefecture_ids:
        if action.pilot_id == user.pk:
            found |= PILOTING
        if action.proposed_by_id == user.pk:
            found |= {"read"}
    return found


def covers(grant: Grant, action: Action) -> bool:
    """Whether one grant shows the action: the same rule as `querysets.granted`, on an instance."""
    if grant.prefecture_id != action.prefecture_id:
        return False
    if grant.role == Role.SUPERVISOR:
        return action.office_id in grant.office_ids
    if grant.role not in PLAN_ROLES:
        return False
    if grant.is_whole or action.office_id in grant.office_ids:
        return True
    return grant.site_id is not None and action.office_id is None and action.site_id == grant.site_id


def may_propose(user: User, prefecture_id: int) -> bool:
    """« Remonter une idée »: anybody who works in the préfecture."""
    return any(grant.prefecture_id == prefecture_id and grant.role in PROPOSING_ROLES for grant in user.scope.grants)


def moves(action: Action, allowed: frozenset[str]) -> dict[str, str]:
    """What the machine and these abilities let a person do now: transition → what its button says. An idea without its
    part enters the plan by who may give it one."""
    open_now = action.get_available_state_transitions()  # type: ignore[attr-defined]  # added by django-fsm
    found = {one.name: one.custom["label"] for one in open_now if one.name in allowed}
    if action.module is None and not action.strand and "edit" not in allowed:
        found.pop("plan", None)
    return found
