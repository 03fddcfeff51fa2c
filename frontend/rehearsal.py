"""What an act would do, without doing it: `decide` on a copy, nothing saved, nothing locked."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from tracker import writers
from tracker.commands import Command, Register
from tracker.deadlines import DeadlineState
from tracker.decisions import Change, Context, decide
from tracker.explaining import Explanation, explain
from tracker.models import Site, Ticket
from tracker.permissions import ALL
from tracker.rulebooks import rule_book


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`ticket` is the copy, as it would become; `context` knows the journal as it would become."""

    ticket: Ticket
    before: tuple[DeadlineState, ...]
    change: Change
    context: Context

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        return explain(self.context.facts, self.context.rules, self.context.calendar_at)


def rehearse(ticket: Ticket, acts: Sequence[Command], context: Context) -> Rehearsal:
    """Raises what the act itself would: InvalidCommand, NotAllowed, TransitionRefused. `ticket` is left as it is;
    `context` is used up."""
    tried = copy.copy(ticket)
    before = context.deadlines
    return Rehearsal(tried, before, decide(tried, acts, context), context)


def rehearse_registration(site: Site, acts: Sequence[Command], author: writers.Author) -> Rehearsal:
    """The same for a demande that is still being typed: `acts` begins with Register."""
    if not isinstance(acts[0], Register):
        raise TypeError("a demande begins with Register")
    context = writers.context_for(site, rule_book(site.prefecture_id), author, author.moment, ALL)
    tried = Ticket(prefecture_id=site.prefecture_id, site=site)
    return Rehearsal(tried, (), decide(tried, acts, context), context)
