"""The clocks of what is answered: one test for each sentence of the rules."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import World, make_world
from tests.tracker.clocks import counted, dates, dec, in_the_rate, nov, outcomes
from tracker import clock
from tracker.commands import (
    Answer,
    AskRequester,
    Complete,
    Dismiss,
    Hold,
    MarkSignature,
    Note,
    Reopen,
    SendBack,
    Take,
)
from tracker.enums import DismissalReason
from tracker.errors import InvalidCommand
from tracker.models import Deadline, Event, Ticket

pytestmark = pytest.mark.django_db
PIECE = "Une copie recto verso du titre"


# --- Counting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (nov(16), nov(23)),  # five days, a weekend between
        (nov(9), nov(17)),  # 11 November is not worked
        (nov(14), nov(20)),  # a Saturday is a day 0 like another
        (nov(11), nov(18)),  # and so is a holiday
        (date(2025, 12, 24), date(2026, 1, 2)),  # 25 December, the weekend and 1 January
        (date(2026, 5, 12), date(2026, 5, 20)),  # Ascension, of the deadline's own year
    ],
)
def test_the_deadline_is_the_nth_working_day_after_the_arrival(world: World, received_on: date, due_on: date) -> None:
    assert world.register(received_on=received_on).due_on == due_on


@pytest.mark.parametrize(
    ("answered_on", "outcome", "taken"), [(nov(9), "in_time", 0), (nov(17), "in_time", 5), (nov(18), "late", 6)]
)
def test_in_time_if_it_leaves_on_the_deadline_at_the_latest(
    world: World, answered_on: date, outcome: str, taken: int
) -> None:
    ticket = world.register(Answer(answered_on), received_on=nov(9))
    row = ticket.deadlines.get()
    assert (row.outcome, row.taken, row.met_on) == (outcome, taken, answered_on)


def test_logging_late_buys_no_time(world: World) -> None:
    on_the_day = world.register(received_on=nov(9), now=datetime(2026, 11, 9, 8, tzinfo=UTC))
    ten_days_later = world.register(received_on=nov(9))
    assert on_the_day.due_on == ten_days_later.due_on
    assert ten_days_later.registered_at > on_the_day.registered_at


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", date(2026, 12, 31)),
        ("Indian/Reunion", date(2027, 1, 1)),
        ("Pacific/Tahiti", date(2026, 12, 31)),
    ],
)
def test_an_email_of_the_evening_of_the_31st_is_of_the_first_in_la_reunion(zone: str, day: date) -> None:
    assert clock.local_date(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), zone) == day


def test_today_is_that_of_the_site(world: World, frozen: Any) -> None:
    reunion = make_world("974", "974")
    frozen.move_to(datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
    new_year = date(2027, 1, 1)
    assert reunion.register(received_on=new_year).reference == "974-2027-000001"
    with pytest.raises(InvalidCommand, match="futur"):
        world.register(received_on=new_year)


def test_a_site_follows_the_holidays_of_its_zone(world: World) -> None:
    """20 December is closed in La Réunion alone, 26 December in Alsace-Moselle alone."""
    reunion, alsace = make_world("974", "974"), make_world("67", "67")
    arrival = date(2024, 12, 19)  # a Thursday; the 20th is a Friday
    assert world.register(received_on=arrival).due_on == date(2024, 12, 27)
    assert reunion.register(received_on=arrival).due_on == date(2024, 12, 30)
    assert alsace.register(received_on=arrival).due_on == date(2024, 12, 30)


def test_a_date_outside_the_calendar_is_refused_at_its_field(world: World) -> None:
    with pytest.raises(InvalidCommand, match="calendrier") as refusal:
        world.register(received_on=date(2009, 12, 31))
    assert refusal.value.field == "received_on"
    ticket = world.register()
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, Hold(nov(19), date(2051, 1, 3)), by="agent")
    assert refusal.value.field == "promised_on"
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, AskRequester(nov(19), PIECE, until=date(2051, 1, 3)), by="agent")
    assert refusal.value.field == "until"


def test_a_deadline_past_the_calendar_is_refused_whole(world: World, frozen: Any) -> None:
    frozen.move_to(datetime(2050, 12, 30, 10, tzinfo=UTC))
    with pytest.raises(InvalidCommand, match="calendrier"):
        world.register(received_on=date(2050, 12, 30))
    assert not Ticket.objects.exists()


def test_no_rule_no_deadline(world: World) -> None:
    ticket = world.register(channel="social")
    assert (ticket.due_on, ticket.due_purpose) == (None, "")
    assert list(Ticket.objects.without_deadline()) == [ticket]
    answered = world.act(ticket, Answer(nov(19)), by="agent")
    row = answered.deadlines.get()
    assert (row.outcome, row.exclusion, row.taken) == ("excluded", "no_rule", 3)


def test_an_answer_without_a_traceable_date_is_late(world: World) -> None:
    ticket = world.register(Answer(None), received_on=nov(16))
    row = ticket.deadlines.get()
    assert (row.outcome, row.met_on, row.taken) == ("late", None, None)
    assert ticket.undated


def test_nothing_but_its_own_acts_moves_a_clock(world: World) -> None:
    """Taking, noting, sending back, affecting again, going to signature: the deadline does not move."""
    ticket = world.register(received_on=nov(9))
    before = list(Deadline.objects.order_by("pk").values())
    for act in (Take(), Note("Vu"), MarkSignature(nov(19)), SendBack()):
        assert world.act(ticket, act, by="agent").due_on == nov(17)
    assert list(Deadline.objects.order_by("pk").values()) == before


# --- Holding reply ------------------------------------------------------------------------------------------------


def test_a_holding_reply_without_a_date_meets_nothing(world: World) -> None:
    ticket = world.register(Hold(nov(18)))
    assert outcomes(ticket) == [("reply", "running")]


@pytest.mark.parametrize(
    ("channel", "module", "outcome"),
    [("email", 1, "in_time"), ("letter", 1, "running"), ("letter", 4, "in_time"), ("email", 4, "in_time")],
)
def test_a_dated_holding_reply_meets_the_first_deadline_where_the_rule_says_so(
    world: World, channel: str, module: int, outcome: str
) -> None:
    ticket = world.register(Hold(nov(18), nov(30)), channel=channel, module=module)
    assert outcomes(ticket) == [("reply", outcome), ("promised_reply", "running")]
    assert dates(ticket, "promised_reply") == [nov(30)]


def test_a_holding_reply_after_the_first_deadline_is_late(world: World) -> None:
    ticket = world.register(Hold(nov(18), nov(30)), received_on=nov(9))
    assert outcomes(ticket) == [("reply", "late"), ("promised_reply", "running")]


def test_the_next_promise_is_the_one_that_breaks_soonest(world: World) -> None:
    by_letter = world.register(Hold(nov(18), nov(24)), channel="letter", received_on=nov(16))
    assert (by_letter.due_on, by_letter.due_purpose) == (nov(24), "promised_reply")
    later = world.register(Hold(nov(18), dec(15)), channel="letter", received_on=nov(16))
    assert (later.due_on, later.due_purpose) == (nov(30), "reply")


@pytest.mark.parametrize(
    ("promised", "kept"), [(nov(28), nov(30)), (nov(29), nov(30)), (dec(25), dec(28)), (nov(25), nov(25))]
)
def test_a_promised_day_that_is_not_worked_is_shifted_and_said(world: World, promised: date, kept: date) -> None:
    ticket = world.register()
    held = world.act(ticket, Hold(nov(19), promised), by="agent")
    assert (held.promised_on, dates(held, "promised_reply")) == (kept, [kept])
    assert Event.objects.get(object_id=ticket.pk, kind="held").data["shifted"] is (promised != kept)


def test_a_promise_must_follow_the_holding_reply(world: World) -> None:
    ticket = world.register()
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, Hold(nov(19), nov(19)), by="agent")
    assert refusal.value.field == "promised_on"


def test_a_second_promise_before_the_first_breaks_replaces_it(world: World) -> None:
    ticket = world.register(Hold(nov(17), nov(20)), Hold(nov(20), nov(27)))
    assert outcomes(ticket) == [("reply", "in_time"), ("promised_reply", "void"), ("promised_reply", "running")]
    answered = world.act(ticket, Answer(nov(20)), by="agent")
    assert outcomes(answered)[1:] == [("promised_reply", "void"), ("promised_reply", "in_time")]


def test_a_second_promise_after_the_first_broke_opens_none(world: World) -> None:
    ticket = world.register(Hold(nov(17), nov(18)), Hold(nov(19), nov(27)), Answer(nov(20)))
    assert outcomes(ticket) == [("reply", "in_time"), ("promised_reply", "late")]


def test_the_promise_counts_beside_the_first_deadline_never_with_it(world: World) -> None:
    ticket = world.register(Hold(nov(18), nov(19)), Answer(nov(20)))
    assert outcomes(ticket) == [("reply", "in_time"), ("promised_reply", "late")]
    assert (in_the_rate(ticket), in_the_rate(ticket, "promised_reply")) == (1, 1)


def test_without_acceptance_the_answer_meets_both(world: World) -> None:
    ticket = world.register(Hold(nov(12), nov(19)), Answer(nov(20)), channel="letter", received_on=nov(9))
    assert outcomes(ticket) == [("reply", "in_time"), ("promised_reply", "late")]


# --- Incomplete ---------------------------------------------------------------------------------------------------


def test_asking_in_time_voids_the_reply_and_completion_opens_it_in_full(world: World) -> None:
    ticket = world.register(AskRequester(nov(13), PIECE), received_on=nov(9))
    assert outcomes(ticket) == [("reply", "void"), ("complement", "in_time")]
    assert ticket.due_on is None
    complete = world.act(ticket, Complete(nov(18)), by="agent")
    assert complete.due_on == nov(25)
    answered = world.act(complete, Answer(nov(20)), by="agent")
    assert outcomes(answered) == [("reply", "void"), ("complement", "in_time"), ("reply", "in_time")]
    assert in_the_rate(answered) == 1


def test_completion_counts_at_the_arrival_although_the_clock_restarts(world: World) -> None:
    ticket = world.register(AskRequester(nov(13), PIECE), Complete(nov(18)), received_on=nov(9))
    assert counted(ticket, "reply") == [nov(9), nov(9)]
    assert list(ticket.deadlines.filter(purpose="reply").values_list("starts_on", flat=True)) == [nov(9), nov(18)]


def test_asking_once_past_due_is_late_and_that_one_counts(world: World) -> None:
    ticket = world.register(AskRequester(nov(18), PIECE), Complete(nov(19)), Answer(nov(20)), received_on=nov(9))
    assert outcomes(ticket) == [("reply", "late"), ("complement", "late"), ("reply", "in_time")]
    assert counted(ticket, "reply") == [nov(9), None]
    assert in_the_rate(ticket) == 1


def test_asking_on_the_due_day_is_in_time(world: World) -> None:
    assert outcomes(world.register(AskRequester(nov(17), PIECE), received_on=nov(9))) == [
        ("reply", "void"),
        ("complement", "in_time"),
    ]


def test_a_broken_promise_stays_broken_when_a_piece_is_asked_for(world: World) -> None:
    ticket = world.register(Hold(nov(16), nov(18)), AskRequester(nov(19), PIECE))
    assert outcomes(ticket) == [("reply", "in_time"), ("promised_reply", "late"), ("complement", "in_time")]


def test_a_second_asking_needs_a_reason(world: World) -> None:
    ticket = world.register(AskRequester(nov(17), PIECE), Complete(nov(18)))
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, AskRequester(nov(19), "Un justificatif"), by="agent")
    assert refusal.value.field == "reason"
    asked = world.act(ticket, AskRequester(nov(19), "Un justificatif", reason="La copie est illisible"), by="agent")
    assert asked.state == "awaiting_requester"


def test_asked_twice_the_demande_still_counts_once(world: World) -> None:
    ticket = world.register(
        AskRequester(nov(10), PIECE),
        Complete(nov(12)),
        AskRequester(nov(13), PIECE, reason="Illisible"),
        Complete(nov(18)),
        Answer(nov(20)),
        received_on=nov(9),
    )
    assert outcomes(ticket) == [
        ("reply", "void"),
        ("complement", "in_time"),
        ("reply", "void"),
        ("complement", "in_time"),
        ("reply", "in_time"),
    ]
    assert in_the_rate(ticket) == 1
    assert counted(ticket, "complement") == [nov(9), nov(9)]


def test_after_a_holding_reply_that_was_enough_completion_counts_no_more(world: World) -> None:
    ticket = world.register(Hold(nov(16), nov(30)), AskRequester(nov(17), PIECE), Complete(nov(18)), Answer(nov(20)))
    assert counted(ticket, "reply") == [nov(16), None]
    assert in_the_rate(ticket) == 1


def test_answering_without_the_piece_takes_the_first_clock_up_again(world: World) -> None:
    in_time = world.register(AskRequester(nov(13), PIECE), Answer(nov(17)), received_on=nov(9))
    assert outcomes(in_time) == [("reply", "in_time"), ("complement", "in_time")]
    late = world.register(AskRequester(nov(13), PIECE), Answer(nov(18)), received_on=nov(9))
    assert outcomes(late) == [("reply", "late"), ("complement", "in_time")]


@pytest.mark.parametrize(("asked_on", "outcome"), [(nov(17), "in_time"), (nov(18), "late")])
def test_missing_pieces_stay_in_n_by_the_day_they_were_asked_for(world: World, asked_on: date, outcome: str) -> None:
    ticket = world.register(AskRequester(asked_on, PIECE), received_on=nov(9))
    dismissed = world.act(ticket, Dismiss(DismissalReason.MISSING_PIECES, nov(20)), by="agent")
    assert outcomes(dismissed)[0] == ("reply", outcome)
    assert in_the_rate(dismissed) == 1


def test_missing_pieces_is_no_reason_where_none_was_asked_for(world: World) -> None:
    ticket = world.register()
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, Dismiss(DismissalReason.MISSING_PIECES, nov(20)), by="agent")
    assert refusal.value.field == "reason"


def test_a_piece_does_not_arrive_before_it_was_asked_for(world: World) -> None:
    ticket = world.register(AskRequester(nov(18), PIECE))
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, Complete(nov(17)), by="agent")
    assert refusal.value.field == "completed_on"


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (Answer(nov(17)), "answered_on"),
        (Hold(nov(17), nov(30)), "sent_on"),
        (AskRequester(nov(17), PIECE, reason="Illisible"), "asked_on"),
    ],
)
def test_nothing_is_done_before_the_clock_restarted(world: World, act: Any, field: str) -> None:
    ticket = world.register(AskRequester(nov(17), PIECE), Complete(nov(18)))
    with pytest.raises(InvalidCommand, match="départ du délai") as refusal:
        world.act(ticket, act, by="agent")
    assert refusal.value.field == field


# --- Dates that cannot be ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (Answer(nov(21)), "answered_on"),
        (Answer(nov(15)), "answered_on"),
        (Hold(nov(21)), "sent_on"),
        (Hold(nov(15)), "sent_on"),
        (AskRequester(nov(21), PIECE), "asked_on"),
        (AskRequester(nov(15), PIECE), "asked_on"),
        (AskRequester(nov(18), PIECE, until=nov(17)), "until"),
        (AskRequester(nov(18), "  "), "missing"),
        (Dismiss(DismissalReason.WITHDRAWN, nov(21)), "on"),
        (Dismiss(DismissalReason.WITHDRAWN, nov(15)), "on"),
        (MarkSignature(nov(21)), "since"),
    ],
)
def test_neither_in_the_future_nor_before_the_arrival(world: World, act: Any, field: str) -> None:
    ticket = world.register(received_on=nov(16))
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, act, by="agent")
    assert refusal.value.field == field
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_no_arrival_in_the_future_nor_after_its_postmark(world: World) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        world.register(received_on=nov(21))
    assert refusal.value.field == "received_on"
    with pytest.raises(InvalidCommand) as refusal:
        world.register(received_on=nov(16), postmark_on=nov(17))
    assert refusal.value.field == "postmark_on"


def test_a_site_update_promises_to_be_put_on_line(world: World) -> None:
    ticket = world.register(Answer(nov(19)), kind="site_update", received_on=nov(16))
    assert outcomes(ticket) == [("update", "in_time")]
    assert dates(ticket, "update") == [nov(19)]


def test_a_reopened_update_promises_again(world: World) -> None:
    ticket = world.register(
        Answer(nov(19)), Reopen(message_on=nov(20)), kind="site_update", received_on=nov(16), by=None
    )
    assert outcomes(ticket) == [("update", "in_time"), ("update", "running")]
    assert dates(ticket, "update") == [nov(19), nov(25)]
