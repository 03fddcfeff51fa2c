"""How a demande leaves the figures, comes back, is corrected or undone: one test for each sentence of the rules."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import World
from tests.tracker.clocks import counted, dates, in_the_rate, nov, outcomes
from tracker import writers
from tracker.commands import (
    Answer,
    AskRequester,
    Assign,
    Close,
    Command,
    Complete,
    Correct,
    Dismiss,
    Forward,
    Hold,
    MarkSignature,
    Note,
    Reopen,
    SendBack,
    Take,
    Undo,
)
from tracker.enums import DismissalReason
from tracker.errors import InvalidCommand, NotAllowed, TransitionRefused
from tracker.models import Channel, Event, Nature, Outbox, Ticket
from tracker.rulebooks import rule_book
from tracker.writers import Author

pytestmark = pytest.mark.django_db

LEAVING = ["duplicate", "unwanted", "out_of_scope", "anonymous", "registration_error"]


# --- Leaving N ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", LEAVING)
@pytest.mark.parametrize("received_on", [nov(9), nov(16)])
def test_these_leave_n_before_the_deadline_or_after_it(world: World, reason: str, received_on: date) -> None:
    ticket = world.register(received_on=received_on)
    dismissed = world.act(ticket, Dismiss(DismissalReason(reason), nov(20)), by="agent")
    assert outcomes(dismissed) == [("reply", reason)]
    assert in_the_rate(dismissed) == 0


def test_they_take_the_promise_and_the_asking_out_too(world: World) -> None:
    ticket = world.register(Hold(nov(17), nov(30)), AskRequester(nov(18), "Le titre"))
    dismissed = world.act(ticket, Dismiss(DismissalReason.DUPLICATE, nov(20)), by="agent")
    assert outcomes(dismissed) == [("reply", "duplicate"), ("promised_reply", "void"), ("complement", "duplicate")]


@pytest.mark.parametrize(("on", "outcome"), [(nov(16), "withdrawn"), (nov(17), "withdrawn"), (nov(18), "late")])
def test_withdrawn_leaves_n_before_the_deadline_only(world: World, on: date, outcome: str) -> None:
    ticket = world.register(received_on=nov(9))
    assert outcomes(world.act(ticket, Dismiss(DismissalReason.WITHDRAWN, on), by="agent")) == [("reply", outcome)]


def test_after_the_deadline_only_the_encadrant_takes_it_out(world: World) -> None:
    ticket = world.register(received_on=nov(9))
    confirmed = Dismiss(DismissalReason.WITHDRAWN, nov(20), confirmed=True)
    with pytest.raises(NotAllowed):
        world.act(ticket, confirmed, by="agent")
    assert outcomes(world.act(ticket, confirmed, by="supervisor")) == [("reply", "confirmed")]


@pytest.mark.parametrize(("told_on", "outcome"), [(nov(17), "in_time"), (nov(18), "late")])
def test_forwarded_with_the_sender_told_in_time_meets_the_deadline(world: World, told_on: date, outcome: str) -> None:
    ticket = world.register(received_on=nov(9))
    forwarded = world.act(ticket, Forward("Conseil départemental", nov(12), told_on), by="agent")
    assert outcomes(forwarded) == [("reply", outcome)]
    assert forwarded.ended_on == told_on


def test_forwarding_ends_a_promise_that_nobody_here_can_keep(world: World) -> None:
    ticket = world.register(Hold(nov(17), nov(30)))
    forwarded = world.act(ticket, Forward("Conseil départemental", nov(19), nov(19)), by="agent")
    assert outcomes(forwarded) == [("reply", "in_time"), ("promised_reply", "forwarded")]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (Forward(" ", nov(19), nov(19)), "to"),
        (Forward("Mairie", nov(21), nov(19)), "forwarded_on"),
        (Forward("Mairie", nov(19), nov(21)), "told_on"),
        (Forward("Mairie", nov(15), nov(19)), "forwarded_on"),
        (Forward("Mairie", nov(19), nov(15)), "told_on"),
    ],
)
def test_forwarding_says_to_whom_and_when(world: World, command: Command, field: str) -> None:
    ticket = world.register(received_on=nov(16))
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, command, by="agent")
    assert refusal.value.field == field


# --- Merging ------------------------------------------------------------------------------------------------------


def test_a_merge_keeps_the_earliest_arrival_and_counts_once(world: World) -> None:
    target = world.register(received_on=nov(16))
    source = world.register(received_on=nov(12))
    source, target = writers.merge(source.pk, target.pk, Author(user=world.user("agent")))
    assert (source.state, source.merged_into_id) == ("merged", target.pk)
    assert outcomes(source) == [("reply", "merged")]
    assert (target.received_on, target.due_on, target.reference) == (nov(12), nov(19), "44-2026-000001")
    assert counted(target, "reply") == [nov(12)]
    assert not Ticket.objects.open().filter(pk=source.pk).exists()


def test_a_merge_of_the_later_one_moves_nothing(world: World) -> None:
    target = world.register(received_on=nov(12))
    source = world.register(received_on=nov(16))
    _, target = writers.merge(source.pk, target.pk, Author(user=world.user("agent")))
    assert (target.received_on, target.due_on) == (nov(12), nov(19))


def test_a_demande_merges_neither_with_itself_nor_with_another_kind_nor_with_one_that_has_ended(world: World) -> None:
    author = Author(user=world.user("agent"))
    ticket, complaint = world.register(), world.register(kind="complaint")
    ended = world.register(Answer(nov(19)))
    with pytest.raises(InvalidCommand):
        writers.merge(ticket.pk, ticket.pk, author)
    with pytest.raises(InvalidCommand):
        writers.merge(ticket.pk, complaint.pk, author)
    with pytest.raises(TransitionRefused):
        writers.merge(ticket.pk, ended.pk, author)
    with pytest.raises(TransitionRefused):
        writers.merge(ended.pk, ticket.pk, author)
    assert set(Ticket.objects.values_list("version", flat=True)) == {2, 3}


def test_one_merges_only_what_one_may_handle(world: World) -> None:
    ticket, elsewhere = world.register(), world.register(office="DOT")
    for pair in ((ticket.pk, elsewhere.pk), (elsewhere.pk, ticket.pk)):
        with pytest.raises(NotAllowed):
            writers.merge(*pair, Author(user=world.user("agent")))


# --- Reopening ----------------------------------------------------------------------------------------------------


def test_reopened_by_mistake_the_first_deadline_resumes_as_if_never_met(world: World) -> None:
    ticket = world.register(Answer(nov(19)))
    reopened = world.act(ticket, Reopen(), by="agent")
    assert outcomes(reopened) == [("reply", "running")]
    row = reopened.deadlines.get()
    assert (row.met_on, row.taken, reopened.due_on, reopened.answered_on) == (None, None, nov(23), None)
    assert reopened.reopened_count == 1


@pytest.mark.parametrize(
    "ending",
    [
        Dismiss(DismissalReason.DUPLICATE, nov(19)),
        Dismiss(DismissalReason.WITHDRAWN, nov(19)),
        Forward("Mairie", nov(19), nov(19)),
        Answer(None),
    ],
)
def test_every_ending_can_have_been_a_mistake(world: World, ending: Command) -> None:
    ticket = world.register(Hold(nov(17), nov(30)), channel="letter")
    before = list(ticket.deadlines.order_by("pk").values())
    world.act(ticket, ending, by="agent")
    reopened = world.act(ticket, Reopen(), by="agent")
    assert list(reopened.deadlines.order_by("pk").values()) == before


def test_reopened_by_mistake_nothing_is_awaited_any_more(world: World) -> None:
    """It is in an agent's hands again: the clock that asking had stopped runs."""
    ticket = world.register(AskRequester(nov(17), "Le titre"), Answer(nov(19)))
    reopened = world.act(ticket, Reopen(), by="agent")
    assert outcomes(reopened) == [("reply", "running"), ("complement", "in_time")]


