"""What each row is taken for, and what is said of the ones that are refused."""

import datetime as dt

import pytest

from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.rows import RowProblem, TableRow

TODAY = dt.date(2024, 6, 30)
DAY = dt.date(2023, 3, 1)
HEADER = ["N°", "Reçu le", "Expéditeur", "Objet", "Répondu le", "Délai"]


def read(tmp_path, rows, *, kind="courrier", header=HEADER):
    path = write_workbook(tmp_path / "registre.xlsx", {"Registre": [header, *rows]})
    reading = read_register(path, kind=kind, today=TODAY)
    return reading, list(reading)


def counts(reading):
    assert reading.rows == reading.taken + reading.refused + reading.blank + reading.totals
    return {name: getattr(reading, name) for name in ("taken", "refused", "blank", "totals") if getattr(reading, name)}


@pytest.mark.parametrize(
    "row",
    [
        ["TOTAL", None, None, None, None, 22],
        [None, None, None, "Total général", None, 12],
        ["Sous-total janvier", 22, None, None, None, None],
        [None, "TOTAL", None, None, None, 22],
        ["Total : 22", None, None, None, None, None],
        [None, None, "Moyenne des délais (jours ouvrés)", None, None, 3.4],
        ["Taux de réponse dans les délais", None, None, None, None, "91 %"],
        ["Nombre de courriers", None, 12, "Taux", "719/786", None],
        ["TOTAL", None, None, None, None, 3],
        [None, 12, None, None, 10, 3.5],
        ["Février 2023", None, None, None, None, None],
        ["2e trimestre", None, None, None, None, None],
        ["fin", None, None, None, None, None],
        ["Fin du registre", None, None, None, None, None],
        HEADER,
    ],
)
def test_totals_titles_and_repeated_headers_are_no_records(tmp_path, row):
    reading, results = read(tmp_path, [[1, DAY, "Usager", "x", None, None], row])
    assert counts(reading) == {"taken": 1, "totals": 1}
    assert len(results) == 1


@pytest.mark.parametrize(
    "row",
    [
        [12, None, "Total", None, None, None],
        [12, None, "Total Énergies", "Facture", None, None],
        [None, None, "Total Énergies", None, None, None],
        [None, None, "Usager 3", None, DAY, None],
        ["Total", "31/02/2023", "Usager 3", "Facture", None, None],
        ["urgent", None, None, None, None, None],
        [None, "31/02/2023", None, None, None, None],
        [None, None, None, None, "5.1.23", None],
    ],
)
def test_row_that_holds_something_is_refused_rather_than_lost(tmp_path, row):
    reading, results = read(tmp_path, [row])
    assert counts(reading) == {"refused": 1}
    assert results[0].column == "Reçu le"


def test_sender_called_total_is_a_sender(tmp_path):
    reading, results = read(tmp_path, [[1, DAY, "Total Énergies", "Moyenne tension", DAY, 0]])
    assert counts(reading) == {"taken": 1}
    assert results[0].values["sender"] == "Total Énergies"


def test_blank_and_numbered_lines_are_blank_and_the_end_of_the_sheet_is_not_counted(tmp_path):
    empty = [None] * 6
    rows = [[1, DAY, "A", None, None, None], empty, [2, *empty[1:]], [3, *empty[1:5], 0], [None, "\u00a0", *empty[2:]]]
    rows += [[4, DAY, "B", None, None, None], empty, [None, None, " ", None, None, None]]
    reading, results = read(tmp_path, rows)
    assert counts(reading) == {"taken": 2, "blank": 4}
    assert [result.row for result in results] == [2, 7]


def test_row_numbers_are_those_of_the_spreadsheet_under_titles_and_beside_margins(tmp_path):
    rows = [[None], [None], [None, None, "Suivi"], [None], [None, None, *HEADER], [None, None, 1, "32/01/2023", "A"]]
    path = write_workbook(tmp_path / "registre.xlsx", {"Registre": rows})
    (problem,) = read_register(path, kind="courrier", today=TODAY)
    assert (problem.sheet, problem.row, problem.column) == ("Registre", 6, "Reçu le")
    assert problem.mend == "Corrigez la cellule D6, puis importez à nouveau ce fichier."


