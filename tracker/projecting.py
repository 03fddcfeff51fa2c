"""The rows of the deadlines, brought to what the journal says: a projection that `replay` gives again."""

from collections.abc import Sequence

from tracker import bulk
from tracker.deadlines import DeadlineState
from tracker.models import Deadline, Ticket


def store_deadlines(ticket: Ticket, before: Sequence[DeadlineState], after: Sequence[DeadlineState]) -> list[Deadline]:
    """Bring the stored rows from `before` to `after`; gives the rows still to insert."""
    old = {state.key: state for state in before}
    new = {state.key: state for state in after}
    if not old:
        return [deadline_row(ticket, state) for state in after]
    rows = Deadline.objects.filter(ticket=ticket)
    for key in old.keys() & new.keys():
        if old[key] != new[key]:
            rows.filter(purpose=new[key].purpose, rank=new[key].rank).update(**columns_of(new[key]))
    for purpose, rank in old.keys() - new.keys():  # an undone act had opened it: the journal still tells it
        rows.filter(purpose=purpose, rank=rank).delete()
    return [deadline_row(ticket, state) for key, state in new.items() if key not in old]


def columns_of(state: DeadlineState) -> dict[str, object]:
    return {
        "starts_on": state.starts_on,
        "counted_on": state.counted_on,
        "rule_id": state.rule,
        "days": state.days,
        "due_on": state.due_on,
        "met_on": state.met_on,
        "taken": state.taken,
        "outcome": state.outcome,
        "exclusion": state.exclusion,
    }


def deadline_row(ticket: Ticket, state: DeadlineState) -> Deadline:
    return bulk.new(
        Deadline,
        ticket_id=ticket.pk,
        prefecture_id=ticket.prefecture_id,
        site_id=ticket.site_id,
        purpose=state.purpose,
        rank=state.rank,
        **columns_of(state),
    )
