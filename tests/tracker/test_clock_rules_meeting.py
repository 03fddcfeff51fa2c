"""The clocks of rendez-vous d'élus, and what a change of rules or of calendar moves."""

from datetime import date
from typing import Any

import pytest

from correspondence.models import MeetingRequest
from tests.factories import World
from tests.tracker.clocks import counted, dates, dec, nov, outcomes
from tracker import closures, ruling, writers
from tracker.commands import (
    Answer,
    AskRequester,
    CallOff,
    Command,
    Complete,
    Confirm,
    Correct,
    Dismiss,
    HoldMeeting,
    Propose,
    Recompute,
    Reopen,
    Undo,
)
from tracker.deadlines import Rule, RuleBook, RuleScope
from tracker.enums import DismissalReason
from tracker.errors import InvalidCommand
from tracker.models import Channel, Deadline, DeadlineRule, Ticket
from tracker.ruling import Terms
from tracker.writers import Author

pytestmark = pytest.mark.django_db


def asked_for(world: World, *then: Command, received_on: date = date(2026, 11, 9), **fields: Any) -> Ticket:
    return world.register(*then, kind="meeting_request", received_on=received_on, by=None, **fields)


# --- Two promises -------------------------------------------------------------------------------------------------


def test_four_days_to_propose_ten_to_meet_both_from_the_arrival(world: World) -> None:
    ticket = asked_for(world)
    assert (dates(ticket, "proposal"), dates(ticket, "meeting")) == ([nov(16)], [nov(24)])
    assert (ticket.due_on, ticket.due_purpose) == (nov(16), "proposal")


@pytest.mark.parametrize(("proposed_on", "outcome"), [(nov(16), "in_time"), (nov(17), "late")])
def test_the_first_proposal_meets_the_four_days(world: World, proposed_on: date, outcome: str) -> None:
    ticket = asked_for(world, Propose(proposed_on, nov(24)))
    assert outcomes(ticket) == [("proposal", outcome), ("meeting", "running")]
    assert (ticket.due_on, ticket.due_purpose) == (nov(24), "meeting")
    again = world.act(ticket, Propose(nov(20), nov(30)))
    assert outcomes(again) == outcomes(ticket)


@pytest.mark.parametrize(("received_on", "outcome"), [(nov(5), "in_time"), (nov(4), "late")])
def test_the_meeting_is_held_within_ten_days(world: World, received_on: date, outcome: str) -> None:
    ticket = asked_for(world, Propose(nov(6), nov(20)), Confirm(nov(9)), HoldMeeting(nov(20)), received_on=received_on)
    assert outcomes(ticket)[1] == ("meeting", outcome)
    assert ticket.state == "met"


def from_proposal(world: World) -> None:
    rule = DeadlineRule.objects.get(purpose="meeting", superseded_at__isnull=True)
    terms = Terms(10, "Note de service", start="proposal")
    ruling.record_rules(ruling.plan_replacement(rule, date(2026, 1, 1), terms), Author())


def test_or_from_the_first_proposal_where_the_setting_says_so(world: World) -> None:
    from_proposal(world)
    ticket = asked_for(world)
    assert dates(ticket, "meeting") == []
    proposed = world.act(ticket, Propose(nov(12), nov(20)))
    assert (dates(proposed, "meeting"), counted(proposed, "meeting")) == ([nov(26)], [nov(9)])
    again = world.act(proposed, Propose(nov(18), nov(27)))
    assert dates(again, "meeting") == [nov(26)]


def test_a_new_message_asks_for_both_again(world: World) -> None:
    from_proposal(world)
    first = asked_for(world, Propose(nov(12), nov(17)), HoldMeeting(nov(17)))
    again = world.act(first, Reopen(message_on=nov(18)))
    again = world.act(again, Propose(nov(20), nov(27)))
    assert outcomes(again) == [
        ("proposal", "in_time"),
        ("meeting", "in_time"),
        ("proposal", "in_time"),
        ("meeting", "running"),
    ]
    assert counted(again, "meeting") == [nov(9), nov(18)]


