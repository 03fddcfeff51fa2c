"""Mass acts: each demande as by hand, by the rights of the person at that moment, once, taken back where nothing has
happened since."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import World, make_world
from tracker import clock, jobs, mass
from tracker.commands import Answer, Assign, Note, Take
from tracker.enums import JobState, MassKind, MassOutcome, MassStage, State
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models import Event, Job, MassAct, MassActLine, Ticket, User
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

ON = date(2026, 11, 17)


def answered(world: World, **fields: Any) -> Ticket:
    return world.register(Answer(ON), **fields)


def drawn(world: World, kind: MassKind, *tickets: Ticket, by: str = "agent") -> MassAct:
    user = world.user(by)
    chosen = Ticket.objects.visible_to(user).filter(pk__in=[ticket.pk for ticket in tickets])
    return mass.draw_up(chosen, kind, Author(user=user))


def confirmed(world: World, act: MassAct, by: str = "agent") -> MassAct:
    mass.confirm(act.pk, world.user(by))
    jobs.run_pending_jobs()
    act.refresh_from_db()
    assert act.stage == MassStage.ENDED
    return act


def undone(world: World, act: MassAct, by: str = "agent") -> MassAct:
    mass.undo(act.pk, world.user(by), clock.now())
    jobs.run_pending_jobs()
    act.refresh_from_db()
    assert act.stage == MassStage.UNDONE
    return act


def outcomes(act: MassAct) -> list[tuple[str, str]]:
    return list(act.lines.order_by("ticket_id").values_list("outcome", "reason"))


def states(*tickets: Ticket) -> list[str]:
    found = Ticket.objects.in_bulk([ticket.pk for ticket in tickets])
    return [found[ticket.pk].state for ticket in tickets]


# --- Foreseen, then done ------------------------------------------------------------------------------------------


def test_what_will_be_refused_is_said_before_and_after(world: World) -> None:
    first, still_open, second = answered(world), world.register(), answered(world)
    act = drawn(world, MassKind.CLOSE, first, still_open, second)
    assert act.stage == MassStage.READY
    refusal = "Cette action n’est pas possible\xa0: la demande est «\xa0Affectée\xa0»."
    foreseen = [(MassOutcome.WAITING, ""), (MassOutcome.WAITING, refusal), (MassOutcome.WAITING, "")]
    assert outcomes(act) == foreseen
    assert mass.reasons(act.lines.all()) == [(refusal, 1)]
    assert states(first, still_open, second) == [State.ANSWERED, State.ASSIGNED, State.ANSWERED]

    confirmed(world, act)
    done = [(MassOutcome.DONE, ""), (MassOutcome.REFUSED, refusal), (MassOutcome.DONE, "")]
    assert outcomes(act) == done
    assert states(first, still_open, second) == [State.CLOSED, State.ASSIGNED, State.CLOSED]
    last = Event.objects.filter(stream="ticket", object_id=first.pk).latest("number")
    assert (last.kind, last.actor_id) == ("closed", world.users["agent"].pk)
    assert (verify_journal().different, check_deadlines().different) == ([], [])


def test_to_a_bureau(world: World) -> None:
    free, held, there = world.register(office=None, by=None), world.register(), world.register(office="DOT")
    act = drawn(world, MassKind.OFFICE, free, held, there, by="quality")
    assert act.stage == MassStage.CHOOSING
    mass.aim(act.pk, world.user("quality"), world.offices["DOT"])
    confirmed(world, act, "quality")
    assert outcomes(act) == [
        (MassOutcome.DONE, ""), (MassOutcome.DONE, ""), (MassOutcome.REFUSED, mass.SAME_OFFICE),
    ]  # fmt: skip
    assert set(Ticket.objects.values_list("office__code", flat=True)) == {"DOT"}


def test_to_a_person_of_the_bureau_alone(world: World) -> None:
    held, elsewhere, free = world.register(), world.register(office="DOT"), world.register(office=None, by=None)
    act = drawn(world, MassKind.AGENT, held, elsewhere, free, by="quality")
    mass.aim(act.pk, world.user("quality"), world.users["colleague"])
    confirmed(world, act, "quality")
    assert outcomes(act) == [
        (MassOutcome.DONE, ""), (MassOutcome.REFUSED, mass.NOT_THERE), (MassOutcome.REFUSED, mass.NO_OFFICE),
    ]  # fmt: skip
    held.refresh_from_db()
    assert held.assignee == world.users["colleague"]


def test_theme(world: World) -> None:
    theme = world.prefecture.themes.get(code="etrangers")
    without, already = world.register(), world.register(theme_id=theme.pk)
    act = drawn(world, MassKind.THEME, without, already)
    mass.aim(act.pk, world.user("agent"), theme)
    confirmed(world, act)
    assert outcomes(act) == [(MassOutcome.DONE, ""), (MassOutcome.REFUSED, mass.SAME_THEME)]
    undone(world, act)
    without.refresh_from_db()
    assert without.theme_id is None


def test_a_large_selection_is_checked_by_the_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mass, "AT_ONCE", 2)
    monkeypatch.setattr(mass, "CHUNK", 2)
    tickets = [answered(world) if number % 2 else world.register() for number in range(5)]
    act = drawn(world, MassKind.CLOSE, *tickets)
    assert (act.stage, mass.reasons(act.lines.all())) == (MassStage.CHECKING, [])
    jobs.run_pending_jobs()
    act.refresh_from_db()
    assert act.stage == MassStage.READY
    assert [number for _, number in mass.reasons(act.lines.all())] == [3]
    job = Job.objects.get()
    assert (job.done, job.total) == (5, 5)


def test_nothing_or_too_much_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mass, "MOST", 1)
    with pytest.raises(InvalidCommand, match="Cochez au moins une demande"):
        drawn(world, MassKind.CLOSE)
    with pytest.raises(InvalidCommand, match="1 demandes au plus"):
        drawn(world, MassKind.CLOSE, answered(world), answered(world))
    assert not MassAct.objects.exists()


# --- Rights, and what happens meanwhile ---------------------------------------------------------------------------


def test_a_demande_of_another_bureau_or_prefecture_is_not_in_the_selection(world: World) -> None:
    other = make_world("85", "85").register(Answer(ON))
    act = drawn(world, MassKind.CLOSE, answered(world), answered(world, office="DOT", by=None), other)
    assert act.lines.count() == 1


def test_a_demande_that_leaves_one_s_sight_before_the_job_is_left(world: World) -> None:
    ticket = world.register()
    act = drawn(world, MassKind.AGENT, ticket)
    mass.aim(act.pk, world.user("agent"), world.users["colleague"])
    world.act(ticket, Assign(world.offices["DOT"].pk), by="quality")
    confirmed(world, act)
    assert outcomes(act) == [(MassOutcome.REFUSED, mass.GONE)]


@pytest.mark.parametrize("lost", ["membership", "account"])
def test_rights_are_those_of_the_moment(world: World, lost: str) -> None:
    ticket = answered(world)
    act = drawn(world, MassKind.CLOSE, ticket)
    mass.confirm(act.pk, world.user("agent"))
    user = world.user("agent")
    if lost == "membership":
        user.memberships.all().delete()
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    jobs.run_pending_jobs()
    assert outcomes(act) == [(MassOutcome.REFUSED, mass.GONE)]
    assert states(ticket) == [State.ANSWERED]


def test_a_sealed_demande_is_refused_without_a_word_of_its_state(world: World) -> None:
    act = drawn(world, MassKind.CLOSE, answered(world, office="ASI", by=None), by="quality")
    assert outcomes(act) == [(MassOutcome.WAITING, "Votre rôle ne permet pas cette action.")]


def test_a_demande_changed_since_it_was_chosen_is_refused(world: World) -> None:
    changed, noted = world.register(), world.register()
    act = drawn(world, MassKind.AGENT, changed, noted)
    mass.aim(act.pk, world.user("agent"), world.users["colleague"])
    world.act(changed, Take(), by="agent")
    world.act(noted, Note("Rappeler demain"), by="agent")
    confirmed(world, act)
    assert outcomes(act) == [(MassOutcome.REFUSED, mass.CHANGED), (MassOutcome.DONE, "")]


def test_another_person_has_no_hold_on_the_act(world: World) -> None:
    act = drawn(world, MassKind.CLOSE, answered(world))
    for change in (mass.confirm, mass.resume):
        with pytest.raises(MassAct.DoesNotExist):
            change(act.pk, world.user("colleague"))


# --- Once, whatever dies ------------------------------------------------------------------------------------------


def test_confirmed_twice_is_done_once(world: World) -> None:
    ticket = answered(world)
    act = drawn(world, MassKind.CLOSE, ticket)
    mass.confirm(act.pk, world.user("agent"))
    with pytest.raises(TransitionRefused):
        mass.confirm(act.pk, world.user("agent"))
    assert jobs.run_pending_jobs() == 1
    assert Event.objects.filter(stream="ticket", object_id=ticket.pk, kind="closed").count() == 1


def test_a_job_that_dies_in_a_chunk_goes_on_with_what_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mass, "CHUNK", 2)
    tickets = [answered(world) for _ in range(5)]
    act = drawn(world, MassKind.CLOSE, *tickets)
    mass.confirm(act.pk, world.user("agent"))
    write, written = mass.write_locked, []

    def dying(ticket: Ticket, *args: Any, **options: Any) -> Ticket:
        if len(written) == 3:
            raise RuntimeError("the process dies here")
        written.append(ticket.pk)
        return write(ticket, *args, **options)

    monkeypatch.setattr(mass, "write_locked", dying)
    jobs.run_pending_jobs()
    act.refresh_from_db()
    assert mass.has_failed(act)
    assert act.lines.filter(outcome=MassOutcome.DONE).count() == 2  # the third was rolled back with its chunk
    monkeypatch.setattr(mass, "write_locked", write)
    mass.resume(act.pk, world.user("agent"))
    assert jobs.run_pending_jobs() == 1
    act.refresh_from_db()
    assert (act.stage, set(states(*tickets))) == (MassStage.ENDED, {State.CLOSED})
    assert Event.objects.filter(stream="ticket", kind="closed").count() == 5
    assert verify_journal().different == []


def test_only_a_stopped_job_is_taken_up_again(world: World) -> None:
    act = drawn(world, MassKind.CLOSE, answered(world))
    mass.confirm(act.pk, world.user("agent"))
    with pytest.raises(TransitionRefused):
        mass.resume(act.pk, world.user("agent"))
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1


# --- Taken back ---------------------------------------------------------------------------------------------------


def test_undone_where_nothing_has_happened_since(world: World, frozen: Any) -> None:
    still, noted, open_one = answered(world), answered(world), world.register()
    act = confirmed(world, drawn(world, MassKind.CLOSE, still, noted, open_one))
    # The same person's note is the last act now: undoing would take back the note, not the closing.
    world.act(noted, Note("Classée au dossier"), by="agent")
    undone(world, act)
    assert [outcome for outcome, _ in outcomes(act)] == [MassOutcome.UNDONE, MassOutcome.KEPT, MassOutcome.REFUSED]
    assert outcomes(act)[1][1] == mass.CHANGED_SINCE
    assert states(still, noted) == [State.ANSWERED, State.CLOSED]
    assert (verify_journal().different, check_deadlines().different) == ([], [])


def test_undone_from_where_one_sees_it_no_more(world: World) -> None:
    ticket = world.register(by="supervisor")
    act = drawn(world, MassKind.OFFICE, ticket, by="supervisor")
    mass.aim(act.pk, world.user("supervisor"), world.offices["DOT"])
    confirmed(world, act, "supervisor")
    undone(world, act, "supervisor")
    ticket.refresh_from_db()
    assert ticket.office == world.offices["SEJ"]


def test_undo_ends_after_ten_minutes(world: World, frozen: Any) -> None:
    act = confirmed(world, drawn(world, MassKind.CLOSE, answered(world)))
    assert mass.undoable(act, clock.now() + timedelta(minutes=10))
    frozen.shift(timedelta(minutes=10, seconds=1))
    with pytest.raises(TransitionRefused, match="dix minutes"):
        mass.undo(act.pk, world.user("agent"), clock.now())


def test_nothing_done_is_nothing_to_undo(world: World) -> None:
    act = confirmed(world, drawn(world, MassKind.CLOSE, world.register()))
    assert not mass.undoable(act, clock.now())


# --- Kept for a while ---------------------------------------------------------------------------------------------


def test_drafts_go_after_a_day_and_reports_after_a_month(world: World, frozen: Any) -> None:
    ended = confirmed(world, drawn(world, MassKind.CLOSE, answered(world)))
    drawn(world, MassKind.CLOSE, answered(world))
    assert mass.forget(clock.now()) == 0
    frozen.shift(mass.DRAFTS_KEPT + timedelta(seconds=1))
    assert mass.forget(clock.now()) == 1
    assert list(MassAct.objects.all()) == [ended]
    frozen.shift(mass.REPORTS_KEPT)
    assert mass.forget(clock.now()) == 1
    assert not MassActLine.objects.exists()


@pytest.mark.parametrize(
    ("who", "kinds"),
    [
        ("mailroom", {MassKind.OFFICE, MassKind.THEME}),
        ("agent", {MassKind.AGENT, MassKind.THEME, MassKind.CLOSE}),
        ("supervisor", set(MassKind)),
        ("quality", set(MassKind)),
        ("copil", set()),
    ],
)
def test_each_role_is_offered_what_it_may_do(world: World, who: str, kinds: set[MassKind]) -> None:
    assert set(mass.kinds_for(world.user(who))) == kinds
