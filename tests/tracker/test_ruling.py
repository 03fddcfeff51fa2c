"""Changing a rule: from a date, never rewriting what was promised."""

from datetime import date

import pytest

from tests.factories import World, make_world
from tracker import rule_wording, ruling
from tracker.enums import Purpose, RuleStart
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import Channel, DeadlineRule, Event, Nature
from tracker.ruling import Criteria, RulePlan, Terms
from tracker.writers import Author

SOURCE = "Note de service n° 12"
NEW_YEAR = date(2027, 1, 1)


def rule_of(world: World, kind: str = "correspondence", channel: str = "email", **criteria: object) -> DeadlineRule:
    criteria = {"module": None, "purpose": Purpose.REPLY} | criteria
    return ruling.in_force(world.prefecture).get(kind__code=kind, channel__code=channel, **criteria)


def write(world: World, plan: RulePlan) -> tuple[DeadlineRule, ...]:
    return ruling.record_rules(plan, Author(user=world.user("quality")))


def addition(world: World, days: int = 7, **criteria: object) -> RulePlan:
    criteria = {"purpose": Purpose.REPLY, "kind": world.kind("correspondence")} | criteria
    valid_from = criteria.pop("valid_from", NEW_YEAR)
    return ruling.plan_addition(world.prefecture, Criteria(**criteria), Terms(days, SOURCE), valid_from=valid_from)


def test_replacement_keeps_the_old_terms_before_the_date(world: World) -> None:
    old = rule_of(world)
    write(world, ruling.plan_replacement(old, NEW_YEAR, Terms(3, SOURCE, holding_counts=True)))
    rows = ruling.in_force(world.prefecture).filter(kind=old.kind, channel=old.channel, module=None)
    assert list(rows.order_by("valid_from").values_list("days", "valid_from", "valid_until")) == [
        (5, old.valid_from, date(2026, 12, 31)),
        (3, NEW_YEAR, None),
    ]


def test_replaced_row_keeps_every_word_and_says_when_it_was_replaced(world: World) -> None:
    old = rule_of(world)
    words = DeadlineRule.objects.filter(pk=old.pk).values(
        "days", "source", "valid_from", "valid_until", "holding_counts"
    )
    before = words.get()
    write(world, ruling.plan_replacement(old, NEW_YEAR, Terms(3, SOURCE)))
    assert words.get() == before
    assert DeadlineRule.objects.get(pk=old.pk).superseded_at is not None


def test_replacement_from_the_first_day_leaves_nothing_before(world: World) -> None:
    old = rule_of(world)
    added = write(world, ruling.plan_replacement(old, old.valid_from, Terms(3, SOURCE)))
    assert [row.days for row in added] == [3]


def test_replacement_of_a_rule_with_an_end_ends_when_it_did(world: World) -> None:
    old = rule_of(world)
    write(world, ruling.plan_end(old, date(2027, 7, 1)))
    write(world, ruling.plan_replacement(rule_of(world), NEW_YEAR, Terms(3, SOURCE)))
    last = ruling.in_force(world.prefecture).get(channel=old.channel, kind=old.kind, module=None, days=3)
    assert (last.valid_from, last.valid_until) == (NEW_YEAR, date(2027, 6, 30))


def test_end_from_the_first_day_leaves_no_rule(world: World) -> None:
    old = rule_of(world)
    assert write(world, ruling.plan_end(old, old.valid_from)) == ()
    assert not ruling.in_force(world.prefecture).filter(kind=old.kind, channel=old.channel, module=None).exists()


def test_withdrawn_change_lets_what_held_before_go_on(world: World) -> None:
    old = rule_of(world)
    write(world, ruling.plan_replacement(old, NEW_YEAR, Terms(3, SOURCE)))
    (again,) = write(world, ruling.plan_withdrawal(rule_of(world, days=3)))
    assert rule_of(world) == again
    assert (again.days, again.source, again.valid_from, again.valid_until) == (5, old.source, old.valid_from, None)
    (line, _) = ruling.history(world.prefecture, 10)
    assert ([row.days for row in line.before], [row.days for row in line.after]) == ([3], [5])


def test_withdrawn_addition_leaves_nothing(world: World) -> None:
    (row,) = write(world, addition(world, channel=Channel.objects.get(code="phone")))
    assert write(world, ruling.plan_withdrawal(row)) == ()


