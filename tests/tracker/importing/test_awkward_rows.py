"""Registers as people really keep them: numbers that begin again, acts in an odd order, names that are too long."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.tracker.importing.conftest import Import
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import writers
from tracker.commands import Answer, Note
from tracker.enums import Outcome, Purpose, State
from tracker.models import (
    Deadline,
    Event,
    EventText,
    ExternalIdentity,
    Mailbox,
    Office,
    Prefecture,
    ReferenceCounter,
    Theme,
    Ticket,
)
from tracker.verification import check_deadlines, verify_journal

HEADER = ("N°", "Reçu le", "Expéditeur", "Objet", "Répondu le")
ROW = (1, date(2026, 3, 2), "Mairie A", "Voirie", None)
ASKED = ("N°", "Reçu le", "Expéditeur", "Pièce demandée le", "Pièce reçue le", "Réponse d'attente", "Répondu le")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def workbook(
        *rows: Sequence[Any], header: Sequence[str] = HEADER, name: str = "registre.xlsx", **sheets: Any
    ) -> Path:
        return write_workbook(tmp_path / name, sheets or {"Suivi": [header, *rows]})

    return workbook


def kinds_of(ticket: Ticket) -> list[str]:
    return list(
        Event.objects.filter(stream="ticket", object_id=ticket.pk).order_by("number").values_list("kind", flat=True)
    )


# --- Acts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held_on", "kinds", "held"),
    [
        (date(2026, 3, 3), ["registered", "held", "asked", "completed", "answered", "closed"], True),
        (date(2026, 3, 4), ["registered", "held", "asked", "completed", "answered", "closed"], True),
        (date(2026, 3, 6), ["registered", "asked", "noted", "completed", "answered", "closed"], False),
        (date(2026, 3, 10), ["registered", "asked", "completed", "held", "answered", "closed"], True),
        (date(2026, 3, 11), ["registered", "asked", "completed", "held", "answered", "closed"], True),
    ],
)
def test_holding_reply_around_a_piece_asked_for(
    bring: Import, write: Write, held_on: date, kinds: list[str], held: bool
) -> None:
    row = (1, date(2026, 3, 2), "A", date(2026, 3, 4), date(2026, 3, 10), held_on, date(2026, 3, 12))
    report = bring(write(row, header=ASKED), "courriel")
    assert (report.taken, report.refused) == (1, [])
    assert kinds_of(Ticket.objects.get()) == kinds
    if not held:
        assert "06/03/2026" in EventText.objects.get(name="note").text
    assert bring(write(row, header=ASKED), "courriel").updated == 0


def test_holding_reply_while_a_piece_is_still_awaited_is_noted_once(bring: Import, write: Write) -> None:
    row = (1, date(2026, 3, 2), "A", date(2026, 3, 4), None, date(2026, 3, 6), None)
    bring(write(row, header=ASKED), "courriel")
    assert bring(write(row, header=ASKED), "courriel").updated == 0
    ticket = Ticket.objects.get()
    assert (ticket.state, kinds_of(ticket)) == (State.AWAITING_REQUESTER, ["registered", "asked", "noted"])


def test_later_version_goes_on_from_what_is_known(bring: Import, write: Write) -> None:
    asked = (1, date(2026, 3, 2), "A", date(2026, 3, 4), None, None, None)
    bring(write(asked, header=ASKED), "courriel")
    later = (*asked[:4], date(2026, 3, 10), None, date(2026, 3, 12))
    assert bring(write(later, header=ASKED), "courriel").updated == 1
    assert kinds_of(Ticket.objects.get()) == ["registered", "asked", "completed", "answered", "closed"]


def test_date_that_contradicts_an_open_demande_is_refused(bring: Import, write: Write) -> None:
    asked = (1, date(2026, 3, 2), "A", date(2026, 3, 4), None, None, None)
    bring(write(asked, header=ASKED), "courriel")
    other = (*asked[:3], date(2026, 3, 5), date(2026, 3, 10), None, date(2026, 3, 12))
    report = bring(write(other, header=ASKED), "courriel")
    [refused] = report.refused
    assert "05/03/2026" in refused.reason and "04/03/2026" in refused.reason
    assert refused.column == "Pièce demandée le"
    assert Ticket.objects.get().state == State.AWAITING_REQUESTER


def test_refusal_of_the_machine_names_its_column(bring: Import, write: Write) -> None:
    row = (1, date(2026, 3, 2), "A", date(2026, 3, 4), date(2026, 4, 1), None, date(2026, 3, 6))
    [refused] = bring(write(row, header=ASKED), "courriel").refused
    assert (refused.row, refused.column) == (2, "Répondu le")
    assert not Ticket.objects.exists()


# --- Answered, nobody knows when ----------------------------------------------------------------------------------


def test_undated_late_closes_what_only_the_register_knows(bring: Import, write: Write, prefecture: Prefecture) -> None:
    """The option speaks for the file: what somebody has worked on in Sillage since is not closed by it."""
    path = write(ROW, (2, *ROW[1:]), (3, *ROW[1:]))
    bring(path, "courriel")
    touched = Ticket.objects.order_by("pk")[1]
    writers.write_one(touched.pk, [Note("Appelé ce matin.")], writers.Author())
    report = bring(path, "courriel", undated="late")
    assert (report.already_known, report.updated, report.refused) == (3, 2, [])
    touched.refresh_from_db()
    assert touched.state == State.REGISTERED
    late = Deadline.objects.exclude(ticket=touched)
    assert {(row.outcome, row.met_on) for row in late} == {(Outcome.LATE, None)}
    again = bring(path, "courriel", undated="late")
    assert (again.already_known, again.updated) == (3, 0)
    assert bring(path, "courriel").already_known == 3


def test_an_answer_found_later_contradicts_the_undated_one(bring: Import, write: Write) -> None:
    bring(write(ROW), "courriel", undated="late")
    [refused] = bring(write((*ROW[:4], date(2026, 3, 4))), "courriel").refused
    assert "04/03/2026 dans le fichier, sans date dans Sillage" in refused.reason


# --- Numbers ------------------------------------------------------------------------------------------------------


def test_numbers_begin_again_on_each_sheet(bring: Import, write: Write) -> None:
    rows = [HEADER, *((n, date(2026, 3, n), f"Mairie {n}", "Eau", None) for n in range(1, 6))]
    april = [HEADER, *((n, date(2026, 4, n), f"Mairie {n + 10}", "Eau", None) for n in range(1, 6))]
    path = write(Mars=rows, Avril=april)
    assert bring(path, "courriel").taken == 10
    again = bring(path, "courriel")
    assert (again.taken, again.already_known, again.refused) == (0, 10, [])


def test_numbers_begin_again_each_year_on_one_sheet(bring: Import, write: Write) -> None:
    path = write((1, date(2025, 12, 30), "A", "Eau", None), (1, date(2026, 1, 5), "B", "Feu", None))
    assert bring(path, "courriel").taken == 2
    assert bring(path, "courriel").already_known == 2


@pytest.mark.parametrize(
    "second", [(1, ROW[1], "Mairie Z", "Eau", None), (1, date(2026, 3, 9), "Mairie A", "Eau", None)]
)
def test_two_demandes_under_one_number_in_one_file_lose_none_in_silence(
    bring: Import, write: Write, second: tuple[Any, ...]
) -> None:
    report = bring(write(ROW, second), "courriel")
    assert (report.taken, report.already_known) == (1, 0)
    assert report.refused[0].reason.startswith("Numéro déjà utilisé")
    assert len(bring(write(ROW, second), "courriel").refused) == 1


def test_the_same_row_twice_in_one_file_is_known(bring: Import, write: Write) -> None:
    report = bring(write(ROW, ROW), "courriel")
    assert (report.taken, report.already_known, report.refused) == (1, 1, [])


def test_refused_rows_follow_the_sheets(bring: Import, write: Write) -> None:
    sheet = [HEADER, (1, "un lundi", "A", "x", None), (2, date(2026, 3, 2), "B", "x", date(2026, 3, 1))]
    report = bring(write(Mars=sheet, Avril=sheet), "courriel")
    assert [(row.sheet, row.row) for row in report.refused] == [("Mars", 2), ("Mars", 3), ("Avril", 2), ("Avril", 3)]


def test_long_number_and_long_names_fit(bring: Import, write: Write) -> None:
    header = ("N°", "Reçu le", "Expéditeur", "Thème", "Boîte")
    row = ("ß" * 79, date(2026, 3, 2), "A", "Titres " * 20, "Boîte " * 20)
    path = write(row, header=header, name=f"{'r' * 150}.xlsx")
    assert bring(path, "courriel").taken == 1
    assert bring(path, "courriel").already_known == 1
    assert (Theme.objects.filter(label__startswith="Titres T").count(), Mailbox.objects.count()) == (1, 1)


# --- What a cell names --------------------------------------------------------------------------------------------


def test_themes_and_mailboxes_are_known_whatever_their_capitals(
    bring: Import, write: Write, prefecture: Prefecture
) -> None:
    Mailbox.objects.create(prefecture=prefecture, name="Préfecture État")
    header = ("N°", "Reçu le", "Expéditeur", "Thème", "Boîte")
    rows = [(1, ROW[1], "A", "Élections", "PRÉFECTURE  ÉTAT"), (2, ROW[1], "B", "ÉLECTIONS", "préfecture état")]
    report = bring(write(*rows, header=header), "courriel")
    assert (report.taken, report.created_mailboxes) == (2, [])
    assert report.created_themes in (["Élections"], [])
    assert Mailbox.objects.count() == 1
    assert len(set(Ticket.objects.values_list("theme_id", flat=True))) == 1


def test_theme_created_by_somebody_else_meanwhile_is_the_one(
    bring: Import, write: Write, prefecture: Prefecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Created between the moment when the importer read the themes and the one when it needs it."""
    from tracker.importing.importer import Importer

    match = Importer.match

    def matched_late(self: Importer, chunk: Any) -> None:
        Theme.objects.get_or_create(prefecture=prefecture, code="drones", defaults={"label": "Drones"})
        match(self, chunk)

    monkeypatch.setattr(Importer, "match", matched_late)
    header = ("N°", "Reçu le", "Expéditeur", "Thème")
    report = bring(write((1, ROW[1], "A", "drones"), header=header), "courriel")
    assert (report.taken, report.created_themes) == (1, [])
    assert Theme.objects.filter(label__iexact="drones").count() == 1


