"""Defects that users of similar products reported, each kept out by its test. The others have theirs beside their
subject: moving and regional holidays in test_workdays and test_zones, rule changes in test_recomputing, rounds and
pauses in test_clock_rules_*, merges and lost updates in test_concurrency, formulas in the tests of spreadsheets."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.factories import World
from tests.tracker.clocks import dates, nov, outcomes
from tests.tracker.reference_calendar import add_day_by_day, closed_dates
from tracker import clock, writers
from tracker.commands import Answer, AskRequester, Complete, Hold, Propose, Reopen
from tracker.models import ClosedDay, Ticket
from tracker.rulebooks import calendar_at
from tracker.workdays import WorkCalendar
from tracker.writers import Author


@pytest.mark.django_db
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrival=st.dates(date(2020, 1, 1), date(2035, 12, 1)), days=st.sampled_from([4, 5, 10, 15]))
def test_p1_stored_holidays_are_all_there(world: World, arrival: date, days: int) -> None:
    """The rows in the database, not only the function that computes them."""
    closed = closed_dates("44", arrival.year, arrival.year + 1)
    assert calendar_at(world.site, 1).add(arrival, days) == add_day_by_day(arrival, days, closed)


@given(
    arrival=st.dates(date(2020, 1, 1), date(2035, 12, 1)),
    extra=st.sets(st.integers(-5, 40), max_size=8),
    days=st.integers(1, 20),
)
def test_p2_a_closed_day_never_brings_a_deadline_earlier(arrival: date, extra: set[int], days: int) -> None:
    legal = dict.fromkeys(closed_dates("44", arrival.year, arrival.year + 1), "férié")
    more = legal | dict.fromkeys((arrival + timedelta(days=shift) for shift in extra), "pont")
    assert WorkCalendar(more).add(arrival, days) >= WorkCalendar(legal).add(arrival, days)


@pytest.mark.django_db
def test_p3_a_day_closed_twice_changes_nothing(world: World) -> None:
    before = world.register(received_on=nov(9)).due_on
    ClosedDay.objects.create(site=world.site, date=nov(11), name="Pont", version=2)
    ClosedDay.objects.create(site=world.site, date=nov(14), name="Un samedi", version=2)
    assert world.register(received_on=nov(9)).due_on == before == nov(17)


@pytest.mark.django_db
def test_p6_a_pause_is_not_time_taken_and_ends_with_its_reason(world: World) -> None:
    ticket = world.register(AskRequester(nov(3), "Le titre"), Complete(nov(16)), Answer(nov(17)), received_on=nov(2))
    reply = ticket.deadlines.get(purpose="reply", outcome="in_time")
    assert (reply.starts_on, reply.taken) == (nov(16), 1)
    reopened = world.act(ticket, Reopen(), by="agent")
    assert reopened.due_on == nov(23)  # the pause is not added a second time


@pytest.mark.django_db
def test_p6_a_demande_registered_already_answered_runs_no_clock(world: World) -> None:
    ticket = world.register(Answer(nov(10)), received_on=nov(9))
    assert (ticket.due_on, outcomes(ticket)) == (None, [("reply", "in_time")])
    assert not Ticket.objects.overdue(date(2027, 1, 1)).exists()


@pytest.mark.django_db
def test_p7_each_promise_is_its_own_row(world: World) -> None:
    """A shorter later target never overrides the first one, and only its own act meets it."""
    held = world.register(Hold(nov(17), nov(18)), channel="letter", received_on=nov(16))
    assert dates(held, "reply") + dates(held, "promised_reply") == [nov(30), nov(18)]
    meeting = world.register(Propose(nov(17), nov(30)), kind="meeting_request", received_on=nov(16))
    assert outcomes(meeting) == [("proposal", "in_time"), ("meeting", "running")]


@pytest.mark.django_db
def test_p9_nothing_is_late_before_the_day_after(world: World) -> None:
    ticket = world.register(received_on=nov(13))
    assert ticket.due_on == nov(20)
    assert not Ticket.objects.overdue(nov(20)).exists()
    assert Ticket.objects.overdue(nov(21)).get() == ticket
    assert Ticket.objects.due_between(nov(20), nov(20)).get() == ticket


@pytest.mark.django_db
def test_p9_nothing_is_written_at_midnight(world: World, frozen: Any) -> None:
    ticket = world.register(received_on=nov(13))
    before = list(ticket.deadlines.order_by("pk").values())
    frozen.move_to(datetime(2026, 12, 15, tzinfo=UTC))
    assert list(ticket.deadlines.order_by("pk").values()) == before
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # that day lasts 25 hours
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),  # that one 23
    ],
)
def test_p10_a_change_of_hour_moves_no_date(moment: datetime, day: date) -> None:
    assert clock.local_date(moment, "Europe/Paris") == day


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arrival", "due_on"), [(date(2026, 10, 23), date(2026, 10, 30)), (date(2026, 3, 27), date(2026, 4, 3))]
)
def test_p10_deadlines_across_a_change_of_hour(world: World, arrival: date, due_on: date) -> None:
    assert world.register(received_on=arrival).due_on == due_on


def test_p11_one_function_locks_a_demande() -> None:
    locking = re.compile(r"Ticket\.(objects|_default_manager|_base_manager)[^=]{0,120}?select_for_update")
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ("tracker", "correspondence", "complaints", "actions", "notifications", "frontend")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if locking.search(path.read_text(encoding="utf-8"))
    }
    # The second only compares: it locks so that nobody writes while it looks again.
    assert found == {"tracker/writers.py", "tracker/verification/report.py"}


@pytest.mark.django_db
def test_p18_a_merged_demande_is_in_no_queue_and_no_rate(world: World) -> None:
    source, target = world.register(received_on=nov(2)), world.register(received_on=nov(9))
    writers.merge(source.pk, target.pk, Author(user=world.user("agent")))
    assert list(Ticket.objects.overdue(nov(20))) == [target]
    assert outcomes(source) == [("reply", "merged")]
    assert Ticket.objects.get(pk=source.pk).due_on is None