@pytest.mark.parametrize("day", [date(2009, 12, 31), date(2051, 1, 1)])
def test_date_outside_the_calendar_is_refused(world: World, day: date) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        ruling.plan_replacement(rule_of(world), day, Terms(3, SOURCE))
    assert refusal.value.field == "from_date"


def test_date_out_of_the_rule_s_period_is_refused(world: World) -> None:
    write(world, ruling.plan_replacement(rule_of(world), NEW_YEAR, Terms(3, SOURCE)))
    later = rule_of(world, days=3)
    with pytest.raises(InvalidCommand, match=r"ne commence que le 01/01/2027"):
        ruling.plan_end(later, date(2026, 12, 31))
    earlier = rule_of(world, days=5)
    with pytest.raises(InvalidCommand, match=r"prend fin le 31/12/2026"):
        ruling.plan_end(earlier, NEW_YEAR)


@pytest.mark.parametrize("days", [0, 251])
def test_days_go_from_1_to_250(world: World, days: int) -> None:
    with pytest.raises(InvalidCommand, match="de 1 à 250") as refusal:
        ruling.plan_replacement(rule_of(world), NEW_YEAR, Terms(days, SOURCE))
    assert refusal.value.field == "days"


@pytest.mark.parametrize("days", [1, 250])
def test_bounds_of_days_are_accepted(world: World, days: int) -> None:
    assert write(world, ruling.plan_replacement(rule_of(world), NEW_YEAR, Terms(days, SOURCE)))[1].days == days


@pytest.mark.parametrize("source", ["", "  \x00 ", "x" * 251])
def test_source_is_required_and_short(world: World, source: str) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        ruling.plan_replacement(rule_of(world), NEW_YEAR, Terms(3, source))
    assert refusal.value.field == "source"


def test_same_terms_are_no_change(world: World) -> None:
    old = rule_of(world)
    with pytest.raises(InvalidCommand, match="Rien n’a changé"):
        ruling.plan_replacement(old, NEW_YEAR, Terms(old.days, old.source, holding_counts=old.holding_counts))


def test_equal_rank_on_a_common_day_is_refused_and_names_the_other(world: World) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        addition(world, channel=Channel.objects.get(code="email"))
    assert "«\xa0Courriels\xa0: 5 jours ouvrés, une réponse d’attente datée suffit\xa0»" in refusal.value.message
    assert "depuis le 01/01/2010" in refusal.value.message


def test_equal_rank_on_crossing_criteria_is_refused(world: World) -> None:
    """A courriel of nature « recours » would match (courriel) and (recours) alike: chance would choose."""
    with pytest.raises(InvalidCommand, match="aussi précise"):
        addition(world, nature=Nature.objects.get(code="appeal"))


def test_more_precise_rule_is_accepted_and_wins(world: World) -> None:
    channel, nature = Channel.objects.get(code="email"), Nature.objects.get(code="appeal")
    first_day = date(2026, 11, 16)
    (row,) = write(world, addition(world, days=2, channel=channel, nature=nature, module=1, valid_from=first_day))
    assert rule_wording.sentence(row) == (
        "Courriels, module 1 (Relation générale avec les usagers), nature «\xa0Recours\xa0»\xa0: 2 jours ouvrés"
    )
    assert world.register(nature="appeal", received_on=first_day).deadlines.get().rule_id == row.pk
    assert world.register(nature="other", received_on=first_day).deadlines.get().days == 5
    assert world.register(nature="appeal", received_on=date(2026, 11, 13)).deadlines.get().days == 5


def test_rule_for_a_free_period_is_accepted(world: World) -> None:
    write(world, ruling.plan_end(rule_of(world), NEW_YEAR))
    (row,) = write(world, addition(world, channel=Channel.objects.get(code="email")))
    assert row.valid_from == NEW_YEAR


def test_end_before_start_is_refused(world: World) -> None:
    criteria = Criteria(Purpose.REPLY, world.kind("complaint"), Channel.objects.get(code="phone"))
    with pytest.raises(InvalidCommand) as refusal:
        ruling.plan_addition(
            world.prefecture, criteria, Terms(3, SOURCE), valid_from=NEW_YEAR, valid_until=date(2026, 12, 31)
        )
    assert refusal.value.field == "valid_until"


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [(Purpose.PROPOSAL, "correspondence"), (Purpose.REPLY, "meeting_request"), (Purpose.COMPLEMENT, "complaint")],
)
def test_purpose_that_the_kind_does_not_promise_is_refused(world: World, purpose: str, kind: str) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        addition(world, purpose=purpose, kind=world.kind(kind))
    assert refusal.value.field == "purpose"


