"""Absences: who records them, what does not hold, the journal without a reason."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.factories import World, make_world
from tests.tracker.test_concurrency import together
from tracker import absences
from tracker.absences import Terms
from tracker.enums import Role
from tracker.errors import InvalidCommand, NotAllowed, SillageError, StaleVersion
from tracker.models import Absence, Event, Membership, PendingEvent
from tracker.teams import Teams
from tracker.verification import verify_journal
from tracker.writers import Author

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)


def recorded(world: World, person: str = "agent", by: str = "supervisor", **changes: Any) -> Absence:
    terms = Terms(**{"starts_on": FIRST, "ends_on": LAST, **changes})
    return absences.record(world.prefecture, world.user(person), terms, Author(user=world.user(by)))


def refusal(world: World, **changes: Any) -> tuple[str | None, str]:
    with pytest.raises(InvalidCommand) as refused:
        recorded(world, **changes)
    return refused.value.field, refused.value.message


# --- Who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "by", "allowed"),
    [
        ("agent", "supervisor", True),
        ("agent", "agent", True),
        ("supervisor", "supervisor", True),
        ("agent", "quality", True),
        ("other_agent", "director", True),
        ("agent", "colleague", False),
        ("agent", "director", False),
        ("other_agent", "supervisor", False),
        ("agent", "mailroom", False),
        ("mailroom", "mailroom", False),
        # A référent is encadrant everywhere but in the sensitive bureaux.
        ("asylum_agent", "quality", False),
        ("asylum_agent", "asylum_agent", True),
        # Who heads a bureau does not head the direction above it.
        ("director", "supervisor", False),
        ("agent", "copil", False),
        ("agent", "administrator", False),
    ],
)
def test_the_encadrant_or_the_person(world: World, person: str, by: str, allowed: bool) -> None:
    if allowed:
        assert recorded(world, person, by).recorded_by == world.users[by]
    else:
        with pytest.raises(NotAllowed):
            recorded(world, person, by)
    assert Absence.objects.count() == allowed


def test_an_encadrant_of_another_prefecture_records_nothing(world: World) -> None:
    other = make_world("85", "85")
    with pytest.raises(NotAllowed):
        absences.record(
            world.prefecture, world.user("agent"), Terms(FIRST, LAST), Author(user=other.user("supervisor"))
        )


# --- What ---------------------------------------------------------------------------------------------------------


def test_dates_in_order_and_not_past(world: World) -> None:
    assert refusal(world, ends_on=date(2026, 11, 22)) == ("ends_on", "Le dernier jour précède le premier.")
    field, message = refusal(world, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 19))
    assert (field, message) == (
        "ends_on", "Cette période est passée\xa0: seules les absences à venir s’indiquent.",
    )  # fmt: skip
    # Under way until today: the last day counts.
    assert recorded(world, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 20)).pk


@pytest.mark.parametrize("substitute", ["agent", "other_agent", "asylum_agent", "mailroom", "copil", "quality"])
def test_the_substitute_treats_demandes_of_the_same_bureau(world: World, substitute: str) -> None:
    field, message = refusal(world, substitute=world.user(substitute))
    assert field == "substitute"
    assert message == "Choisissez une personne qui traite les demandes du même bureau."


@pytest.mark.parametrize(("person", "substitute"), [("agent", "colleague"), ("agent", "supervisor")])
def test_a_colleague_or_the_encadrant_stands_in(world: World, person: str, substitute: str) -> None:
    found = recorded(world, person, substitute=world.user(substitute))
    assert found.substitute == world.users[substitute]


def test_the_direction_and_its_bureau_stand_in_for_each_other(world: World) -> None:
    assert recorded(world, "director", "director", substitute=world.user("other_agent")).pk
    assert recorded(world, "other_agent", "director", substitute=world.user("director")).pk


def test_the_substitute_away_meanwhile_is_told_and_not_refused(world: World) -> None:
    other = recorded(world, "colleague", starts_on=date(2026, 11, 27), ends_on=date(2026, 12, 4))
    found = recorded(world, substitute=world.user("colleague"))
    assert absences.of_substitute(found) == other
    later = recorded(
        world, "supervisor", starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 8), substitute=world.user("colleague")
    )
    assert absences.of_substitute(later) is None


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [
        (date(2026, 11, 20), date(2026, 11, 23), True),
        (date(2026, 11, 27), date(2026, 12, 1), True),
        (date(2026, 11, 24), date(2026, 11, 25), True),
        (date(2026, 11, 20), date(2026, 12, 31), True),
        (date(2026, 11, 20), date(2026, 11, 22), False),
        (date(2026, 11, 28), date(2026, 12, 1), False),
    ],
)
def test_two_absences_of_one_person_do_not_overlap(world: World, first: date, last: date, refused: bool) -> None:
    recorded(world)
    recorded(world, "colleague")
    if refused:
        assert refusal(world, starts_on=first, ends_on=last) == (
            "starts_on", "Une absence est déjà indiquée du 23/11/2026 au 27/11/2026\xa0: modifiez-la plutôt.",
        )  # fmt: skip
    else:
        assert recorded(world, starts_on=first, ends_on=last).pk


def test_a_cancelled_absence_leaves_its_days(world: World) -> None:
    first = recorded(world)
    absences.cancel(first.pk, Author(user=world.user("supervisor")), opened_version=1)
    assert recorded(world).pk != first.pk


def test_changing_does_not_run_into_itself(world: World) -> None:
    found = recorded(world)
    author = Author(user=world.user("agent"))
    changed = absences.change(found.pk, Terms(FIRST, date(2026, 11, 30)), author, opened_version=1)
    assert (changed.ends_on, changed.version) == (date(2026, 11, 30), 2)


def test_a_stale_page_changes_nothing(world: World) -> None:
    found = recorded(world)
    author = Author(user=world.user("supervisor"))
    absences.change(found.pk, Terms(FIRST, date(2026, 11, 30)), author, opened_version=1)
    with pytest.raises(StaleVersion, match="modifiée entre-temps"):
        absences.change(found.pk, Terms(FIRST, FIRST), author, opened_version=1)
    absences.cancel(found.pk, author, opened_version=2)
    with pytest.raises(StaleVersion, match="annulée entre-temps"):
        absences.cancel(found.pk, author, opened_version=2)


def test_the_database_holds_the_order_and_the_other_person(world: World) -> None:
    made: dict[str, Any] = {"prefecture": world.prefecture, "user": world.users["agent"]}
    for wrong in (
        {"starts_on": LAST, "ends_on": FIRST},
        {"starts_on": FIRST, "ends_on": LAST, "substitute": world.users["agent"]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Absence.objects.create(**made, **wrong)


# --- Journal and days ---------------------------------------------------------------------------------------------


def test_the_journal_tells_ids_and_dates_alone(world: World) -> None:
    found = recorded(world, substitute=world.user("colleague"))
    author = Author(user=world.user("agent"))
    absences.change(found.pk, Terms(FIRST, FIRST), author, opened_version=1)
    # The same again writes nothing.
    absences.change(found.pk, Terms(FIRST, FIRST), author, opened_version=2)
    absences.cancel(found.pk, author, opened_version=2)
    events = list(Event.objects.filter(stream="absence", object_id=found.pk).order_by("number"))
    assert [(each.kind, each.actor) for each in events] == [
        ("recorded", world.users["supervisor"]),
        ("changed", world.users["agent"]),
        ("cancelled", world.users["agent"]),
    ]
    people = {"user": world.users["agent"].pk}
    assert [each.data for each in events] == [
        people | {"starts_on": "2026-11-23", "ends_on": "2026-11-27", "substitute": world.users["colleague"].pk},
        people | {"starts_on": "2026-11-23", "ends_on": "2026-11-23", "substitute": None},
        people | {"starts_on": "2026-11-23", "ends_on": "2026-11-23", "substitute": None},
    ]
    assert PendingEvent.objects.filter(event__in=events).count() == 3
    assert verify_journal().different == []


def test_away_on_a_day(world: World) -> None:
    found = recorded(world)
    cancelled = recorded(world, "colleague")
    absences.cancel(cancelled.pk, Author(), opened_version=1)
    away = {day: list(Absence.objects.away_on(date(2026, 11, day))) for day in (22, 23, 27, 28)}
    assert away == {22: [], 23: [found], 27: [found], 28: []}
    assert list(Absence.objects.not_over(LAST)) == [found]
    assert list(Absence.objects.not_over(date(2026, 11, 28))) == []


# --- Teams --------------------------------------------------------------------------------------------------------


def test_who_holds_the_demandes_of_a_bureau(world: World) -> None:
    site_agent = world.users["copil"]
    Membership.objects.create(user=site_agent, prefecture=world.prefecture, site=world.site, role=Role.AGENT)
    gone = world.users["colleague"]
    gone.is_active = False
    gone.save()
    teams = Teams({world.prefecture.pk})

    def named(users: Any) -> set[str]:
        return {user.email.partition("@")[0] for user in users}

    office = {code: each.pk for code, each in world.offices.items()}
    assert named(teams.holders({office["SEJ"]})) == {"agent", "supervisor", "copil"}
    assert named(teams.holders({office["DOT"]})) == {"other_agent", "director", "copil"}
    assert named(teams.based_in({office["DOT"]})) == {"other_agent", "copil"}
    assert named(teams.holders({office["SPB"]})) == set()
    assert teams.may_hold(world.users["director"].pk, office["DOT"])
    assert not teams.may_hold(world.users["other_agent"].pk, office["DCL"])
    assert not teams.may_hold(world.users["agent"].pk, None)


# --- At the same instant ------------------------------------------------------------------------------------------


def test_two_absences_recorded_at_once_do_not_overlap(transactional_db: None, frozen: Any) -> None:
    """The encadrant and the agent: the second one waits, then is told. On both engines."""
    world = make_world()
    rounds = 10

    def act(by: str) -> Any:
        def run(number: int) -> Any:
            day = date(2026, 12, 1 + number)
            return recorded(world, by=by, starts_on=day, ends_on=day)

        return run

    results = together(rounds, act("supervisor"), act("agent"))
    for pair in results:
        refused = [each for each in pair if isinstance(each, Exception)]
        assert [type(each) for each in refused] == [InvalidCommand]
    assert Absence.objects.count() == rounds
    assert not [each for pair in results for each in pair if isinstance(each, SillageError) and not each.field]
