"""What days that pass bring: told once, whatever the clocks, the outages and the changes of rules do."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from notifications import choosing, ladder, sweeping
from notifications.enums import Horizon, Way
from notifications.models import Notification, Sweep
from notifications.sweeping import sweep
from notifications.tasks import send_digests
from tests.factories import World
from tracker import absences, clock, closures, pending, writers
from tracker.commands import Answer, Assign, Hold, Reopen
from tracker.models import LiveCounter, Outbox, Site, Ticket, User
from tracker.workdays import WorkCalendar

FRIDAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def looked_at_today(world: World) -> None:
    """The marks stand where they stand every day, and nothing waits."""
    sweep()
    pending.drain_all()
    Notification.objects.all().delete()


def told(kind: str = "") -> list[tuple[str, str, date]]:
    rows = Notification.objects.select_related("user").order_by("kind", "user__email", "ticket")
    return [(row.kind, row.user.email.split("@")[0], row.day) for row in rows if kind in ("", row.kind)]


def to_be_answered(world: World, due_on: date, **fields: Any) -> Ticket:
    """A demande that the agent has, due on that day; what it was told of is forgotten."""
    fields = {"assignee": "agent", "by": "agent"} | fields
    ticket = world.register(**fields)
    Ticket.objects.filter(pk=ticket.pk).update(due_on=due_on)
    return ticket


def morning(frozen: Any, day: date, hour: int = 5) -> None:
    frozen.move_to(datetime(day.year, day.month, day.day, hour, 1, tzinfo=UTC))


# --- Each horizon -------------------------------------------------------------------------------------------------


def test_due_on_the_next_working_day_is_told_the_day_before(world: World, frozen: Any) -> None:
    to_be_answered(world, date(2026, 11, 24))
    to_be_answered(world, date(2026, 11, 25))
    morning(frozen, date(2026, 11, 22))  # Sunday
    assert sweep() == 0
    morning(frozen, date(2026, 11, 23))
    assert sweep() == 1
    assert told() == [("due_tomorrow", "agent", date(2026, 11, 24))]


def test_due_on_monday_is_told_on_friday(world: World, frozen: Any) -> None:
    morning(frozen, date(2026, 11, 26))
    sweep()
    to_be_answered(world, date(2026, 11, 30))
    morning(frozen, date(2026, 11, 27))
    sweep()
    assert told() == [("due_tomorrow", "agent", date(2026, 11, 30))]
    for day in (28, 29, 30):
        morning(frozen, date(2026, 11, day))
        sweep()
    assert len(told()) == 1


def test_the_ladder_tells_the_agent_then_the_encadrant_then_the_referent(world: World, frozen: Any) -> None:
    to_be_answered(world, date(2026, 11, 20))
    expected = {
        21: [("overdue", "agent")],  # as soon as it is past, be it a Saturday
        23: [],
        24: [("escalated", "supervisor")],  # two working days late
        26: [],
        27: [("escalated", "quality")],  # five
        30: [],
    }
    for day, wanted in expected.items():
        morning(frozen, date(2026, 11, day))
        sweep()
        assert [(kind, name) for kind, name, _ in told()] == wanted, day
        Notification.objects.all().delete()


def test_the_promised_date_is_told_two_working_days_before(world: World, frozen: Any) -> None:
    ticket = world.register(Hold(FRIDAY, date(2026, 11, 26)), by="agent", assignee="agent")
    assert ticket.due_on == date(2026, 11, 26)
    for day in (21, 22, 23, 24, 25):
        morning(frozen, date(2026, 11, day))
        sweep()
    assert told() == [("promise_near", "agent", date(2026, 11, 26))]


def test_what_is_answered_is_no_longer_told(world: World, frozen: Any) -> None:
    ticket = to_be_answered(world, FRIDAY)
    world.act(ticket, Answer(FRIDAY), by="agent")
    morning(frozen, date(2026, 11, 21))
    assert sweep() == 0


def test_another_promise_on_the_same_demande_is_told_again(world: World, frozen: Any) -> None:
    ticket = to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 11, 21))
    sweep()
    Ticket.objects.filter(pk=ticket.pk).update(due_on=date(2026, 11, 25))
    morning(frozen, date(2026, 11, 26))
    sweep()
    assert told("overdue") == [("overdue", "agent", FRIDAY), ("overdue", "agent", date(2026, 11, 25))]


# --- To whom ------------------------------------------------------------------------------------------------------


def test_without_an_agent_the_encadrant_is_told_and_without_a_bureau_the_mailroom(world: World, frozen: Any) -> None:
    to_be_answered(world, FRIDAY, assignee=None)
    to_be_answered(world, FRIDAY, assignee=None, office=None, by="mailroom", by_mailroom=True)
    to_be_answered(world, FRIDAY, assignee=None, office=None, by="agent")
    morning(frozen, date(2026, 11, 21))
    sweep()
    assert [name for _, name, _ in told("overdue")] == ["mailroom", "quality", "supervisor"]


def test_an_absent_agent_waits_and_the_substitute_is_told(world: World, frozen: Any) -> None:
    terms = absences.Terms(date(2026, 11, 23), date(2026, 11, 27), world.users["colleague"])
    absences.record(world.prefecture, world.users["agent"], terms, writers.Author(user=world.user("supervisor")))
    to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 11, 21))  # a Saturday: he is not away yet, but would read it on Monday
    sweep()
    rows = {row.user_id: row for row in Notification.objects.all()}
    assert set(rows) == {world.users["agent"].pk, world.users["colleague"].pk}
    assert rows[world.users["colleague"].pk].instead_of == world.users["agent"]


def test_a_sensitive_bureau_stays_among_its_own(world: World, frozen: Any) -> None:
    """But for the référent, who may know of its demandes by reference, bureau and dates."""
    to_be_answered(world, FRIDAY, office="ASI", assignee="asylum_agent", by="asylum_agent")
    for day in range(21, 31):
        morning(frozen, date(2026, 11, day))
        sweep()
    assert {name for _, name, _ in told()} == {"asylum_agent", "quality"}


# --- No storm -----------------------------------------------------------------------------------------------------


def test_a_demande_reopened_years_later_alarms_nobody(world: World, frozen: Any) -> None:
    ticket = to_be_answered(world, FRIDAY)
    world.act(ticket, Answer(FRIDAY), by="agent")
    morning(frozen, date(2028, 11, 20))
    sweep()
    world.act(ticket, Reopen(), by="agent")
    ticket.refresh_from_db()
    assert ticket.due_on is not None and ticket.due_on < date(2026, 12, 31)
    for day in range(21, 30):
        morning(frozen, date(2028, 11, day))
        assert sweep() == 0


def test_three_hundred_made_late_at_once_alarm_nobody(world: World, frozen: Any) -> None:
    for _ in range(30):
        to_be_answered(world, date(2026, 12, 15))
    Ticket.objects.update(due_on=date(2026, 11, 10))
    for day in range(20, 30):
        morning(frozen, date(2026, 11, day))
        assert sweep() == 0


def test_forty_late_demandes_are_one_message_a_person(world: World, frozen: Any) -> None:
    for _ in range(40):
        to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 11, 21))
    assert sweep() == 40
    assert not Outbox.objects.exists()
    morning(frozen, date(2026, 11, 23), hour=7)
    send_digests()
    (message,) = Outbox.objects.all()
    assert (message.user, message.kind) == (world.users["agent"], "digest")
    assert Notification.objects.filter(message=message).count() == 40


def test_a_new_site_begins_today(world: World, frozen: Any) -> None:
    Sweep.objects.all().delete()
    for due_on in (date(2026, 10, 1), date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 23), date(2026, 11, 24)):
        to_be_answered(world, due_on)
    sweep()
    assert told() == [
        ("due_tomorrow", "agent", date(2026, 11, 23)),
        ("escalated", "supervisor", date(2026, 11, 18)),  # two working days late today, not before
        ("overdue", "agent", date(2026, 11, 19)),
    ]


def test_a_step_put_back_does_not_begin_by_a_wave(world: World, frozen: Any) -> None:
    author = writers.Author(user=world.user("quality"))
    ladder.change(world.prefecture, {"agent_days": None, "supervisor_days": None, "quality_days": None}, author)
    to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 12, 7))
    assert sweep() == 0
    ladder.change(world.prefecture, {"agent_days": 0, "supervisor_days": 2, "quality_days": 5}, author)
    morning(frozen, date(2026, 12, 8))
    assert sweep() == 0


def test_a_shorter_step_tells_once_what_the_longer_one_still_had_to(world: World, frozen: Any) -> None:
    to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 11, 25))  # three working days late
    sweep()
    Notification.objects.all().delete()
    author = writers.Author(user=world.user("quality"))
    ladder.change(world.prefecture, {"agent_days": 0, "supervisor_days": 2, "quality_days": 3}, author)
    for _ in range(2):
        sweep()
    assert told() == [("escalated", "quality", FRIDAY)]


# --- Clocks -------------------------------------------------------------------------------------------------------


def test_a_server_off_for_three_days_tells_everything_once(world: World, frozen: Any) -> None:
    for day in (20, 23, 24, 25):
        to_be_answered(world, date(2026, 11, day))
    morning(frozen, date(2026, 11, 24), hour=14)
    sweep()
    assert told() == [
        ("due_tomorrow", "agent", date(2026, 11, 24)),
        ("due_tomorrow", "agent", date(2026, 11, 25)),
        ("escalated", "supervisor", date(2026, 11, 20)),
        ("overdue", "agent", date(2026, 11, 20)),
        ("overdue", "agent", date(2026, 11, 23)),
    ]
    assert sweep() == 0


def test_around_changes_of_clocks_and_holidays_each_is_told_once(world: World, frozen: Any) -> None:
    """Summer time, week-ends, Easter, the eighth of May, All Saints: each promise crosses each horizon once."""
    due_days = [date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 7), date(2027, 10, 29), date(2027, 11, 2)]
    for due_on in due_days:
        to_be_answered(world, due_on)
    for around in due_days:
        first = datetime(around.year, around.month, around.day, tzinfo=UTC) - timedelta(days=5)
        for hour in range(0, 24 * 16, 3):
            frozen.move_to(first + timedelta(hours=hour, minutes=1))
            sweep()
    assert [day for _, _, day in told("overdue")] == due_days
    assert [day for _, _, day in told("due_tomorrow")] == due_days
    assert len(told("escalated")) == 2 * len(due_days)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Paris", "2026-11-20 22:59", "2026-11-20 23:01"),
        ("America/Miquelon", "2026-11-21 02:59", "2026-11-21 03:01"),
        ("Indian/Reunion", "2026-11-20 19:59", "2026-11-20 20:01"),
        ("Pacific/Noumea", "2026-11-20 12:59", "2026-11-20 13:01"),
    ],
)
def test_each_site_has_its_own_midnight(world: World, frozen: Any, zone: str, before: str, after: str) -> None:
    Site.objects.filter(pk=world.branch.pk).update(time_zone=zone)
    to_be_answered(world, FRIDAY, site=world.branch)
    frozen.move_to(datetime.fromisoformat(before).replace(tzinfo=UTC))
    sweep()
    assert told("overdue") == []
    frozen.move_to(datetime.fromisoformat(after).replace(tzinfo=UTC))
    sweep()
    assert told("overdue") == [("overdue", "agent", FRIDAY)]


@pytest.mark.parametrize(
    ("zone", "moment", "number"),
    [("America/Miquelon", "2026-11-21 02:59", 1), ("Pacific/Noumea", "2026-11-20 13:01", 0)],
)
def test_by_the_server_s_own_day_it_is_told_too_early_or_too_late(
    world: World, frozen: Any, monkeypatch: pytest.MonkeyPatch, zone: str, moment: str, number: int
) -> None:
    """The twin of the test above, without the site's own day: before midnight there, or hours after."""
    Site.objects.filter(pk=world.branch.pk).update(time_zone=zone)
    to_be_answered(world, FRIDAY, site=world.branch)
    frozen.move_to(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    monkeypatch.setattr(clock, "local_date", lambda instant, _zone: instant.date())
    sweep()
    assert len(told("overdue")) == number


def test_the_days_that_a_site_closes_are_its_own(world: World, frozen: Any) -> None:
    """Two working days late come a day later where Monday is closed."""
    plan = closures.plan_closing(world.branch, date(2026, 11, 23), "Pont")
    closures.record_closures(plan, writers.Author(user=world.user("quality")))
    to_be_answered(world, FRIDAY)
    to_be_answered(world, FRIDAY, site=world.branch)
    morning(frozen, date(2026, 11, 24))
    sweep()
    assert len(told("escalated")) == 1
    morning(frozen, date(2026, 11, 25))
    sweep()
    assert len(told("escalated")) == 2


def test_a_clock_set_back_tells_nothing(world: World, frozen: Any) -> None:
    to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 11, 24))
    sweep()
    count = Notification.objects.count()
    morning(frozen, date(2026, 11, 18))
    assert sweep() == 0
    morning(frozen, date(2026, 11, 24))
    assert sweep() == 0
    assert Notification.objects.count() == count