def test_reopened_by_a_new_message_the_first_result_is_frozen_and_a_new_deadline_starts(world: World) -> None:
    ticket = world.register(Answer(nov(18)), received_on=nov(9))
    reopened = world.act(ticket, Reopen(message_on=nov(19)), by="agent")
    assert outcomes(reopened) == [("reply", "late"), ("reply", "running")]
    assert counted(reopened, "reply") == [nov(9), nov(19)]
    assert (reopened.due_on, reopened.received_on) == (nov(26), nov(9))
    assert in_the_rate(world.act(reopened, Answer(nov(20)), by="agent")) == 2


def test_each_round_counts_once_whatever_is_asked_for(world: World) -> None:
    ticket = world.register(
        Answer(nov(10)),
        Reopen(message_on=nov(12)),
        AskRequester(nov(13), "Le titre"),
        Complete(nov(16)),
        Answer(nov(18)),
        received_on=nov(9),
        by=None,
    )
    assert counted(ticket, "reply") == [nov(9), nov(12), nov(12)]
    assert counted(ticket, "complement") == [nov(12)]
    assert in_the_rate(ticket) == 2


def test_a_promise_made_in_the_second_round_counts_in_it(world: World) -> None:
    ticket = world.register(Answer(nov(17)), Reopen(message_on=nov(18)), Hold(nov(19), nov(30)), by=None)
    assert counted(ticket, "promised_reply") == [nov(18)]


