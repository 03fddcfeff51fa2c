"""Random lives of demandes, both machines, with rules and closed days that change meanwhile.

After each act the stored deadlines are those of the replay *and* of the day-by-day model, which shares no code with the
product. `HYPOTHESIS_PROFILE=full` plays more and longer lives.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.factories import World
from tests.tracker.day_by_day import Happening, Known, deadlines
from tests.tracker.reference_calendar import closed_dates
from tracker import rulebooks, writers
from tracker.closures import plan_closing, record_closures
from tracker.commands import (
    Answer,
    AskRequester,
    Assign,
    CallOff,
    Close,
    Command,
    Complete,
    Confirm,
    Correct,
    Dismiss,
    Forward,
    Hold,
    HoldMeeting,
    Note,
    Propose,
    Recompute,
    Register,
    Reopen,
    SendBack,
    Take,
    Undo,
)
from tracker.deadlines import replay
from tracker.enums import OPEN_STATES, DismissalReason, Outcome
from tracker.errors import SillageError
from tracker.models import Channel, DeadlineRule, Event, EventText, Nature, Ticket
from tracker.rulebooks import calendars_of, rule_book
from tracker.ruling import Terms, plan_end, plan_replacement, record_rules
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

FULL = os.environ.get("HYPOTHESIS_PROFILE") == "full"
EXAMPLES, STEPS = (50, 50) if FULL else (6, 25)
START = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
LEGAL = closed_dates("44", 2026, 2028)
PERSONAL = "Mme Personne"
"""Stands in every text that a person types: never to be met in `Event.data`."""

DATED = ("registered", "completed", "written_again", "asked", "proposed")
HELD = ("assigned", "in_progress", "on_hold")
OPEN_REPLY = ("registered", *HELD, "awaiting_requester")
MET_BY = ("proposed", "confirmed")
ENDED = ("answered", "met", "closed", "forwarded", "dismissed")
FIRST = ("reply", "update", "proposal")
back = st.integers(0, 8)
"""Calendar days before today."""
which = st.integers(0, 50)


@dataclass
class Played:
    """One demande: its key, and for each of its acts what the model is told of it."""

    pk: int
    acts: list[list[Happening]] = field(default_factory=list)
    machine: str = ""
    state: str = ""

    @property
    def story(self) -> list[Happening]:
        return [happening for act in self.acts for happening in act]

    @property
    def floor(self) -> date:
        """No act of today's clock is older than this."""
        return max(happening.told["on"] for happening in self.story if happening.kind in DATED and happening.told["on"])


def can(states: Sequence[str], machine: str = "", **strategies: Any) -> Callable[[Any], Any]:
    """A rule that waits until some demande is in one of `states`."""

    def possible(lives: "Lives") -> bool:
        return any(p.state in states and machine in ("", p.machine) for p in lives.played)

    def decorate(method: Any) -> Any:
        return precondition(possible)(rule(**strategies)(method))

    return decorate


