"""The organisation changes while others work: a demande is never lost in a bureau that closes under it, and two imports
of an organisation at once make it once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.factories import World, make_world
from tests.tracker.spreadsheets.workbooks import write_workbook
from tests.tracker.test_mass_together import next_job
from tests.tracker.test_organisation_import import OFFICES, PEOPLE
from tests.tracker.threads import together
from tracker import clock, jobs, organising, permissions, waking, writers
from tracker.commands import Assign
from tracker.enums import JobState
from tracker.errors import InvalidCommand
from tracker.importing import asking
from tracker.models import Event, Job, Membership, Office, Ticket, User
from tracker.organisation_import import job as organisation_job
from tracker.verification import verify_journal
from tracker.writers import Author

ROUNDS = 25


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(waking, "wake", lambda task: True)
    return make_world()


# --- A bureau that closes -----------------------------------------------------------------------------------------


def close_while_given(world: World, *, registering: bool) -> list[list[Any]]:
    """Round after round an empty bureau closes at the instant at which somebody gives it a demande."""
    today, admin = clock.today("Europe/Paris"), Author(user=world.user("administrator"))
    bureaux = [
        Office.objects.create(prefecture=world.prefecture, site=world.site, code=f"F{number}", name=f"Bureau {number}")
        for number in range(ROUNDS)
    ]
    world.offices |= {bureau.code: bureau for bureau in bureaux}
    tickets = [world.register(received_on=today - timedelta(days=1)) for _ in range(ROUNDS)]
    supervisor = Author(user=world.user("supervisor"))
    assert supervisor.user is not None and supervisor.user.scope

    def give(number: int) -> Ticket:
        if registering:
            return world.register(received_on=today, office=f"F{number}", by="agent")
        return writers.write_one(tickets[number].pk, [Assign(bureaux[number].pk)], supervisor)

    return together(ROUNDS, lambda number: organising.close_office(bureaux[number], today, admin), give)


def lost() -> int:
    return Ticket.objects.open().filter(office__is_active=False).count()


@pytest.mark.postgresql
@pytest.mark.parametrize("registering", [False, True], ids=["assigned", "registered"])
def test_a_demande_is_given_or_the_bureau_closes(world: World, registering: bool) -> None:
    results = close_while_given(world, registering=registering)
    kinds = [tuple(type(result).__name__ for result in pair) for pair in results]
    assert set(kinds) <= {("Office", "InvalidCommand"), ("InvalidCommand", "Ticket")}
    assert lost() == 0
    assert verify_journal().different == []


@pytest.mark.postgresql
def test_without_the_lock_a_demande_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail."""
    monkeypatch.setattr(permissions, "check_in_service", lambda prefecture_id, office_id: None)
    close_while_given(world, registering=False)
    assert lost() > 0


@pytest.mark.postgresql
def test_two_people_give_the_same_bureau_demandes_without_waiting(world: World) -> None:
    first, second = (world.register(received_on=clock.today("Europe/Paris")) for _ in range(2))
    author = Author(user=world.user("supervisor"))
    assert author.user is not None and author.user.scope

    def other(_number: int) -> Ticket:
        return writers.write_one(second.pk, [Assign(world.offices["DOT"].pk)], author)

    with transaction.atomic():
        writers.write_one(first.pk, [Assign(world.offices["DOT"].pk)], author)
        # Still open here: the other one is not held up.
        [[given]] = together(1, other)
    assert given.office_id == world.offices["DOT"].pk


def test_a_closed_bureau_takes_nothing(world: World) -> None:
    ticket = world.register(received_on=clock.today("Europe/Paris"))
    Membership.objects.filter(office=world.offices["DOT"]).delete()
    organising.close_office(world.offices["DOT"], clock.today("Europe/Paris"), Author(user=world.user("administrator")))
    with pytest.raises(InvalidCommand, match="Ce bureau est fermé"):
        world.act(ticket, Assign(world.offices["DOT"].pk), by="supervisor")
    with pytest.raises(InvalidCommand, match="Ce bureau est fermé"):
        world.register(received_on=clock.today("Europe/Paris"), office="DOT")
    ticket.refresh_from_db()
    assert ticket.office_id == world.offices["SEJ"].pk


# --- Two imports of the organisation ------------------------------------------------------------------------------


def rehearsed(world: World, path: Path) -> Job:
    user = world.user("administrator")
    job = organisation_job.rehearse(world.prefecture, user, path, path.name)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    assert job.state == JobState.DONE
    return job


@pytest.mark.postgresql
@pytest.mark.parametrize("round_number", range(3))
def test_two_imports_at_once_make_each_bureau_and_person_once(world: World, tmp_path: Path, round_number: int) -> None:
    """Half of each workbook stands in the other too, in another order."""
    rehearsals = []
    for each, numbers in (("a", list(range(12))), ("b", list(reversed(range(6, 18))))):
        sheets = {
            "Bureaux": [OFFICES, *((f"N{n:02}", f"Nouveau bureau {n}", None, "PREF", None) for n in numbers)],
            "Personnes": [
                PEOPLE,
                *((f"personne{n}@44.example.test", "Camille", f"Essai {n}", "agent", f"N{n:02}") for n in numbers),
            ],
        }
        rehearsals.append(rehearsed(world, write_workbook(tmp_path / f"{each}.xlsx", sheets)))
    for job in rehearsals:
        asking.carry_out(world.prefecture, world.user("administrator"), job)
    [results] = together(1, next_job, next_job)
    assert results == [JobState.DONE, JobState.DONE]
    assert Office.objects.filter(code__startswith="N").count() == 18
    assert User.objects.filter(email__startswith="personne").count() == 18
    assert Membership.objects.filter(office__code__startswith="N").count() == 18
    assert Event.objects.filter(stream="office", kind="created", data__code__startswith="N").count() in (0, 18)
    added = [job.result for job in Job.objects.filter(params__dry_run=False)]
    assert sum(result["taken"] for result in added) == 36, added
    assert sum(result["already_known"] for result in added) == 12, added
    assert all(not result["refused"] for result in added)
    assert verify_journal().different == []