def test_dismissing_the_new_message_leaves_the_first_answer_counted(world: World) -> None:
    ticket = world.register(Answer(nov(18)), Reopen(message_on=nov(19)), by=None)
    dismissed = world.act(ticket, Dismiss(DismissalReason.UNWANTED, nov(20)), by="agent")
    assert outcomes(dismissed) == [("reply", "in_time"), ("reply", "unwanted")]


def test_an_error_of_registration_takes_everything_out(world: World) -> None:
    ticket = world.register(Answer(nov(18)), Reopen(message_on=nov(19)), by=None)
    dismissed = world.act(ticket, Dismiss(DismissalReason.REGISTRATION_ERROR, nov(20)), by="agent")
    assert outcomes(dismissed) == [("reply", "registration_error"), ("reply", "registration_error")]


def test_what_was_suspended_in_one_round_does_not_come_back_in_the_next(world: World) -> None:
    ticket = world.register(
        AskRequester(nov(17), "Le titre"),
        Dismiss(DismissalReason.WITHDRAWN, nov(18)),
        Reopen(message_on=nov(19)),
        Answer(nov(20)),
        by=None,
    )
    assert outcomes(ticket) == [("reply", "void"), ("complement", "in_time"), ("reply", "in_time")]


@pytest.mark.parametrize("message_on", [nov(8), nov(21)])
def test_a_new_message_comes_after_the_arrival_and_not_tomorrow(world: World, message_on: date) -> None:
    ticket = world.register(Answer(nov(10)), received_on=nov(9))
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, Reopen(message_on=message_on), by="agent")
    assert refusal.value.field == "message_on"


def test_closing_moves_no_deadline(world: World) -> None:
    ticket = world.register(Answer(nov(19)))
    before = list(ticket.deadlines.order_by("pk").values())
    assert list(world.act(ticket, Close(), by="agent").deadlines.order_by("pk").values()) == before


# --- Correcting ---------------------------------------------------------------------------------------------------


def channel(code: str) -> dict[str, Any]:
    return {"channel_id": Channel.objects.get(code=code).pk}


def test_a_corrected_arrival_moves_the_deadline_and_keeps_the_reference(world: World) -> None:
    ticket = world.register(received_on=nov(18))
    corrected = world.act(ticket, Correct({"received_on": date(2025, 12, 30)}), by="agent")
    assert corrected.reference == ticket.reference
    assert (corrected.due_on, counted(corrected, "reply")) == (date(2026, 1, 7), [date(2025, 12, 30)])


def test_a_corrected_channel_or_module_changes_the_rule(world: World) -> None:
    ticket = world.register(received_on=nov(16))
    assert world.act(ticket, Correct(channel("letter")), by="agent").due_on == nov(30)
    assert world.act(ticket, Correct({"module": 4}), by="agent").due_on == date(2026, 12, 7)