def test_start_says_something_of_meetings_alone(world: World) -> None:
    rule = rule_of(world)
    plan = ruling.plan_replacement(rule, NEW_YEAR, Terms(3, SOURCE, start=RuleStart.PROPOSAL))
    assert plan.added[-1].start == RuleStart.ARRIVAL


def test_replacing_a_replaced_rule_is_stale(world: World) -> None:
    first, second = (ruling.plan_replacement(rule_of(world), NEW_YEAR, Terms(days, SOURCE)) for days in (3, 4))
    write(world, first)
    with pytest.raises(StaleVersion):
        write(world, second)
    assert not DeadlineRule.objects.filter(days=4, source=SOURCE).exists()


def test_two_additions_planned_at_once_end_with_one(world: World) -> None:
    phone = Channel.objects.get(code="phone")
    first, second = addition(world, days=3, channel=phone), addition(world, days=4, channel=phone)
    write(world, first)
    with pytest.raises(InvalidCommand, match="3 jours ouvrés"):
        write(world, second)


def test_each_change_is_one_act_of_the_journal(world: World) -> None:
    old = rule_of(world)
    added = write(world, ruling.plan_replacement(old, NEW_YEAR, Terms(3, SOURCE)))
    events = Event.objects.filter(stream="deadlinerule")
    assert {(event.object_id, event.kind) for event in events} == {
        (old.pk, "superseded"), (added[0].pk, "added"), (added[1].pk, "added"),
    }  # fmt: skip
    assert {event.actor_id for event in events} == {world.users["quality"].pk}
    assert len({event.act_id for event in events}) == 1
    assert events.get(kind="superseded").data == {"from": "2027-01-01", "by": [row.pk for row in added]}


def test_history_tells_before_and_after(world: World) -> None:
    old = rule_of(world)
    write(world, ruling.plan_replacement(old, NEW_YEAR, Terms(3, SOURCE, holding_counts=True)))
    (line,) = ruling.history(world.prefecture, 10)
    assert [row.days for row in line.before] == [5]
    assert [row.days for row in line.after] == [3]
    assert line.effective_from == NEW_YEAR
    assert line.event.actor == world.users["quality"]


def test_another_prefecture_s_rules_do_not_clash(world: World) -> None:
    other = make_world("13", "13")
    write(other, ruling.plan_end(rule_of(other), NEW_YEAR))
    (row,) = write(other, addition(other, channel=Channel.objects.get(code="email")))
    assert row.prefecture == other.prefecture
    assert rule_of(world).superseded_at is None


def test_demandes_that_started_before_keep_their_rule(world: World) -> None:
    write(world, ruling.plan_replacement(rule_of(world), date(2026, 11, 18), Terms(3, SOURCE)))
    assert world.register(received_on=date(2026, 11, 17)).due_on == date(2026, 11, 24)
    assert world.register(received_on=date(2026, 11, 18)).due_on == date(2026, 11, 23)


def test_rules_are_told_by_what_they_are_for(world: World) -> None:
    write(world, ruling.plan_replacement(rule_of(world), NEW_YEAR, Terms(3, SOURCE)))
    ended = rule_of(world, channel="letter", module=4)
    write(world, ruling.plan_end(ended, date(2026, 6, 1)))
    lines = ruling.rule_lines(world.prefecture, date(2026, 11, 20))
    assert list(lines) == ["reply", "proposal", "meeting", "update"]
    courriels = next(line for line in lines["reply"] if line.subject == "Courriels")
    assert (courriels.current.days, [row.days for row in courriels.upcoming], courriels.past) == (5, [3], ())
    last = lines["reply"][-1]
    assert (last.subject.startswith("Courriers, module 4"), last.current, len(last.past)) == (True, None, 1)
    next_year = ruling.rule_lines(world.prefecture, NEW_YEAR)["reply"]
    assert next(line for line in next_year if line.subject == "Courriels").current.days == 3
