"""A register that names a bureau that has closed, or that closes while it comes in: what has ended stays with the
bureau that ended it; what is open waits for another bureau, and is said."""

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.factories import World, make_world
from tests.tracker.spreadsheets.workbooks import write_workbook
from tests.tracker.threads import together
from tracker import clock, organising, waking
from tracker.enums import State
from tracker.importing import importer, lookups
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.importing.report import ImportReport
from tracker.models import Membership, Office, Ticket
from tracker.verification import verify_journal
from tracker.writers import Author

HEADERS = ("N°", "Date d'arrivée", "Expéditeur", "Objet", "Service", "Date de réponse")
ROUNDS = 12


def register(folder: Path, rows: list[tuple[Any, ...]], name: str = "registre.xlsx") -> Path:
    return write_workbook(folder / name, {"2026": [HEADERS, *rows]})


def bring(world: World, path: Path, *, dry_run: bool = False, **options: Any) -> ImportReport:
    target = resolve(world.prefecture, ImportOptions("courrier", **options), path.name)
    return Importer(path, path.name, target, user=None, dry_run=dry_run).run()


def close(world: World, code: str = "DOT") -> None:
    Membership.objects.filter(office=world.offices[code]).delete()
    admin = Author(user=world.user("administrator"))
    organising.close_office(world.offices[code], clock.today("Europe/Paris"), admin)


OPEN_ROW = (1, date(2026, 11, 16), "Mairie d’Exemple", "Subvention", "Bureau des dotations", None)
ENDED_ROW = (2, date(2026, 11, 9), "Mme Modèle", "Permis", "Bureau des dotations", date(2026, 11, 12))


@pytest.mark.parametrize("dry_run", [True, False])
def test_only_what_has_ended_goes_to_a_closed_bureau(world: World, tmp_path: Path, dry_run: bool) -> None:
    close(world)
    report = bring(world, register(tmp_path, [OPEN_ROW, ENDED_ROW]), dry_run=dry_run)
    assert (report.taken, report.refused, report.closed_offices) == (2, [], ["Bureau des dotations"])
    held = {ticket.office_id: ticket.state for ticket in Ticket.objects.all()}
    assert held == ({} if dry_run else {None: State.REGISTERED, world.offices["DOT"].pk: State.CLOSED})


def test_the_bureau_of_the_options_may_be_closed_too(world: World, tmp_path: Path) -> None:
    close(world)
    rows = [(*row[:4], None, row[5]) for row in (OPEN_ROW, ENDED_ROW)]
    report = bring(world, register(tmp_path, rows), office="DOT")
    assert report.closed_offices == ["Bureau des dotations"]
    assert Ticket.objects.open().get().office_id is None


def test_a_bureau_in_service_is_not_reported(world: World, tmp_path: Path) -> None:
    assert bring(world, register(tmp_path, [OPEN_ROW, ENDED_ROW])).closed_offices == []


def closing_while_importing(world: World, folder: Path) -> list[list[Any]]:
    """Round after round a bureau closes at the instant at which a chunk of a register goes to it."""
    today, admin = clock.today("Europe/Paris"), Author(user=world.user("administrator"))
    bureaux = [
        Office.objects.create(prefecture=world.prefecture, site=world.site, code=f"F{number}", name=f"Bureau {number}")
        for number in range(ROUNDS)
    ]
    paths = [
        register(folder, [(1, today, "Mairie d’Exemple", "Subvention", f"F{number}", None)], f"{number}.xlsx")
        for number in range(ROUNDS)
    ]
    return together(
        ROUNDS,
        lambda number: organising.close_office(bureaux[number], today, admin),
        lambda number: bring(world, paths[number]),
    )


@pytest.fixture
def people(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """The closing begins once the importer has looked at the bureau, the instant at which it would be missed."""
    monkeypatch.setattr(waking, "wake", lambda task: True)
    world = make_world()
    looked, closing, write_once = threading.Event(), organising.close_office, importer.writers.write_many

    def write_many(*args: Any, **options: Any) -> None:
        looked.set()
        write_once(*args, **options)

    def close_office(*args: Any) -> Office:
        looked.wait(timeout=30)
        looked.clear()
        return closing(*args)

    monkeypatch.setattr(importer.writers, "write_many", write_many)
    monkeypatch.setattr(organising, "close_office", close_office)
    return world


def lost() -> int:
    return Ticket.objects.open().filter(office__is_active=False).count()


@pytest.mark.postgresql
def test_a_bureau_that_closes_meanwhile_receives_nothing(people: World, tmp_path: Path) -> None:
    results = closing_while_importing(people, tmp_path)
    kinds = {tuple(type(result).__name__ for result in pair) for pair in results}
    assert kinds <= {("InvalidCommand", "ImportReport"), ("Office", "ImportReport")}
    assert sum(report.taken for _, report in results) == Ticket.objects.open().count() == ROUNDS
    assert lost() == 0
    assert verify_journal().different == []


@pytest.mark.postgresql
def test_without_the_lock_it_would(people: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail."""

    def unlocked(prefecture_id: int, office_ids: set[int]) -> dict[int, bool]:
        return dict(Office.objects.filter(pk__in=office_ids).values_list("pk", "is_active"))

    monkeypatch.setattr(lookups, "in_service", unlocked)
    closing_while_importing(people, tmp_path)
    assert lost() > 0