def test_a_corrected_channel_may_make_the_holding_reply_insufficient(world: World) -> None:
    ticket = world.register(Hold(nov(18), nov(27)))
    corrected = world.act(ticket, Correct(channel("letter")), by="agent")
    assert outcomes(corrected) == [("reply", "running"), ("promised_reply", "running")]
    assert dates(corrected, "reply") == [nov(30)]


def test_a_correction_reaches_what_completion_opened(world: World) -> None:
    ticket = world.register(AskRequester(nov(17), "Le titre"), Complete(nov(18)))
    assert dates(world.act(ticket, Correct(channel("letter")), by="agent"), "reply") == [nov(30), date(2026, 12, 2)]


@pytest.mark.parametrize("code", [None, "letter"])
def test_after_the_deadline_the_encadrant_alone_corrects(world: World, code: str | None) -> None:
    ticket = world.register(received_on=nov(9))
    values = channel(code) if code else {"received_on": nov(12)}
    with pytest.raises(NotAllowed):
        world.act(ticket, Correct(values), by="agent")
    assert world.act(ticket, Correct(values), by="supervisor").due_on > nov(17)


def test_also_where_it_was_answered_in_time(world: World) -> None:
    """Once the day is behind, a correction rewrites a figure, whichever way it goes."""
    ticket = world.register(Answer(nov(16)), received_on=nov(9))
    with pytest.raises(NotAllowed):
        world.act(ticket, Correct({"received_on": nov(2)}), by="agent")
    assert outcomes(world.act(ticket, Correct({"received_on": nov(2)}), by="supervisor")) == [("reply", "late")]


def test_what_touches_no_deadline_is_corrected_by_anybody_at_any_time(world: World) -> None:
    ticket = world.register(received_on=nov(9))
    assert world.act(ticket, Correct({"subject": "Autre objet"}), by="agent").subject == "Autre objet"


def test_an_arrival_is_not_corrected_past_what_was_done_nor_before_its_postmark(world: World) -> None:
    ticket = world.register(AskRequester(nov(18), "Le titre"), Complete(nov(19)), postmark_on=nov(13))
    for received_on, field in ((nov(19), "received_on"), (nov(21), "received_on"), (nov(12), "received_on")):
        with pytest.raises(InvalidCommand) as refusal:
            world.act(ticket, Correct({"received_on": received_on}), by="agent")
        assert refusal.value.field == field
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, Correct({"postmark_on": nov(17)}), by="agent")
    assert refusal.value.field == "postmark_on"


def test_the_kind_changes_within_one_machine(world: World) -> None:
    ticket = world.register(AskRequester(nov(17), "Le titre"), Complete(nov(18)))
    corrected = world.act(ticket, Correct({"kind": world.kind("site_update")}), by="agent")
    assert sorted(outcomes(corrected)) == [("complement", "in_time"), ("update", "running"), ("update", "void")]
    with pytest.raises(InvalidCommand, match="autre circuit") as refusal:
        world.act(ticket, Correct({"kind": world.kind("meeting_request")}), by="agent")
    assert refusal.value.field == "kind"


def test_nothing_changed_is_said(world: World) -> None:
    ticket = world.register()
    with pytest.raises(InvalidCommand, match="Rien n’a changé"):
        world.act(ticket, Correct({"subject": ticket.subject}), by="agent")


def test_a_column_that_is_not_corrected_this_way_is_a_defect(world: World) -> None:
    ticket = world.register()
    with pytest.raises(ValueError, match="state"):
        world.act(ticket, Correct({"state": "answered"}), by="agent")


# --- Undoing ------------------------------------------------------------------------------------------------------


def columns(ticket: Ticket) -> dict[str, Any]:
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    del row["version"]
    return row