@pytest.mark.parametrize(
    ("kind", "headers", "cells", "column", "reason"),
    [
        ("courrier", ["Reçu le", "Objet"], [None, "x"], "Reçu le", "La date d’arrivée manque."),
        (
            "courrier",
            ["Reçu le", "Objet"],
            ["31/02/2022", "x"],
            "Reçu le",
            "La date «\u00a031/02/2022\u00a0» n’existe pas.",
        ),
        (
            "courrier",
            ["Reçu le", "Objet"],
            [dt.date(2024, 7, 1), "x"],
            "Reçu le",
            "L’arrivée est dans le futur (01/07/2024).",
        ),
        (
            "courrier",
            ["Reçu le", "Répondu le"],
            [DAY, dt.date(2023, 2, 28)],
            "Répondu le",
            "La réponse est datée du 28/02/2023, avant l’arrivée (01/03/2023).",
        ),
        (
            "courrier",
            ["Reçu le", "Pièce demandée le", "Pièce reçue le"],
            [DAY, dt.date(2023, 3, 5), dt.date(2023, 3, 4)],
            "Pièce reçue le",
            "La pièce a été reçue le 04/03/2023, avant d’avoir été demandée (05/03/2023).",
        ),
        (
            "courrier",
            ["Reçu le", "Pièce demandée le", "Pièce reçue le"],
            [DAY, None, dt.date(2023, 3, 4)],
            "Pièce demandée le",
            "Une pièce a été reçue sans date de demande.",
        ),
        (
            "courrier",
            ["Reçu le", "Réponse d'attente le", "Répondu le"],
            [DAY, dt.date(2023, 3, 9), dt.date(2023, 3, 6)],
            "Réponse d'attente le",
            "La réponse d’attente est datée du 09/03/2023, après la réponse (06/03/2023).",
        ),
        (
            "courrier",
            ["Reçu le", "Réponse d'attente le", "Promise pour le"],
            [DAY, None, dt.date(2023, 3, 20)],
            "Réponse d'attente le",
            "Une réponse est promise pour le 20/03/2023 sans date de réponse d’attente.",
        ),
        (
            "rdv",
            ["Demande reçue le", "Date proposée le", "Tenu le"],
            [DAY, dt.date(2023, 3, 8), dt.date(2023, 3, 7)],
            "Tenu le",
            "Le rendez-vous a été tenu le 07/03/2023, avant sa proposition (08/03/2023).",
        ),
        (
            "reclamation",
            ["Reçu le", "Canal"],
            [DAY, "pigeon"],
            "Canal",
            "«\u00a0pigeon\u00a0» n’est pas un canal connu.",
        ),
        (
            "reclamation",
            ["Reçu le", "Nature"],
            [DAY, "colère"],
            "Nature",
            "«\u00a0colère\u00a0» n’est pas une nature connue.",
        ),
        (
            "courrier",
            ["Reçu le", "Objet"],
            [DAY, "x" * 10_000],
            "Objet",
            "Ce texte a 10000 caractères, la limite est de 500.",
        ),
        (
            "courrier",
            ["Reçu le", "Expéditeur"],
            [DAY, "x" * 201],
            "Expéditeur",
            "Ce texte a 201 caractères, la limite est de 200.",
        ),
    ],
)
def test_refused_row_says_where_why_and_how_to_mend(tmp_path, kind, headers, cells, column, reason):
    reading, results = read(tmp_path, [cells], kind=kind, header=headers)
    (problem,) = results
    assert isinstance(problem, RowProblem)
    assert (problem.column, problem.reason) == (column, reason)
    letter = "ABC"[headers.index(column)]
    assert problem.mend.startswith(f"Corrigez la cellule {letter}2")
    assert problem.mend.endswith(", puis importez à nouveau ce fichier.")
    assert counts(reading) == {"refused": 1}


def test_every_fault_of_a_row_is_said_at_once(tmp_path):
    reading, (problem,) = read(tmp_path, [[1, "32/01/2023", "A", "x" * 501, "hier", None]])
    assert problem.column == "Reçu le"
    assert problem.reason.count(".") == 3
    assert all(cell in problem.mend for cell in ("B2", "D2", "E2"))
    assert reading.refused == 1


def test_a_meeting_to_come_and_a_promise_are_not_in_the_future(tmp_path):
    header = ["Reçu le", "Date du rendez-vous"]
    reading, _ = read(tmp_path, [[DAY, dt.date(2024, 12, 1)]], kind="rdv", header=header)
    assert counts(reading) == {"taken": 1}


def test_answer_without_a_date_is_told_from_no_answer(tmp_path):
    rows = [[1, DAY, "A", None, "sans date", None], [2, DAY, "B", None, "en cours", None]]
    _, (undated, pending) = read(tmp_path, rows)
    assert undated.values["answered_on"].value == "undated"
    assert "answered_on" not in pending.values


def test_line_numbered_in_advance_with_letters_is_blank(tmp_path):
    rows = [[1, DAY, "A", None, None, None], ["C-2023/2", None, None, None, None, None]]
    reading, _ = read(tmp_path, rows)
    assert counts(reading) == {"taken": 1, "blank": 1}


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        ("Janvier 2022", "Suivi"),
        ("2022", ""),
        ("Registre", "Suivi des courriers 2022"),
        ("Janvier", "Suivi 2022, mis à jour le 05/02/2024"),
        ("Janvier 2022", "Préfecture, 2023"),
    ],
)
def test_date_without_its_year_takes_the_one_of_the_sheet(tmp_path, sheet, title):
    rows = [[title], HEADER[:5], [1, "03/01", "A", "x", "5 janvier"], [2, "31/02", "B", "x", None]]
    path = write_workbook(tmp_path / "r.xlsx", {sheet: rows})
    first, second = read_register(path, kind="courrier", today=TODAY)
    assert (first.values["received_on"], first.values["answered_on"]) == (dt.date(2022, 1, 3), dt.date(2022, 1, 5))
    assert second.reason == "La date «\u00a031/02\u00a0» n’existe pas."


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        ("Janvier", "Suivi"),
        ("Registre", "Suivi 2022-2023"),
        ("Registre", "Mis à jour le 05/02/2022"),
        ("Registre", "Mis à jour le 5 février 2022"),
        ("Export 2022", ""),
    ],
)
def test_date_without_its_year_is_refused_where_the_sheet_has_not_one_year(tmp_path, sheet, title):
    rows = [[title], HEADER[:5], [1, "03/01", "A", "x", None]]
    path = write_workbook(tmp_path / "r.xlsx", {sheet: rows})
    (problem,) = read_register(path, kind="courrier", today=TODAY)
    assert problem.reason == "La date «\u00a003/01\u00a0» n’a pas d’année."


