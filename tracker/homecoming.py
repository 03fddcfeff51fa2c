"""A demande that opens again, or goes back to where it was, finds a bureau that is in service, or waits for one where
the mailroom sees it: nobody works in a bureau that has closed."""

from collections.abc import Sequence
from typing import Final

from tracker.commands import Answer, Assign, Command, Dismiss, Forward, Merge, Reopen, SendBack
from tracker.errors import TransitionRefused
from tracker.models import Ticket
from tracker.permissions import in_service

CLOSED: Final = "Rouverte, et ce bureau est fermé."
UNHELD: Final = "Rouverte, et aucun bureau ne la tenait."
GOES_ON: Final = (Assign, Answer, Dismiss, Forward, Merge)
"""What, after the reopening and in the same act, gives it a bureau or ends it: nobody has to find it one."""
NO_WAY_BACK: Final = (
    "Le bureau à qui la demande reviendrait est fermé\xa0: cette action ne s’annule plus. Affectez la demande à un "
    "autre bureau, après l’avoir rouverte si elle est terminée."
)


def to_dispatch(ticket: Ticket, acts: Sequence[Command]) -> list[Command]:
    """The acts and, where they reopen a demande that no bureau in service holds, its return to « Arrivées »."""
    reopens = next((place for place, act in enumerate(acts, start=1) if isinstance(act, Reopen)), None)
    if reopens is None or any(isinstance(act, GOES_ON) for act in acts[reopens:]) or is_held(ticket):
        return list(acts)
    return [*acts[:reopens], SendBack(CLOSED if ticket.office_id else UNHELD), *acts[reopens:]]


def refuse_closed(ticket: Ticket) -> None:
    """Raises TransitionRefused for a demande brought back to a bureau that has closed meanwhile."""
    if ticket.office_id is not None and not is_held(ticket):
        raise TransitionRefused(NO_WAY_BACK)


def is_held(ticket: Ticket) -> bool:
    """Whether a bureau in service holds it; if so, that bureau does not close before the end of the transaction."""
    office_id = ticket.office_id
    return office_id is not None and in_service(ticket.prefecture_id, [office_id])[office_id]
