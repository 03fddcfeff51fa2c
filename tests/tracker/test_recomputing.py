"""A change of rules or calendar applies from a date: what runs is recomputed by a job, what has ended never moves."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import World, make_world
from tracker import closures, jobs, recomputing, ruling
from tracker.commands import Answer, AskRequester, Complete, Correct, Hold, Propose
from tracker.deadlines import replay
from tracker.enums import JobState, Outcome, Purpose
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import Channel, Deadline, DeadlineRule, Event, Job, Ticket
from tracker.recomputing import Effect, Move, Plan
from tracker.rulebooks import calendars_of, rule_book
from tracker.ruling import Criteria, Terms
from tracker.writers import Author, load_histories

TUESDAY = date(2026, 11, 17)
THURSDAY = date(2026, 11, 26)
SOURCE = "Note de service n° 12"


def shorter(world: World, days: int = 3, from_date: date = TUESDAY, channel: str = "email") -> Plan:
    rule = ruling.in_force(world.prefecture).get(kind__code="correspondence", channel__code=channel, module=None)
    return ruling.plan_replacement(rule, from_date, Terms(days, SOURCE, holding_counts=rule.holding_counts))


def closing(world: World, day: date = THURSDAY) -> Plan:
    return closures.plan_closing(world.site, day, "Pont")


def carry_out(world: World, plan: Plan) -> Effect:
    job = recomputing.carry_out(plan, Author(user=world.user("quality")))
    assert jobs.run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    return Effect.from_json(job.result)


def due(ticket: Ticket) -> date | None:
    return Ticket.objects.get(pk=ticket.pk).due_on


def rows() -> list[tuple[Any, ...]]:
    return list(Deadline.objects.order_by("pk").values_list())


def stored_as_replayed(world: World) -> bool:
    """Whether each stored deadline is what the journal gives."""
    book = rule_book(world.prefecture.pk)
    for ticket in Ticket.objects.select_related("site"):
        history, _ = load_histories([ticket.pk])[ticket.pk]
        states = replay([past.fact for past in history], book, calendars_of(ticket.site))
        stored = ticket.deadlines.order_by("pk").values_list("purpose", "rank", "rule_id", "due_on", "outcome")
        if sorted(stored) != sorted((s.purpose, s.rank, s.rule, s.due_on, s.outcome) for s in states):
            return False
    return True


# --- Rules --------------------------------------------------------------------------------------------------------


def test_rule_change_reaches_what_starts_on_its_day_or_later(world: World) -> None:
    before, same_day, after = (world.register(received_on=date(2026, 11, day)) for day in (16, 17, 18))
    effect = carry_out(world, shorter(world))
    assert (effect.earlier, effect.later, effect.unchanged) == (2, 0, 0)
    assert [due(ticket) for ticket in (before, same_day, after)] == [
        date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 23),
    ]  # fmt: skip
    assert before.deadlines.get().rule.superseded_at is not None  # it names the words that it was promised by
    assert stored_as_replayed(world)


def test_ended_deadline_never_moves(world: World) -> None:
    answered = world.register(Answer(date(2026, 11, 20)), received_on=TUESDAY)
    frozen = rows()
    effect = carry_out(world, shorter(world, days=1))
    assert effect.moved == 0
    assert rows() == frozen
    assert answered.deadlines.get().outcome == Outcome.IN_TIME  # by today's rule it would be late
    assert stored_as_replayed(world)


def test_ended_deadline_survives_a_rule_and_a_calendar_change(world: World) -> None:
    world.register(Answer(date(2026, 11, 20)), received_on=TUESDAY)
    world.register(Hold(date(2026, 11, 18), date(2026, 11, 19)), Answer(date(2026, 11, 20)), received_on=TUESDAY)
    frozen = rows()
    carry_out(world, shorter(world, days=1))
    carry_out(world, closing(world, date(2026, 11, 18)))
    assert rows() == frozen
    assert stored_as_replayed(world)


def test_other_demandes_do_not_move(world: World) -> None:
    world.register(channel="letter", received_on=TUESDAY)
    world.register(kind="meeting_request", received_on=TUESDAY)
    frozen = rows()
    assert carry_out(world, shorter(world)) == Effect()
    assert rows() == frozen


def test_other_prefecture_does_not_move(world: World) -> None:
    other = make_world("13", "13")
    other.register(received_on=TUESDAY)
    frozen = rows()
    carry_out(world, shorter(world))
    assert rows() == frozen


def test_promised_reply_keeps_the_date_that_was_promised(world: World) -> None:
    ticket = world.register(Hold(TUESDAY, date(2026, 12, 4)), received_on=TUESDAY)
    carry_out(world, shorter(world))
    carry_out(world, closing(world, THURSDAY))
    assert ticket.deadlines.get(purpose=Purpose.PROMISED_REPLY).due_on == date(2026, 12, 4)


def test_restarted_clock_follows_the_rule_of_its_own_day_0(world: World) -> None:
    """A change reaches the deadline that a completed demande opened, though the demande arrived before."""
    asked = world.register(
        AskRequester(date(2026, 11, 13), "acte"), Complete(date(2026, 11, 18)), received_on=date(2026, 11, 12)
    )
    assert due(asked) == date(2026, 11, 25)
    effect = carry_out(world, shorter(world))
    assert (effect.earlier, due(asked)) == (1, date(2026, 11, 23))


def test_new_rule_gives_a_date_to_what_had_none(world: World) -> None:
    ticket = world.register(channel="phone", received_on=TUESDAY)
    assert due(ticket) is None
    criteria = Criteria(Purpose.REPLY, world.kind("correspondence"), Channel.objects.get(code="phone"))
    plan = ruling.plan_addition(world.prefecture, criteria, Terms(2, SOURCE), valid_from=TUESDAY)
    assert recomputing.preview(plan).sentence == "1 échéance sans délai défini en reçoit un."
    assert carry_out(world, plan).gained == 1
    assert due(ticket) == date(2026, 11, 19)


def test_ended_rule_leaves_its_demandes_without_a_date(world: World) -> None:
    ticket = world.register(received_on=TUESDAY)
    rule = ruling.in_force(world.prefecture).get(kind__code="correspondence", channel__code="email", module=None)
    effect = carry_out(world, ruling.plan_end(rule, TUESDAY))
    assert (effect.lost, due(ticket)) == (1, None)
    assert effect.sentence == "1 échéance n’a plus de délai défini."


def test_undone_by_a_change_back(world: World) -> None:
    ticket = world.register(received_on=TUESDAY)
    first = due(ticket)
    carry_out(world, shorter(world))
    changed = ruling.in_force(world.prefecture).get(source=SOURCE)
    carry_out(world, ruling.plan_replacement(changed, TUESDAY, Terms(5, "Retour", holding_counts=True)))
    assert due(ticket) == first


def test_correction_after_a_recomputation_follows_the_corrected_channel(world: World) -> None:
    ticket = world.register(received_on=TUESDAY)
    carry_out(world, shorter(world))
    world.act(ticket, Correct({"channel_id": Channel.objects.get(code="letter").pk}), by="supervisor")
    assert due(ticket) == date(2026, 12, 1)  # a letter: 10 working days
    assert stored_as_replayed(world)


# --- Calendar -----------------------------------------------------------------------------------------------------


def test_closed_day_moves_what_crosses_it_and_only_that(world: World) -> None:
    crossing = world.register(received_on=date(2026, 11, 20))  # due Friday 27
    on_its_last_day = world.register(received_on=date(2026, 11, 19))  # due Thursday 26 itself
    ends_before = world.register(received_on=date(2026, 11, 18))  # due Wednesday 25
    elsewhere = world.register(received_on=date(2026, 11, 20), site=world.branch, office="SPB", by=None)
    effect = carry_out(world, closing(world))
    assert (effect.later, effect.earlier) == (2, 0)
    assert [due(ticket) for ticket in (crossing, on_its_last_day, ends_before, elsewhere)] == [
        date(2026, 11, 30), date(2026, 11, 27), date(2026, 11, 25), date(2026, 11, 27),
    ]  # fmt: skip
    assert stored_as_replayed(world)


def test_day_0_that_closes_moves_nothing(world: World) -> None:
    ticket = world.register(received_on=TUESDAY)
    before = due(ticket)
    assert carry_out(world, closing(world, TUESDAY)).moved == 0
    assert due(ticket) == before


def test_day_taken_away_brings_back_the_first_date(world: World) -> None:
    ticket = world.register(received_on=date(2026, 11, 20))
    first = due(ticket)
    carry_out(world, closing(world))
    effect = carry_out(world, closures.plan_reopening(closures.local_days(world.site).get()))
    assert (effect.earlier, due(ticket)) == (1, first)


def test_closed_day_keeps_the_rule_by_which_the_deadline_was_promised(world: World) -> None:
    """A rule that changed meanwhile does not slip in with the calendar."""
    ticket = world.register(received_on=date(2026, 11, 20))
    rule_id = ticket.deadlines.get().rule_id
    ruling.record_rules(shorter(world, days=1), Author())
    carry_out(world, closing(world))
    deadline = ticket.deadlines.get()
    assert (deadline.rule_id, deadline.due_on) == (rule_id, date(2026, 11, 30))


def test_worked_legal_day_brings_deadlines_earlier(world: World, frozen: Any) -> None:
    frozen.move_to("2027-05-13 09:00:00+00:00")
    ticket = world.register(received_on=date(2027, 5, 13))
    effect = carry_out(world, closures.plan_switch(world.site, "lundi-de-pentecote", worked=True))
    assert effect.earlier == 1
    assert due(ticket) == date(2027, 5, 20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrivals=st.lists(st.integers(0, 19), min_size=1, max_size=4),
    closed=st.lists(st.integers(0, 30), min_size=1, max_size=3, unique=True),
)
def test_closing_days_never_brings_a_deadline_earlier(world: World, arrivals: list[int], closed: list[int]) -> None:
    start = date(2026, 11, 1).toordinal()
    tickets = [world.register(received_on=date.fromordinal(start + offset)) for offset in arrivals]
    before = {ticket.pk: due(ticket) for ticket in tickets}
    for offset in closed:
        try:
            plan = closing(world, date.fromordinal(start + offset))
        except InvalidCommand:  # not worked already, or closed by an earlier example
            continue
        assert carry_out(world, plan).earlier == 0
    assert all(due(ticket) >= before[ticket.pk] for ticket in tickets)
    assert stored_as_replayed(world)


# --- The preview and the job --------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["rule", "close", "reopen", "worked"])
def test_preview_says_what_the_job_then_does_and_writes_nothing(world: World, change: str) -> None:
    if change == "reopen":
        closures.record_closures(closing(world), Author())
    for day in range(9, 21):
        world.register(received_on=date(2026, 11, day))
        world.register(Answer(date(2026, 11, 20)), received_on=date(2026, 11, day))
        world.register(kind="meeting_request", received_on=date(2026, 11, day))
    world.register(Propose(date(2026, 11, 20), date(2026, 11, 27)), kind="meeting_request", received_on=TUESDAY)
    plan = {
        "rule": lambda: shorter(world, days=4),
        "close": lambda: closing(world),
        "reopen": lambda: closures.plan_reopening(closures.local_days(world.site).get()),
        "worked": lambda: closures.plan_switch(world.site, "lundi-de-pentecote", worked=True),
    }[change]()
    events, before, rules = Event.objects.count(), rows(), DeadlineRule.objects.count()
    said = recomputing.preview(plan)
    assert (Event.objects.count(), rows(), DeadlineRule.objects.count()) == (events, before, rules)
    done = carry_out(world, plan)
    assert done == said
    assert (said.moved > 0) == (change != "worked")
    assert stored_as_replayed(world)


def test_preview_names_each_move(world: World) -> None:
    ticket = world.register(received_on=TUESDAY)
    (move,) = recomputing.preview(shorter(world)).moves
    assert move == Move(ticket.reference, Purpose.REPLY, "2026-11-24", "2026-11-20")
    assert (move.purpose_label, move.before_on, move.after_on) == ("Réponse", date(2026, 11, 24), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "Aucune échéance en cours ne change."),
        ({"later": 12, "earlier": 3}, "12 échéances reculent, 3 avancent."),
        ({"later": 1, "earlier": 1}, "1 échéance recule, 1 avance."),
        ({"earlier": 2}, "2 échéances avancent."),
        ({"earlier": 2, "lost": 4}, "2 échéances avancent, 4 n’ont plus de délai défini."),
        ({"unchanged": 8}, "Aucune échéance en cours ne change."),
    ],
)
def test_sentence(counts: dict[str, int], sentence: str) -> None:
    assert Effect(**counts).sentence == sentence


def test_the_system_writes_in_the_journal_of_each_demande(world: World) -> None:
    moved, kept = world.register(received_on=TUESDAY), world.register(received_on=date(2026, 11, 16))
    carry_out(world, shorter(world))
    event = Event.objects.get(stream="ticket", kind="recomputed")
    assert (event.object_id, event.actor, event.via) == (moved.pk, None, "task")
    assert Ticket.objects.get(pk=kept.pk).version == kept.version


def test_refused_plan_leaves_no_job(world: World) -> None:
    first, second = shorter(world), shorter(world, days=4)
    recomputing.carry_out(first, Author())
    with pytest.raises(StaleVersion):
        recomputing.carry_out(second, Author())
    assert Job.objects.count() == 1


class Stopped(Exception):
    pass


class StoppingProgress(jobs.Progress):
    """A process that dies after its second chunk."""

    chunks = 0

    def checkpoint(self, data: Any, *, done: int | None = None) -> None:
        super().checkpoint(data, done=done)
        self.chunks += 1
        if self.chunks == 2:
            raise Stopped


def test_job_taken_up_again_does_each_demande_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "CHUNK", 2)
    for _ in range(7):
        world.register(received_on=TUESDAY)
    recomputing.carry_out(shorter(world), Author())
    claimed = jobs.claim(jobs.clock.now())
    assert claimed is not None
    with pytest.raises(Stopped):
        recomputing.run(claimed[0], StoppingProgress(*claimed))
    assert Event.objects.filter(kind="recomputed").count() == 2  # the second chunk went away with its checkpoint
    Job.objects.update(state=JobState.QUEUED)
    assert jobs.run_pending_jobs() == 1
    job = Job.objects.get()
    effect = Effect.from_json(job.result)
    assert (job.done, job.total, effect.earlier, effect.unchanged) == (7, 7, 7, 0)
    assert Event.objects.filter(kind="recomputed").count() == 7
    assert stored_as_replayed(world)


def test_job_done_twice_moves_nothing_more(world: World) -> None:
    world.register(received_on=TUESDAY)
    carry_out(world, shorter(world))
    events = Event.objects.count()
    Job.objects.update(state=JobState.QUEUED, checkpoint={})
    jobs.run_pending_jobs()
    effect = Effect.from_json(Job.objects.get().result)
    assert (effect.moved, effect.unchanged) == (0, 1)
    assert Event.objects.count() == events