UNDOABLE: dict[str, tuple[list[Command], Command]] = {
    "take": ([], Take()),
    "send_back": ([], SendBack("Pas pour nous")),
    "note": ([], Note("Vu")),
    "hold": ([], Hold(nov(19), nov(27))),
    "ask": ([], AskRequester(nov(19), "Le titre", until=nov(30))),
    "complete": ([AskRequester(nov(18), "Le titre", until=nov(30))], Complete(nov(19))),
    "answer": ([], Answer(nov(19))),
    "undated answer": ([], Answer(None)),
    "close": ([Answer(nov(19))], Close()),
    "forward": ([], Forward("Mairie", nov(19), nov(19))),
    "dismiss": ([], Dismiss(DismissalReason.DUPLICATE, nov(19), note="Voir l’autre")),
    "reopen by mistake": ([Answer(nov(19))], Reopen()),
    "reopen by message": ([Answer(nov(19))], Reopen(message_on=nov(20))),
    "correct the arrival": ([], Correct({"received_on": nov(12)})),
    "correct the sender": ([], Correct({"sender_name": "Autre", "sender_contact": "x", "subject": "", "body": "y"})),
    "signature": ([], MarkSignature(nov(19))),
    "answer at signature": ([MarkSignature(nov(18))], Answer(nov(19))),
}


@pytest.mark.parametrize("name", UNDOABLE)
def test_each_act_can_be_undone_and_leaves_no_trace_but_the_journal(world: World, name: str) -> None:
    first, act = UNDOABLE[name]
    ticket = world.register(*first, assignee="colleague")
    before, rows = columns(ticket), list(ticket.deadlines.order_by("pk").values())
    world.act(ticket, act, by="agent")
    undone = world.act(ticket, Undo(), by="agent")
    assert columns(ticket) == before
    assert [{**row, "id": 0} for row in undone.deadlines.order_by("pk").values()] == [{**row, "id": 0} for row in rows]
    assert undone.version == ticket.version + 2


def test_undoing_a_second_forward_gives_the_first_addressee_back(world: World) -> None:
    ticket = world.register(Forward("Mairie", nov(18), nov(18)), Reopen(), by=None)
    before = columns(ticket)
    world.act(ticket, Forward("Conseil régional", nov(19), nov(19)), by="agent")
    world.act(ticket, Undo(), by="agent")
    assert columns(ticket) == before


def test_what_was_done_in_one_act_is_undone_in_one_but_not_the_registration(world: World) -> None:
    ticket = world.register(Answer(nov(19)))
    undone = world.act(ticket, Undo(), by="agent")
    assert (undone.state, undone.office_id) == ("registered", None)
    assert outcomes(undone) == [("reply", "running")]


def test_reassigning_can_be_undone_by_the_encadrant(world: World) -> None:
    ticket = world.register(office="DCL")
    world.act(ticket, Assign(world.offices["DOT"].pk), by="director")
    assert world.act(ticket, Undo(), by="director").office_id == world.offices["DCL"].pk


def test_ten_minutes_no_more(world: World, frozen: Any) -> None:
    ticket = world.register()
    world.act(ticket, Take(), by="agent")
    frozen.shift(timedelta(minutes=10))
    assert world.act(ticket, Undo(), by="agent").state == "assigned"
    world.act(ticket, Take(), by="agent")
    frozen.shift(timedelta(minutes=10, seconds=1))
    with pytest.raises(TransitionRefused, match="dix minutes"):
        world.act(ticket, Undo(), by="agent")


def test_by_its_author_alone(world: World) -> None:
    ticket = world.register()
    world.act(ticket, Take(), by="agent")
    for other in ("colleague", "supervisor", None):
        with pytest.raises(TransitionRefused, match="Seule la personne"):
            world.act(ticket, Undo(), by=other)


def test_the_last_act_only(world: World) -> None:
    ticket = world.register()
    world.act(ticket, Take(), by="agent")
    world.act(ticket, Note("Vu"), by="colleague")
    with pytest.raises(TransitionRefused):
        world.act(ticket, Undo(), by="agent")


def test_neither_an_undoing_nor_a_registration_nor_an_act_of_the_system(world: World) -> None:
    ticket = world.register(office=None, by="mailroom", by_mailroom=True)
    with pytest.raises(TransitionRefused, match="inscription"):
        world.act(ticket, Undo(), by="mailroom")
    taken = world.register()
    world.act(taken, Take(), by="agent")
    world.act(taken, Undo(), by="agent")
    with pytest.raises(TransitionRefused):
        world.act(taken, Undo(), by="agent")
    closed = world.register(Answer(nov(19)))
    world.act(closed, Close())
    with pytest.raises(TransitionRefused):
        world.act(closed, Undo(), by="agent")