class Lives(RuleBasedStateMachine):
    world: World
    machine: str

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.played: list[Played] = []
        self.closed = set(LEGAL)
        self.user = self.world.user("quality")
        self.kinds = list(self.world.prefecture.kinds.filter(machine=self.machine))
        self.channels = list(Channel.objects.filter(code__in=["letter", "email", "box"]))
        self.natures = list(Nature.objects.filter(code__in=["complaint", "general_information"]))
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self._known: Known | None = None

    def teardown(self) -> None:
        try:
            if self.played:
                assert check_deadlines().different == []
                assert verify_journal().different == []
                self.no_personal_text_in_the_journal()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            rulebooks._calendar.cache_clear()

    # --- tools ------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return self.now.date()

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    @property
    def known(self) -> Known:
        if self._known is None:
            rows = DeadlineRule.objects.filter(prefecture=self.world.prefecture, superseded_at__isnull=True)
            self._known = Known(tuple(as_dictionary(row) for row in rows), frozenset(self.closed))
        return self._known

    def author(self) -> Author:
        return Author(user=self.user, now=self.now)

    def pick(self, index: int, states: Sequence[str] = (), machine: str = "") -> Played:
        """A demande in one of `states` where there is one; now and then any, for the refusals."""
        fitting = [p for p in self.played if p.state in states and machine in ("", p.machine)]
        choice = self.played if index > 46 or not fitting else fitting
        return choice[index % len(choice)]

    def day(self, played: Played, days: int) -> date:
        """A day on which something can have happened to this demande; now and then one on which it cannot."""
        span = (self.today - played.floor).days
        return self.ago(days if days == 8 or span < 0 else days % (span + 1))

    def happening(self, kind: str, /, **told: Any) -> Happening:
        return Happening(kind, self.known, told)

    def act(self, played: Played, command: Command | Sequence[Command], *happenings: Happening) -> None:
        """One act by the référent; the model hears of it unless it is refused."""
        commands = [command] if isinstance(command, Command) else command
        try:
            writers.write_one(played.pk, commands, self.author())
        except SillageError:
            self.check(played)  # a refusal writes nothing
            return
        played.acts.append(list(happenings))
        self.check(played)

    # --- registering ------------------------------------------------------------------------------------------

    @initialize(kind=which, channel=which, days=back)
    def first(self, kind: int, channel: int, days: int) -> None:
        self.register(kind, channel, 0, False, days, None)

    @precondition(lambda self: len(self.played) < 4)
    @rule(kind=which, channel=which, nature=which, module4=st.booleans(), days=back, answered=st.none() | back)
    def register(self, kind: int, channel: int, nature: int, module4: bool, days: int, answered: int | None) -> None:
        chosen = self.kinds[kind % len(self.kinds)]
        first = Register(
            kind=chosen,
            channel_id=self.channels[channel % len(self.channels)].pk,
            nature_id=self.natures[nature % len(self.natures)].pk,
            received_on=self.ago(days),
            site_id=self.world.site.pk,
            module=4 if module4 else 1,
            sender_name=PERSONAL,
            sender_contact=f"{PERSONAL}, 1 rue d’Exemple",
            subject=f"Demande de {PERSONAL}",
            body=f"Je soussignée {PERSONAL}",
            evidence=f"12;{PERSONAL}",
        )
        acts: list[Command] = [first, Assign(self.world.offices["DOT"].pk)]
        happenings = [
            self.happening(
                "registered",
                on=first.received_on,
                kind=chosen.pk,
                purpose=chosen.purpose,
                machine=chosen.machine,
                channel=first.channel_id,
                nature=first.nature_id,
                module=first.module,
                site=first.site_id,
            )
        ]
        if answered is not None and chosen.machine == "reply" and answered <= days:
            acts.append(Answer(self.ago(answered)))
            happenings.append(self.happening("answered", on=self.ago(answered)))
        ticket = writers.register(self.world.prefecture, acts, self.author())
        self.played.append(Played(ticket.pk, [happenings]))
        self.check(self.played[-1])

    # --- both machines ----------------------------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 1, 1, 2, 3, 7, 16]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=11)

    @can(("registered", *HELD), index=which, act=st.sampled_from(["take", "SEJ", "DOT", "SPB", "send_back", "note"]))
    def handle(self, index: int, act: str) -> None:
        played = self.pick(index, ("registered", *HELD))
        if act == "take":
            self.act(played, Take())
        elif act == "send_back":
            self.act(played, SendBack(note=PERSONAL))
        elif act == "note":
            self.act(played, Note(f"Appelé {PERSONAL}"))
        else:
            self.act(played, Assign(self.world.offices[act].pk, note=PERSONAL))

    @can(("answered", "met"), index=which)
    def close(self, index: int) -> None:
        self.act(self.pick(index, ("answered", "met")), Close())

    @can(("registered", *HELD), index=which, days=back, told=back)
    def forward(self, index: int, days: int, told: int) -> None:
        played = self.pick(index, ("registered", *HELD))
        command = Forward(f"Mairie de {PERSONAL}", self.day(played, days), self.day(played, told))
        self.act(played, command, self.happening("forwarded", told_on=command.told_on))

    @can(OPEN_STATES, index=which, days=back, reason=st.sampled_from(DismissalReason), confirmed=st.booleans())
    def dismiss(self, index: int, days: int, reason: DismissalReason, confirmed: bool) -> None:
        self.dismiss_for(self.pick(index, OPEN_STATES), days, reason, confirmed)

    @can(("awaiting_requester",), index=which, days=back)
    def dismiss_for_want_of_a_piece(self, index: int, days: int) -> None:
        played = self.pick(index, ("awaiting_requester",))
        self.dismiss_for(played, days, DismissalReason.MISSING_PIECES, False)

    @can(OPEN_STATES, index=which, days=back, confirmed=st.booleans())
    def withdraw(self, index: int, days: int, confirmed: bool) -> None:
        self.dismiss_for(self.pick(index, OPEN_STATES), days, DismissalReason.WITHDRAWN, confirmed)

    def dismiss_for(self, played: Played, days: int, reason: DismissalReason, confirmed: bool) -> None:
        on = self.day(played, days)
        happening = self.happening("dismissed", reason=str(reason), on=on, confirmed=confirmed)
        self.act(played, Dismiss(reason, on, confirmed=confirmed, note=PERSONAL), happening)

    @rule(index=which, into=which)
    def merge(self, index: int, into: int) -> None:
        one, other = self.pick(index, OPEN_STATES), self.pick(into, OPEN_STATES)
        arrivals = {p.pk: Ticket.objects.values_list("received_on", flat=True).get(pk=p.pk) for p in (one, other)}
        try:
            writers.merge(one.pk, other.pk, self.author())
        except SillageError:
            return
        one.acts.append([self.happening("merged")])
        earlier = arrivals[one.pk] < arrivals[other.pk]
        other.acts.append([self.happening("corrected", on=arrivals[one.pk])] if earlier else [])
        self.check(one)
        self.check(other)

    @can(ENDED, index=which)
    def reopen_by_mistake(self, index: int) -> None:
        self.act(self.pick(index, ENDED), Reopen(note=PERSONAL), self.happening("reopened_by_mistake"))

    @can(ENDED, index=which)
    def dismiss_what_has_ended(self, index: int) -> None:
        """As taking an import back does: reopened by mistake and dismissed, in one act."""
        reason = DismissalReason.REGISTRATION_ERROR
        happening = self.happening("dismissed", reason=str(reason), on=self.today, confirmed=False)
        acts = [Reopen(), Dismiss(reason, self.today)]
        self.act(self.pick(index, ENDED), acts, self.happening("reopened_by_mistake"), happening)

    @can(ENDED, index=which, days=back)
    def reopen_by_message(self, index: int, days: int) -> None:
        played = self.pick(index, ENDED)
        on = self.day(played, days)
        self.act(played, Reopen(message_on=on), self.happening("written_again", on=on))

    @rule(index=which)
    def undo(self, index: int) -> None:
        played = self.pick(index)
        events = Event.objects.filter(stream="ticket", object_id=played.pk).order_by("number")
        registration, last, told = events[0].act_id, events.last().act_id, events.last().data
        try:
            writers.write_one(played.pk, [Undo()], self.author())
        except SillageError:
            self.check(played)
            return
        undone = played.acts.pop()
        if last == registration:  # what was done in the same act is cancelled, the registration itself stays
            played.acts.append(undone[:1])
        self.check(played)
        for other in self.played:
            if other.pk in (told.get("into"), told.get("from")):  # a merge is undone on both sides
                other.acts.pop()
                self.check(other)

    # --- the reply machine ------------------------------------------------------------------------------------

    @can(OPEN_REPLY, "reply", index=which, days=st.none() | back)
    def answer(self, index: int, days: int | None) -> None:
        played = self.pick(index, OPEN_REPLY, "reply")
        on = None if days is None else self.day(played, days)
        self.act(played, Answer(on), self.happening("answered", on=on))

    @can(("registered", *HELD), "reply", index=which, days=back, promised=st.none() | st.integers(1, 12))
    def hold(self, index: int, days: int, promised: int | None) -> None:
        played = self.pick(index, ("registered", *HELD), "reply")
        on = self.day(played, days)
        until = on + timedelta(days=promised) if promised else None
        self.act(played, Hold(on, until), self.happening("held", on=on, promised=until))

    @can(("registered", *HELD), "reply", index=which, days=back)
    def ask(self, index: int, days: int) -> None:
        played = self.pick(index, ("registered", *HELD), "reply")
        on = self.day(played, days)
        command = AskRequester(on, f"Le titre de {PERSONAL}", reason=f"{PERSONAL} a mal compris")
        self.act(played, command, self.happening("asked", on=on))

    @can(("awaiting_requester",), "reply", index=which, days=back)
    def complete(self, index: int, days: int) -> None:
        played = self.pick(index, ("awaiting_requester",), "reply")
        on = self.day(played, days)
        self.act(played, Complete(on), self.happening("completed", on=on))

    # --- the meeting machine ----------------------------------------------------------------------------------

    @can(("registered", *HELD, *MET_BY), "meeting", index=which, days=back, ahead=st.integers(0, 20))
    def propose(self, index: int, days: int, ahead: int) -> None:
        played = self.pick(index, ("registered", *HELD, *MET_BY), "meeting")
        on = self.day(played, days)
        command = Propose(on, on + timedelta(days=ahead), place=f"Chez {PERSONAL}")
        self.act(played, command, self.happening("proposed", on=on))

    @can(("proposed",), "meeting", index=which, days=back)
    def confirm(self, index: int, days: int) -> None:
        played = self.pick(index, ("proposed",), "meeting")
        self.act(played, Confirm(self.day(played, days)))

    @can(MET_BY, "meeting", index=which, days=back, unavailable=st.booleans())
    def hold_meeting(self, index: int, days: int, unavailable: bool) -> None:
        played = self.pick(index, MET_BY, "meeting")
        on = self.day(played, days)
        command = HoldMeeting(on, requester_unavailable=unavailable)
        self.act(played, command, self.happening("met", on=on, unavailable=unavailable))

    @can(MET_BY, "meeting", index=which, days=back, by_requester=st.booleans(), ends=st.booleans())
    def call_off(self, index: int, days: int, by_requester: bool, ends: bool) -> None:
        played = self.pick(index, MET_BY, "meeting")
        command = CallOff(self.day(played, days), by_requester=by_requester, ends=ends, note=PERSONAL)
        self.act(played, command, self.happening("called_off", by_requester=by_requester, ends=ends))

    # --- corrections ------------------------------------------------------------------------------------------

    @rule(
        index=which,
        what=st.sampled_from(["received_on", "channel", "nature", "module", "kind", "sender_name"]),
        value=which,
    )
    def correct(self, index: int, what: str, value: int) -> None:
        values: dict[str, Any]
        told: dict[str, Any]
        if what == "received_on":
            values = {"received_on": self.ago(value % 15)}
            told = {"on": values["received_on"]}
        elif what == "module":
            values = {"module": (1, 4)[value % 2]}
            told = dict(values)
        elif what == "kind":
            kind = self.kinds[value % len(self.kinds)]
            values = {"kind": kind}
            told = {"kind": kind.pk, "purpose": kind.purpose}
        elif what == "sender_name":
            self.act(self.pick(index), Correct({"sender_name": f"{PERSONAL} {value}"}))
            return
        else:
            rows = self.channels if what == "channel" else self.natures
            values = {f"{what}_id": rows[value % len(rows)].pk}
            told = {what: values[f"{what}_id"]}
        self.act(self.pick(index), Correct(values), self.happening("corrected", **told))

    # --- rules and closed days --------------------------------------------------------------------------------

    @rule(index=which, days=st.integers(1, 15), holding=st.booleans(), start=st.sampled_from(["arrival", "proposal"]))
    def replace_a_rule(self, index: int, days: int, holding: bool, start: str) -> None:
        terms = Terms(days, "Note de service", start=start, holding_counts=holding)
        self.change_rules(index, lambda row: plan_replacement(row, self.today, terms))

    @rule(index=which)
    def end_a_rule(self, index: int) -> None:
        self.change_rules(index, lambda row: plan_end(row, self.today))

    def change_rules(self, index: int, plan_for: Any) -> None:
        rows = list(DeadlineRule.objects.filter(superseded_at__isnull=True, valid_until__isnull=True).order_by("pk"))
        if not rows:
            return
        try:
            record_rules(plan_for(rows[index % len(rows)]), self.author())
        except SillageError:
            return
        self._known = None
        self.recompute(Recompute(effective_from=self.today))

    @rule(ahead=st.integers(-6, 12))
    def close_a_day(self, ahead: int) -> None:
        day = self.ago(-ahead)
        try:
            record_closures(plan_closing(self.world.site, day, "Fermeture exceptionnelle"), self.author())
        except SillageError:
            return
        self.closed.add(day)
        self._known = None
        self.recompute(Recompute(effective_from=day, days=(day,)))

    def recompute(self, command: Recompute) -> None:
        for played in self.played:
            happening = self.happening("recomputed", **{"from": command.effective_from, "days": command.days})
            version = Ticket.objects.values_list("version", flat=True).get(pk=played.pk)
            ticket = writers.write_one(played.pk, [command], Author(now=self.now))
            if ticket.version == version:
                assert deadlines([*played.story, happening]) == deadlines(played.story)
            else:
                played.acts.append([happening])
            self.check(played)

    # --- what must always hold --------------------------------------------------------------------------------

    def check(self, played: Played) -> None:
        ticket = Ticket.objects.select_related("site").get(pk=played.pk)
        played.state, played.machine = ticket.state, ticket.machine
        rows = sorted(
            (
                row.purpose,
                row.rank,
                row.starts_on,
                row.counted_on,
                row.rule_id,
                row.days,
                row.due_on,
                row.met_on,
                row.taken,
                row.outcome,
                row.exclusion,
            )
            for row in ticket.deadlines.all()
        )
        assert rows == sorted(as_tuples(ticket))
        self.compare_with_the_model(played, rows)
        running = [row for row in rows if row[9] == Outcome.RUNNING]
        if ticket.state not in OPEN_STATES:
            assert running == []
        dated = [(row[6], row[0]) for row in running if row[6]]
        assert (ticket.due_on, ticket.due_purpose) == (min(dated) if dated else (None, ""))
        assert ticket.version == Event.objects.filter(stream="ticket", object_id=ticket.pk).count()
        rounds = 1 + sum(happening.kind == "written_again" for happening in played.story)
        in_the_rate = [row for row in rows if row[0] in FIRST and row[3] and row[9] in ("in_time", "late")]
        assert len(in_the_rate) <= rounds

    def compare_with_the_model(self, played: Played, rows: Sequence[tuple[Any, ...]]) -> None:
        assert rows == sorted(deadlines(played.story)), [(h.kind, h.told) for h in played.story]

    def no_personal_text_in_the_journal(self) -> None:
        for data in Event.objects.values_list("data", flat=True):
            assert PERSONAL not in json.dumps(data, ensure_ascii=False)
        assert EventText.objects.filter(text__contains=PERSONAL).exists()


def as_dictionary(row: DeadlineRule) -> dict[str, Any]:
    return {
        "id": row.pk,
        "purpose": row.purpose,
        "days": row.days,
        "kind": row.kind_id,
        "channel": row.channel_id,
        "module": row.module,
        "nature": row.nature_id,
        "site": row.site_id,
        "from": row.valid_from,
        "until": row.valid_until,
        "start": row.start,
        "holding": row.holding_counts,
    }


def as_tuples(ticket: Ticket) -> Iterator[tuple[Any, ...]]:
    facts, _ = writers.load_history(ticket)
    states = replay([past.fact for past in facts], rule_book(ticket.prefecture_id), calendars_of(ticket.site))
    for s in states:
        yield (
            s.purpose,
            s.rank,
            s.starts_on,
            s.counted_on,
            s.rule,
            s.days,
            s.due_on,
            s.met_on,
            s.taken,
            s.outcome,
            s.exclusion,
        )


@pytest.mark.slow
@pytest.mark.parametrize("machine", ["reply", "meeting"])
def test_deadlines_are_those_of_the_replay_and_of_the_model(world: World, machine: str) -> None:
    run_state_machine_as_test(
        type("Lives", (Lives,), {"world": world, "machine": machine}),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
