"""What the writers write can be found at once, and what a correction removes cannot."""

from datetime import date
from pathlib import Path

import openpyxl

from tests.factories import World
from tracker.commands import Correct, Undo
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.models import Ticket
from tracker.search import containing


def found(text: str) -> list[Ticket]:
    return list(containing(Ticket.objects.all(), text))


def test_registered_corrected_and_taken_back(world: World) -> None:
    ticket = world.register(subject="Passerelle du canal")
    assert found("passerelle") == [ticket]
    world.act(ticket, Correct({"subject": "Écluse du canal"}), by="agent")
    assert (found("passerelle"), found("ecluse")) == ([], [ticket])
    world.act(ticket, Undo(), by="agent")
    assert (found("passerelle"), found("ecluse")) == ([ticket], [])


def test_imported_by_its_words_and_its_old_number(world: World, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["N°", "Reçu le", "Expéditeur", "Objet"], ["C-2024-777", date(2026, 3, 2), "Mairie", "Moulin"]):
        book.active.append(row)
    book.save(tmp_path / "registre.xlsx")
    target = resolve(world.prefecture, ImportOptions("courriel"), "registre.xlsx")
    assert Importer(tmp_path / "registre.xlsx", "registre.xlsx", target, user=None).run().taken == 1
    assert found("moulin") == found("C-2024-777") == [Ticket.objects.get()]
