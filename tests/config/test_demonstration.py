"""The demonstration préfecture: whole, plausible, the same all day, and never beside a real one."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db.models import F

from actions.enums import ActionState
from actions.models import Action, ActionLink
from config.demonstration.loading import load, replace_demonstration
from config.demonstration.organisation import ACCOUNTS, PASSWORD
from tests.factories import make_prefecture
from tracker import triggers
from tracker.clock import local_date
from tracker.enums import OPEN_STATES, Outcome, Role, State
from tracker.indicators import Perimeter, compute_figures
from tracker.models import (
    Absence,
    Channel,
    ClosedDay,
    Deadline,
    Event,
    EventText,
    Membership,
    Nature,
    Office,
    PendingEvent,
    Prefecture,
    Site,
    Ticket,
    TicketKind,
    User,
)
from tracker.registry import Situation, Situations
from tracker.rulebooks import current_calendar
from tracker.verification import verify_journal

SMALL = 500
"""Enough demandes for every state, where a test needs no more."""
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# A closed day, before office hours; a summer Sunday; the first days of a year; a Monday.
OTHER_DAYS = (
    datetime(2026, 11, 11, 3, 0, tzinfo=UTC),
    datetime(2026, 8, 16, 21, 30, tzinfo=UTC),
    datetime(2027, 1, 2, 12, 0, tzinfo=UTC),
    datetime(2026, 10, 26, 7, 0, tzinfo=UTC),
)


@pytest.fixture
def clock_at() -> Iterator[Any]:
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def demonstration(db: None, clock_at: Any) -> Prefecture:
    load(FRIDAY, SMALL)
    return Prefecture.objects.get()


def picture() -> list[tuple[Any, ...]]:
    """What a person sees of every demande, and when each thing was written."""
    tickets = Ticket.objects.order_by("reference").values_list(
        "reference", "sender_name", "subject", "state", "office__code", "due_on", "received_on", "registered_at"
    )
    return list(tickets)


@pytest.mark.django_db
def test_everything_is_there(clock_at: Any) -> None:
    load(FRIDAY)
    demonstration = Prefecture.objects.get()
    assert demonstration.is_demonstration
    assert Ticket.objects.count() == 2000
    assert set(Ticket.objects.values_list("state", flat=True)) == set(State)
    unused = TicketKind.objects.exclude(pk__in=Ticket.objects.values("kind"))
    assert [kind.label for kind in unused] == ["Modification du serveur vocal"], "the one that was just added"
    assert set(Ticket.objects.values_list("channel", flat=True)) == set(Channel.objects.values_list("pk", flat=True))
    assert set(Ticket.objects.values_list("nature", flat=True)) == set(Nature.objects.values_list("pk", flat=True))
    assert set(Ticket.objects.values_list("site", flat=True)) == set(Site.objects.values_list("pk", flat=True))
    assert Site.objects.count() == 2
    assert Office.objects.filter(parent__isnull=False).count() >= 9 and Office.objects.count() >= 12
    assert Office.objects.filter(is_sensitive=True).count() == 2
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role)
    assert set(Deadline.objects.values_list("outcome", flat=True)) == set(Outcome)
    kinds = set(Event.objects.filter(stream="ticket").values_list("kind", flat=True))
    settings = Event.objects.exclude(stream="ticket").filter(actor__isnull=False)
    assert {"ticketkind", "theme", "mailbox", "office", "user"} <= set(settings.values_list("stream", flat=True))
    assert kinds >= {
        "registered", "assigned", "reassigned", "handed_over", "taken", "sent_back", "noted", "signature_marked",
        "asked", "completed", "held", "answered", "closed", "forwarded", "dismissed", "merged", "absorbed", "reopened",
        "undone", "corrected", "reminded", "proposed", "confirmed", "met", "called_off",
    }  # fmt: skip
    assert Ticket.objects.filter(undated=True).exists()
    assert EventText.objects.filter(name="note").count() > 50
    first = Ticket.objects.order_by("received_on").values_list("received_on", flat=True)[0]
    assert date(2025, 9, 20) <= first <= date(2025, 10, 5)
    perimeter = Perimeter(demonstration.pk, date(2025, 1, 1), FRIDAY.date())
    replies = [total for total in compute_figures(perimeter, FRIDAY).totals if total.scope.purpose == "reply"]
    rate = sum(total.on_time for total in replies) / sum(total.n for total in replies)
    assert 0.88 <= rate <= 0.92  # about nine in ten


def test_the_plan_has_a_bit_of_everything(demonstration: Prefecture) -> None:
    actions = Action.objects.filter(prefecture=demonstration)
    assert set(actions.values_list("state", flat=True)) == set(ActionState)
    assert actions.in_plan().count() >= 20
    assert set(actions.values_list("module", "strand")) >= {(1, ""), (4, ""), (None, "steering")}
    assert 2 <= actions.late(FRIDAY.date()).count() <= 8
    referent = User.objects.get(email="referent@prefecture.example")
    assert actions.visible_to(User.objects.get(email="agent@prefecture.example")).count() == 2
    assert ActionLink.objects.filter(ticket__in=Ticket.objects.readable_by(referent)).exists()
    told = Event.objects.filter(stream="action").order_by("object_id", "number").values_list("object_id", "recorded_at")
    assert list(told) == sorted(told), "each story is told in the order of its days"
    assert verify_journal().different == []


def test_today_has_something_to_do(demonstration: Prefecture) -> None:
    today = FRIDAY.date()
    opened = Ticket.objects.open()
    assert 15 <= opened.overdue(today).count() <= 40
    assert opened.due_between(today, today).count() >= 8
    assert opened.due_between(today + timedelta(days=1), today + timedelta(days=7)).count() >= 30
    assert opened.without_deadline().count() >= 5
    assert Ticket.objects.filter(state=State.REGISTERED, received_on=today).exists()
    assert Ticket.objects.filter(state=State.REGISTERED, sent_back_count__gt=0).exists()


def test_somebody_is_away_with_urgent_demandes(demonstration: Prefecture) -> None:
    away = Absence.objects.away_on(FRIDAY.date())
    assert away.filter(substitute__isnull=False).exists() and away.filter(substitute__isnull=True).exists()
    assert Absence.objects.not_over(FRIDAY.date()).count() > away.count()
    pressing = Situations.at(FRIDAY, [demonstration.pk]).filter(Situation.AGENT_ABSENT)
    assert Ticket.objects.filter(pressing).count() >= 3
    assert Ticket.objects.open().filter(assignee__isnull=True, office__isnull=False).count() >= 10


@pytest.mark.django_db
@pytest.mark.parametrize("now", [FRIDAY, *OTHER_DAYS])
def test_histories_hold_whatever_the_day(now: datetime) -> None:
    """Nothing is written in the future or before what it follows, nobody works on a closed day, nothing that has ended
    still runs, references follow registrations."""
    with time_machine.travel(now, tick=False):
        load(now, SMALL)
    events = Event.objects.filter(stream="ticket")
    assert not events.filter(recorded_at__gt=now).exists()
    last: dict[int, datetime] = {}
    for object_id, recorded_at in events.order_by("object_id", "number").values_list("object_id", "recorded_at"):
        assert recorded_at >= last.get(object_id, recorded_at)
        last[object_id] = recorded_at
    calendar = current_calendar(Site.objects.get(is_main=True))
    moments = events.filter(recorded_at__lt=now).values_list("recorded_at", flat=True)
    assert {day for moment in moments if not calendar.is_working(day := local_date(moment, "Europe/Paris"))} <= {
        local_date(now, "Europe/Paris")
    }
    ended = Deadline.objects.exclude(ticket__state__in=OPEN_STATES).filter(outcome=Outcome.RUNNING)
    assert not ended.exclude(ticket__state__in=[State.ANSWERED, State.CLOSED], purpose="meeting").exists()
    numbered = Ticket.objects.order_by("prefecture", "year", "number").values_list("year", "number", "registered_at")
    for year in {year for year, *_ in numbered}:
        rows = [(number, at) for of, number, at in numbered if of == year]
        assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
        assert rows == sorted(rows, key=lambda row: row[1])
    assert set(Ticket.objects.values_list("state", flat=True)) == set(State)
    assert not Ticket.objects.filter(answered_on__lt=F("received_on")).exists()


@pytest.mark.django_db
def test_same_all_day_and_moves_with_the_days(clock_at: Any) -> None:
    replace_demonstration(FRIDAY, SMALL)
    first = picture()
    later = FRIDAY + timedelta(hours=6)
    clock_at.move_to(later)
    replace_demonstration(later, SMALL)
    # Only what was written « just now » follows the hour of the load.
    recent = FRIDAY - timedelta(hours=3)
    assert [row[:-1] for row in picture()] == [row[:-1] for row in first]
    assert [row for row in picture() if row[-1] < recent] == [row for row in first if row[-1] < recent]
    clock_at.move_to(FRIDAY + timedelta(days=3))
    replace_demonstration(FRIDAY + timedelta(days=3), SMALL)
    assert picture() != first
    assert Ticket.objects.open().due_between(date(2026, 11, 23), date(2026, 11, 23)).count() >= 8


@pytest.mark.django_db
def test_replacing_leaves_nothing_behind_and_the_triggers_stand(clock_at: Any) -> None:
    replace_demonstration(FRIDAY, SMALL)
    shared = (Channel.objects.count(), Nature.objects.count(), ClosedDay.objects.count())
    ClosedDay.objects.create(site=Site.objects.all()[0], date=date(2026, 12, 24), name="Fermeture locale")
    counts = Counter({model: model._default_manager.count() for model in (Ticket, Event, Deadline, User, Membership)})
    replace_demonstration(FRIDAY, SMALL)
    assert counts == {model: model._default_manager.count() for model in (Ticket, Event, Deadline, User, Membership)}
    assert shared == (Channel.objects.count(), Nature.objects.count(), ClosedDay.objects.count())
    assert triggers.missing() == []
    assert PendingEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_real_prefecture_is_never_replaced() -> None:
    make_prefecture("35", "35", "Préfecture d’Ille-et-Vilaine")
    with pytest.raises(CommandError, match="n’est pas la démonstration"):
        call_command("demo")
    assert Prefecture.objects.get().code == "35"
    call_command("demo", "--if-empty")
    assert Prefecture.objects.get().code == "35"


@pytest.mark.django_db
def test_a_real_account_is_never_deleted() -> None:
    User.objects.create_user("informatique@prefecture.test", "un-mot-de-passe-long", first_name="A", last_name="B")
    with pytest.raises(CommandError, match=r"informatique@prefecture\.test"):
        call_command("demo")
    assert User.objects.count() == 1 and not Prefecture.objects.exists()


@pytest.mark.django_db
def test_refused_in_production(settings: Any) -> None:
    settings.SILLAGE_DEMONSTRATION_ALLOWED = False
    with pytest.raises(CommandError, match="interdite"):
        call_command("demo")
    assert not User.objects.exists() and not Prefecture.objects.exists()


@pytest.mark.django_db
def test_command_loads_once_and_prints_the_accounts(clock_at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", "--if-empty")
    first = capsys.readouterr().out
    assert "2000 demandes" in first and PASSWORD in first
    assert all(account.email in first and account.look_at in first for account in ACCOUNTS)
    key = Prefecture.objects.get().pk
    call_command("demo", "--if-empty")
    assert Prefecture.objects.get().pk == key
    again = capsys.readouterr().out
    assert "demandes." not in again and PASSWORD in again


def test_accounts_are_marked_fictitious_and_open_with_the_printed_password(demonstration: Prefecture) -> None:
    for user in User.objects.all():
        assert user.is_demonstration and user.email.endswith("@prefecture.example")
        if user.email in {account.email for account in ACCOUNTS}:
            assert user.check_password(PASSWORD)
            validate_password(PASSWORD, user)
        else:
            assert not user.has_usable_password(), "nobody has handed them one"
    contacts = " ".join(Ticket.objects.values_list("sender_contact", flat=True))
    assert set(re.findall(r"@\S+", contacts)) <= {"@commune.example", "@courriel.example", "@association.example"}


def test_every_bureau_sees_work(demonstration: Prefecture) -> None:
    for account in ACCOUNTS:
        user = User.objects.get(email=account.email)
        seen = Ticket.objects.visible_to(user).open().exists()
        assert seen == (account.role not in (Role.COPIL, Role.ADMINISTRATOR)), account.login