def test_hostile_texts_come_in_clean_and_whole(tmp_path):
    rows = [[1, DAY, "Zoé _x0000_ 😀", "=cmd|' /C calc'!A0", None, None]]
    _, (row,) = read(tmp_path, rows)
    assert isinstance(row, TableRow)
    assert row.values["sender"] == "Zoé 😀"
    assert "\x00" not in "".join(row.raw.values())
    assert row.values["subject"] == "=cmd|' /C calc'!A0"


def test_columns_beyond_the_header_are_kept_as_evidence(tmp_path):
    _, (row,) = read(tmp_path, [[1, DAY, "A", "x", None, None, "griffonné à côté"]])
    assert row.raw["Colonne G"] == "griffonné à côté"


def test_progress_goes_from_sheet_to_sheet(tmp_path):
    rows = [["Reçu le", "Objet"], [DAY, "x"], [DAY, "y"], [DAY, "z"]]
    path = write_workbook(tmp_path / "r.xlsx", {"A": rows, "B": rows})
    results = list(read_register(path, kind="courrier", today=TODAY))
    shares = [result.table.progress(result.row) for result in results]
    assert shares == [0.25, 0.375, 0.5, 0.75, 0.875, 1.0]


def test_reading_again_gives_the_same(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", {"A": [HEADER, [1, DAY, "A", "x", None, None]]})
    reading = read_register(path, kind="courrier", today=TODAY)
    first = [row.values for row in reading]
    assert [row.values for row in reading] == first
    assert reading.rows == 1


RECORD = [1, DAY, "Usager", "x", None, None]


@pytest.mark.parametrize(
    "row",
    [
        ["Fait à Nantes, le 3 janvier 2024", None, None, None, None, None],
        [None, "Fait à Nantes le 03/01/2024", None, None, None, None],
        [None, None, "* hors congés", None, None, None],
        [None, None, None, "NB : les recours sont suivis à part", None, None],
        ["Registre tenu par le service de la qualité", None, None, None, None, None],
        [None, None, None, None, None, None, "Les recours ne sont pas comptés"],
        ["Mis à jour le 12/01/2024", None, None, None, None, None],
    ],
)
def test_note_under_the_last_record_is_counted_apart_and_kept(tmp_path, row):
    total = ["TOTAL", None, None, None, None, 1]
    reading, results = read(tmp_path, [RECORD, [None] * 6, row, total])
    assert counts(reading) == {"taken": 1, "blank": 1, "totals": 2}
    assert [(note.sheet, note.row, note.text) for note in reading.notes] == [
        ("Registre", 4, next(text for text in row if text))
    ]
    assert len(results) == 1


@pytest.mark.parametrize(
    "row",
    [
        # Somebody whose date was forgotten, what is asked, a date in words: the start of a demande.
        [None, None, "Association des amis du parc", None, None, None],
        [None, None, None, "Demande de titre de séjour", None, None],
        [None, "le lendemain de la fête", None, None, None, None],
        ["urgent", None, None, None, None, None],
        ["Reçu le 3 mars de la mairie", None, None, None, None, None],
        [None, None, "Fait à Nantes, le 3 janvier 2024", "Facture", None, None],
        ["Registre tenu par le service", None, None, None, DAY, None],
    ],
)
def test_last_row_that_could_be_a_demande_is_refused(tmp_path, row):
    reading, _ = read(tmp_path, [RECORD, row])
    assert counts(reading) == {"taken": 1, "refused": 1}
    assert reading.notes == []


def test_note_between_two_records_is_a_refused_row(tmp_path):
    note = ["Fait à Nantes, le 3 janvier 2024", *[None] * 5]
    reading, results = read(tmp_path, [RECORD, note, [None] * 6, ["TOTAL", *[None] * 4, 1], RECORD, note])
    assert counts(reading) == {"taken": 2, "refused": 1, "blank": 1, "totals": 2}
    assert [result.row for result in results] == [2, 3, 6]
    assert [note.row for note in reading.notes] == [7]


def test_a_long_list_of_texts_is_no_notes(tmp_path):
    reading, _ = read(tmp_path, [RECORD, *[["Registre tenu par le service", *[None] * 5]] * 40])
    assert counts(reading) == {"taken": 1, "refused": 40}