def test_a_sheet_named_as_a_bureau_says_the_bureau_of_its_rows(
    bring: Import, write: Write, prefecture: Prefecture
) -> None:
    site = prefecture.sites.get(is_main=True)
    titles, legal = (
        Office.objects.create(prefecture=prefecture, site=site, code=code, name=name)
        for code, name in (("TIT", "Bureau des titres et de la citoyenneté"), ("LEG", "Contrôle de légalité"))
    )
    cut, named = "Bureau des titres et de la CITO", [*HEADER, "Service"]
    path = write(**{
        cut: [HEADER, ROW],
        "leg": [named, [*ROW, None], [2, *ROW[1:], "TIT"], [3, *ROW[1:], "Bureau inconnu"]],
        "Janvier": [HEADER, ROW],
    })  # fmt: skip
    report = bring(path, "courrier")
    assert (report.taken, report.unknown_offices) == (5, ["Bureau inconnu"])
    held = {
        (identity.sheet, identity.key): identity.ticket.office
        for identity in ExternalIdentity.objects.select_related("ticket__office")
    }
    assert held == {
        (cut, "1"): titles,
        ("leg", "1"): legal,
        ("leg", "2"): titles,
        ("leg", "3"): None,
        ("Janvier", "1"): None,
    }


def test_unknown_site_is_reported(bring: Import, write: Write) -> None:
    report = bring(write((*ROW, "Sous-préfecture imaginaire"), header=(*HEADER, "Site")), "courrier")
    assert (report.taken, report.unknown_sites) == (1, ["Sous-préfecture imaginaire"])