@pytest.mark.parametrize("pressed_on", ["source", "target"])
def test_a_merge_is_undone_on_both_sides_at_once(world: World, pressed_on: str) -> None:
    """The demande that was kept had taken the older arrival, and its deadline: both are as before."""
    source = world.register(Hold(nov(13), nov(27)), received_on=nov(12), assignee="colleague")
    target = world.register(received_on=nov(17))
    before = [(columns(each), list(each.deadlines.order_by("pk").values())) for each in (source, target)]
    merge_events = writers.merge(source.pk, target.pk, Author(user=world.user("agent")))
    assert merge_events[1].received_on == nov(12)
    world.act({"source": source, "target": target}[pressed_on], Undo(), by="agent")
    after = [(columns(each), list(each.deadlines.order_by("pk").values())) for each in (source, target)]
    assert after == before
    last = Event.objects.filter(stream="ticket", kind__in=("merged", "absorbed", "undone"))
    assert len(set(last.values_list("act_id", flat=True))) == 2  # each act of the person is one act over both demandes
    again = writers.merge(source.pk, target.pk, Author(user=world.user("agent")))
    assert again[0].state == "merged"


def test_a_merge_is_not_undone_once_the_other_demande_has_gone_on(world: World) -> None:
    source, target = world.register(), world.register()
    writers.merge(source.pk, target.pk, Author(user=world.user("agent")))
    world.act(target, Note("Vu"), by="agent")
    before = columns(target)
    with pytest.raises(TransitionRefused, match="a changé depuis"):
        world.act(source, Undo(), by="agent")
    assert Ticket.objects.get(pk=source.pk).state == "merged"
    assert columns(target) == before
    world.act(target, Undo(), by="agent")  # the note alone
    assert Ticket.objects.get(pk=source.pk).state == "merged"


def test_a_merge_is_undone_by_its_author_alone(world: World) -> None:
    source, target = world.register(), world.register()
    writers.merge(source.pk, target.pk, Author(user=world.user("agent")))
    for each in (source, target):
        with pytest.raises(TransitionRefused, match="Seule la personne"):
            world.act(each, Undo(), by="colleague")


def test_one_half_of_a_merge_is_never_undone_alone(world: World) -> None:
    """In bulk, each demande is decided by itself: the other half would stay."""
    source, target = world.register(), world.register()
    author = Author(user=world.user("agent"))
    writers.merge(source.pk, target.pk, author)
    draft = writers.Draft(writers.lock_many([source.pk])[source.pk], [(author, [Undo()])])
    with pytest.raises(TransitionRefused, match="a changé depuis"):
        writers.write_many([draft], rule_book(world.prefecture.pk))


def test_not_once_something_left_for_the_requester(world: World) -> None:
    ticket = world.register()
    world.act(ticket, Hold(nov(19), nov(27)), by="agent")
    event = Event.objects.get(object_id=ticket.pk, kind="held")
    message = Outbox.objects.create(event=event, key="accuse", channel="email", to_requester=False)
    world.act(ticket, Undo(), by="agent")  # a message to a colleague forbids nothing
    world.act(ticket, Hold(nov(19), nov(27)), by="agent")
    message.event = Event.objects.filter(object_id=ticket.pk, kind="held").latest("number")
    message.to_requester = True
    message.save()
    with pytest.raises(TransitionRefused, match="déjà parti"):
        world.act(ticket, Undo(), by="agent")


def test_natures_choose_rules_too(world: World) -> None:
    """A correction of the nature recomputes like the others, where a rule names it."""
    ticket = world.register(kind="complaint", nature="complaint", channel="letter", received_on=nov(16))
    other = Nature.objects.get(code="suggestion").pk
    assert world.act(ticket, Correct({"nature_id": other}), by="agent").due_on == nov(30)