# --- Called off ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confirmed", [False, True])
def test_called_off_by_the_requester_excludes_the_meeting_alone(world: World, confirmed: bool) -> None:
    before: list[Command] = [Confirm(nov(17))] if confirmed else []
    ticket = asked_for(world, Propose(nov(16), nov(24)), *before, CallOff(nov(18), by_requester=True, ends=False))
    assert ticket.state == "in_progress"
    assert outcomes(ticket) == [("proposal", "in_time"), ("meeting", "requester_unavailable")]
    later = world.act(ticket, Propose(nov(19), nov(20)), HoldMeeting(nov(20)))
    assert outcomes(later) == outcomes(ticket)


def test_called_off_by_the_prefecture_the_meeting_runs_on(world: World) -> None:
    ticket = asked_for(world, Propose(nov(16), nov(24)), CallOff(nov(18), by_requester=False, ends=False))
    assert outcomes(ticket) == [("proposal", "in_time"), ("meeting", "running")]
    assert ticket.due_on == nov(24)


def test_called_off_for_good_by_the_prefecture_is_late(world: World) -> None:
    ticket = asked_for(world, Propose(nov(16), nov(24)), CallOff(nov(18), by_requester=False, ends=True))
    assert (ticket.state, outcomes(ticket)[1]) == ("closed", ("meeting", "late"))


def test_called_off_for_good_by_the_requester_leaves_the_rate(world: World) -> None:
    ticket = asked_for(world, Propose(nov(17), nov(24)), CallOff(nov(18), by_requester=True, ends=True))
    assert outcomes(ticket) == [("proposal", "late"), ("meeting", "requester_unavailable")]


def test_the_requester_being_unavailable_excludes_the_meeting_the_four_days_still_count(world: World) -> None:
    ticket = asked_for(
        world, Propose(nov(17), nov(19)), HoldMeeting(nov(20), requester_unavailable=True), received_on=nov(4)
    )
    assert outcomes(ticket) == [("proposal", "late"), ("meeting", "requester_unavailable")]


def test_unavailable_the_second_time_leaves_the_first_meeting_counted(world: World) -> None:
    ticket = asked_for(world, Propose(nov(10), nov(12)), HoldMeeting(nov(12)), Reopen(message_on=nov(13)))
    ticket = world.act(ticket, Propose(nov(16), nov(19)), HoldMeeting(nov(20), requester_unavailable=True))
    assert [outcome for purpose, outcome in outcomes(ticket) if purpose == "meeting"] == [
        "in_time",
        "requester_unavailable",
    ]


@pytest.mark.parametrize(
    ("before", "act", "field"),
    [
        ([], Propose(nov(18), nov(17)), "meeting_on"),
        ([], Propose(nov(8), nov(20)), "proposed_on"),
        ([], Propose(nov(21), nov(27)), "proposed_on"),
        ([], Propose(nov(18), date(2051, 1, 2)), "meeting_on"),
        ([Propose(nov(18), nov(20))], Confirm(nov(17)), "confirmed_on"),
        ([Propose(nov(18), nov(20))], HoldMeeting(nov(17)), "met_on"),
        ([Propose(nov(18), nov(20))], HoldMeeting(nov(21)), "met_on"),
        ([Propose(nov(18), nov(20))], CallOff(nov(17), by_requester=True, ends=False), "on"),
    ],
)
def test_a_meeting_follows_its_proposal(world: World, before: list[Command], act: Command, field: str) -> None:
    ticket = asked_for(world, *before)
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, act)
    assert refusal.value.field == field