# --- Rehearsal, concurrency ---------------------------------------------------------------------------------------


def test_rehearsal_leaves_no_trace_at_all(bring: Import, write: Write, prefecture: Prefecture) -> None:
    header = ("N°", "Reçu le", "Expéditeur", "Thème", "Boîte", "Répondu le")
    rows = [(n, ROW[1], f"Mairie {n}", f"Thème {n % 7}", "Boîte neuve", None) for n in range(1, 1201)]
    before = (Event.objects.count(), Theme.objects.count(), Office.objects.count())
    report = bring(write(*rows, header=header), "courriel", dry_run=True)
    assert (report.taken, len(report.created_themes), report.created_mailboxes) == (1200, 7, ["Boîte neuve"])
    assert (Event.objects.count(), Theme.objects.count(), Office.objects.count()) == before
    assert not any(model.objects.exists() for model in (Ticket, Mailbox, ReferenceCounter, EventText, Deadline))
    assert bring(write(*rows, header=header), "courriel").taken == 1200
    assert Ticket.objects.order_by("number").first().number == 1  # type: ignore[union-attr]


def test_chunk_that_another_import_has_just_written_is_looked_at_again(
    bring: Import, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other import commits between our look and our insert: the database refuses ours, and its rows are known."""
    from tracker.importing.importer import Importer

    path = write(*((n, ROW[1], f"Mairie {n}", "Eau", None) for n in range(1, 11)))
    bring(path, "courriel")
    match, blind = Importer.match, [True]

    def matched(self: Importer, chunk: Any) -> None:
        match(self, chunk)
        if blind.pop() if blind else False:
            for candidate in chunk:
                candidate.known = None

    monkeypatch.setattr(Importer, "match", matched)
    report = bring(path, "courriel")
    assert (report.taken, report.already_known, report.refused) == (0, 10, [])
    assert Ticket.objects.count() == 10


def test_answer_of_an_agent_just_before_the_lock_is_not_overwritten(
    bring: Import, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(write(ROW), "courriel")
    lock_many = writers.lock_many

    def answered_first(ticket_ids: Sequence[int]) -> dict[int, Ticket]:
        monkeypatch.setattr(writers, "lock_many", lock_many)
        for pk in ticket_ids:
            writers.write_one(pk, [Answer(date(2026, 3, 5))], writers.Author())
        return lock_many(ticket_ids)

    monkeypatch.setattr(writers, "lock_many", answered_first)
    report = bring(write((*ROW[:4], date(2026, 3, 9))), "courriel")
    [refused] = report.refused
    assert "09/03/2026 dans le fichier, 05/03/2026 dans Sillage" in refused.reason
    assert Ticket.objects.get().answered_on == date(2026, 3, 5)


def test_what_was_imported_verifies(bring: Import, write: Write) -> None:
    rows = [
        (1, date(2026, 3, 2), "A", date(2026, 3, 4), date(2026, 3, 10), date(2026, 3, 6), date(2026, 3, 12)),
        (2, date(2026, 3, 2), "B", None, None, date(2026, 3, 4), None),
        (3, date(2026, 3, 2), "C", date(2026, 3, 20), None, None, None),
    ]
    bring(write(*rows, header=ASKED), "courriel")
    assert check_deadlines().different == []
    assert verify_journal().different == []
    assert Deadline.objects.get(ticket__sender_name="C", purpose=Purpose.REPLY).outcome == Outcome.LATE