# --- Once ---------------------------------------------------------------------------------------------------------


def test_a_pass_that_died_half_way_is_taken_up_again(
    world: World, frozen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 11, 21))
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    insertion = sweeping.insertion
    left = iter([True, True])

    def fails(*args: Any) -> Any:
        if not next(left, None):
            raise ConnectionError
        return insertion(*args)

    monkeypatch.setattr(sweeping, "insertion", fails)
    with pytest.raises(ConnectionError):
        sweep()
    monkeypatch.setattr(sweeping, "insertion", insertion)
    assert Notification.objects.count() == 4
    assert sweep() == 3
    assert len(told("overdue")) == 7


def test_reaches_is_the_last_date_that_late_by_so_many_days() -> None:
    calendar = WorkCalendar({date(2026, 11, 11): "Armistice"})
    for number in range(40):
        today = date(2026, 10, 25) + timedelta(days=number)
        for days in range(6):
            until = sweeping.reaches(Horizon.STEP_AGENT, days, today, calendar)
            assert until < today
            assert calendar.count(until, today) >= days
            following = until + timedelta(days=1)
            assert following == today or calendar.count(following, today) < days


def test_the_screens_are_told_that_something_changed(world: World, frozen: Any) -> None:
    to_be_answered(world, FRIDAY)
    pending.drain_all()
    before = LiveCounter.objects.get(pk=world.prefecture.pk).value
    morning(frozen, date(2026, 11, 21))
    sweep()
    assert LiveCounter.objects.get(pk=world.prefecture.pk).value == before + 1
    sweep()
    assert LiveCounter.objects.get(pk=world.prefecture.pk).value == before + 1


def test_closed_accounts_are_told_nothing(world: World, frozen: Any) -> None:
    to_be_answered(world, FRIDAY)
    User.objects.update(is_active=False)
    morning(frozen, date(2026, 11, 21))
    assert sweep() == 0


def test_who_chose_mail_gets_it_and_by_default_the_digest(world: World, frozen: Any) -> None:
    choosing.choose(world.user("agent"), {"overdue": Way.MAIL}, 14)
    to_be_answered(world, FRIDAY)
    morning(frozen, date(2026, 11, 21))
    sweep()
    (message,) = Outbox.objects.all()
    assert message.next_try_at == datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_handed_over_since_it_is_the_new_agent_who_is_told(world: World, frozen: Any) -> None:
    ticket = to_be_answered(world, FRIDAY)
    world.act(ticket, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="agent")
    Ticket.objects.filter(pk=ticket.pk).update(due_on=FRIDAY)
    morning(frozen, date(2026, 11, 21))
    sweep()
    assert told("overdue") == [("overdue", "colleague", FRIDAY)]