def test_the_detail_follows_the_journal(world: World) -> None:
    ticket = asked_for(world, Propose(nov(12), nov(20), place="Salon bleu"))

    def told() -> tuple[Any, ...]:
        return MeetingRequest.objects.values_list("proposed_on", "meeting_on", "met_on", "place").get(ticket=ticket)

    assert told() == (nov(12), nov(20), None, "Salon bleu")
    world.act(ticket, HoldMeeting(nov(20)), by="agent")
    assert told() == (nov(12), nov(20), nov(20), "Salon bleu")
    world.act(ticket, Undo(), by="agent")
    assert told() == (nov(12), nov(20), None, "Salon bleu")
    world.act(ticket, HoldMeeting(nov(20)), by="agent")
    world.act(ticket, Reopen(), by="agent")
    assert told()[:3] == (nov(12), nov(20), None)
    world.act(ticket, Propose(nov(20), nov(27)), HoldMeeting(nov(20)), by="agent")
    world.act(ticket, Reopen(message_on=nov(20)), by="agent")
    assert told()[:3] == (None, None, None)


# --- Which rule ---------------------------------------------------------------------------------------------------

SCOPE = RuleScope(kind=1, channel=2, module=3, nature=4, site=5)
FROM = date(2020, 1, 1)


def test_the_rule_with_the_most_fields_wins() -> None:
    general = Rule(1, "reply", 10, FROM, kind=1)
    precise = Rule(2, "reply", 5, FROM, kind=1, channel=2)
    most = Rule(3, "reply", 3, FROM, kind=1, channel=2, site=5)
    elsewhere = Rule(4, "reply", 1, FROM, kind=1, channel=2, site=6, nature=4)
    for order in ((general, precise, most, elsewhere), (elsewhere, most, precise, general)):
        assert RuleBook(order).find("reply", SCOPE, nov(9)) == most
    assert RuleBook([general, precise]).find("reply", SCOPE, nov(9)) == precise
    assert RuleBook([elsewhere]).find("reply", SCOPE, nov(9)) is None
    assert RuleBook([general]).find("update", SCOPE, nov(9)) is None


def test_a_rule_holds_from_its_first_day_to_its_last() -> None:
    rule = Rule(1, "reply", 10, nov(9), nov(16))
    found = [RuleBook([rule]).find("reply", SCOPE, on) for on in (nov(8), nov(9), nov(16), nov(17))]
    assert found == [None, rule, rule, None]


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (Rule(1, "reply", 5, FROM, kind=1), Rule(2, "reply", 9, FROM, kind=1), True),
        (Rule(1, "reply", 5, FROM, kind=1), Rule(2, "reply", 9, FROM, channel=2), True),
        (Rule(1, "reply", 5, FROM, kind=1), Rule(2, "reply", 9, FROM, kind=2), False),
        (Rule(1, "reply", 5, FROM, kind=1), Rule(2, "reply", 9, FROM, kind=1, channel=2), False),
        (Rule(1, "reply", 5, FROM, kind=1), Rule(2, "update", 9, FROM, kind=1), False),
        (Rule(1, "reply", 5, FROM, nov(8), kind=1), Rule(2, "reply", 9, nov(9), kind=1), False),
        (Rule(1, "reply", 5, FROM, nov(9), kind=1), Rule(2, "reply", 9, nov(9), kind=1), True),
    ],
)
def test_two_of_equal_rank_that_overlap_clash(one: Rule, other: Rule, clash: bool) -> None:
    assert one.clashes_with(other) is other.clashes_with(one) is clash


def test_a_clash_is_refused_on_saving(world: World) -> None:
    kind = world.kind("correspondence")
    email = DeadlineRule.objects.filter(kind=kind, channel__code="email").first()
    assert email is not None
    criteria = ruling.Criteria("reply", kind=kind, channel=email.channel)
    with pytest.raises(InvalidCommand):
        ruling.plan_addition(world.prefecture, criteria, Terms(3, "Note"), valid_from=nov(1))


# --- What a change moves ------------------------------------------------------------------------------------------


def lives(world: World) -> list[Ticket]:
    """Deadlines of every sort: ended each way, and running."""
    return [
        world.register(Answer(nov(17)), received_on=nov(12)),
        world.register(AskRequester(nov(17), "Le titre"), received_on=nov(12)),
        world.register(AskRequester(nov(17), "Le titre"), Complete(nov(18)), received_on=nov(12)),
        world.register(Dismiss(DismissalReason.DUPLICATE, nov(17)), received_on=nov(12)),
        world.register(received_on=nov(12)),
        world.register(received_on=nov(18)),
    ]


def change(world: World, what: str) -> Recompute:
    author = Author()
    if what == "rule":
        rule = DeadlineRule.objects.get(kind__code="correspondence", channel__code="email", module=None)
        ruling.record_rules(ruling.plan_replacement(rule, nov(18), Terms(8, "Note", holding_counts=True)), author)
        return Recompute(effective_from=nov(18))
    closures.record_closures(closures.plan_closing(world.site, nov(24), "Pont"), author)
    return Recompute(effective_from=nov(24), days=(nov(24),))


@pytest.mark.parametrize("what", ["rule", "calendar"])
def test_what_has_ended_is_frozen_after_a_change(world: World, what: str) -> None:
    tickets = lives(world)
    ended = Deadline.objects.exclude(outcome="running").order_by("pk")
    before = list(ended.values())
    command = change(world, what)
    for ticket in tickets:
        world.act(ticket, command)
    assert list(ended.values()) == before


def test_a_rule_change_moves_what_starts_from_its_day_on(world: World) -> None:
    tickets = lives(world)
    command = change(world, "rule")
    moved = [world.act(ticket, command).due_on for ticket in tickets]
    # The one completed on the 18th, and the one that arrived on the 18th; that of the 12th keeps its promise.
    assert moved == [None, None, nov(30), None, nov(19), nov(30)]


def test_a_closed_day_moves_what_crosses_it(world: World) -> None:
    tickets = lives(world)
    command = change(world, "calendar")
    moved = [world.act(ticket, command).due_on for ticket in tickets]
    assert moved == [None, None, nov(26), None, nov(19), nov(26)]


def test_a_closed_day_never_chooses_another_rule(world: World) -> None:
    ticket = world.register(received_on=nov(18))
    change(world, "rule")
    closed = change(world, "calendar")
    assert world.act(ticket, closed).due_on == nov(26)  # five days still: the recomputation of the rules is another act


def test_nothing_to_move_writes_nothing(world: World) -> None:
    ticket = world.register(received_on=nov(18))
    assert world.act(ticket, Recompute(effective_from=nov(1))).version == ticket.version


def test_a_correction_after_a_change_has_the_last_word(world: World) -> None:
    """What was recomputed for the old channel does not come back over the corrected one."""
    ticket = world.register(received_on=nov(18))
    world.act(ticket, change(world, "rule"))
    letter = Correct({"channel_id": Channel.objects.get(code="letter").pk})
    assert world.act(ticket, letter, by="agent").due_on == dec(2)
    assert world.act(ticket, Undo(), by="agent").due_on == nov(30)


def test_the_answer_is_judged_by_the_promise_it_was_given(world: World) -> None:
    ticket = world.register(received_on=nov(12))
    change(world, "rule")
    row = world.act(ticket, Answer(nov(20)), by="agent").deadlines.get()
    assert (row.due_on, row.days, row.outcome, row.taken) == (nov(19), 5, "late", 6)


def test_a_demande_of_the_day_follows_the_new_rule(world: World) -> None:
    change(world, "rule")
    assert world.register(received_on=nov(18)).due_on == nov(30)
    assert world.register(received_on=nov(17)).due_on == nov(24)


def test_register_is_the_first_act(world: World) -> None:
    with pytest.raises(TypeError):
        writers.register(world.prefecture, [Answer(nov(19))], Author())
