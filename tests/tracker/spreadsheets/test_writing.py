"""What goes out: typed, filterable, whole, and never a formula."""

import csv
import datetime as dt
import io
from decimal import Decimal
from operator import itemgetter

import openpyxl
import pytest

from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker.spreadsheets.problems import all_headers, write_problems
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.writing import Column, ColumnType, Sheet, write_csv, write_xlsx

ATTACKS = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+33 2 40 00 00 00",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "=",
    "#N/A",
    '=HYPERLINK("http://x";"y")',
]


def column(index, kind=ColumnType.TEXT, header="Colonne"):
    return Column(header, itemgetter(index), kind)


def written(sheets, **options):
    target = io.BytesIO()
    write_xlsx(target, sheets, **options)
    return openpyxl.load_workbook(target)


def as_csv(columns, rows):
    content = b"".join(write_csv(columns, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_becomes_a_formula_in_a_workbook(text):
    sheet = written([Sheet("A", [column(0, header=text)], [(text,)])])["A"]
    for cell in (sheet["A1"], sheet["A2"]):
        assert cell.data_type == "s"
        assert cell.value == text.strip()


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_becomes_a_formula_in_a_csv(text):
    header, row = as_csv([column(0, header=text)], [(text,)])
    for cell in (*header, *row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
        assert cell.lstrip("'") == text.strip()


def test_cells_have_the_type_of_their_column():
    moment = dt.datetime(2022, 1, 3, 14, 30)  # noqa: DTZ001 - a local time, as the exports give it
    kinds = list(ColumnType)
    row = ("x", 3, Decimal("2.5"), 0.915, dt.date(2022, 1, 3), moment, True)
    sheet = written([Sheet("A", [column(i, kind) for i, kind in enumerate(kinds)], [row, (None,) * 7])])["A"]
    assert [cell.value for cell in sheet[2]] == [
        "x",
        3,
        2.5,
        0.915,
        dt.datetime.combine(row[4], dt.time()),
        moment,
        "oui",
    ]
    assert [cell.number_format for cell in sheet[2]][3:6] == ["0.0 %", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"]
    assert all(cell.value is None for cell in sheet[3])
    assert as_csv([column(i, kind) for i, kind in enumerate(kinds)], [row])[1] == [
        "x",
        "3",
        "2,5",
        "91,5 %",
        "03/01/2022",
        "03/01/2022 14:30",
        "oui",
    ]


def test_header_is_bold_frozen_and_filtered():
    sheet = written([Sheet("A", [Column("Objet", itemgetter(0), width=42)], [("x",), ("y",)])])["A"]
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:A3"
    assert sheet.column_dimensions["A"].width == 42


def test_illegal_characters_never_stop_an_export():
    text = "a\x00b\x0b\ud800c\ufffe\nd😀"
    assert written([Sheet("A", [column(0)], [(text,)])])["A"]["A2"].value == "abc\nd😀"
    assert as_csv([column(0)], [(text,)])[1] == ["abc\nd😀"]


def test_text_longer_than_a_cell_fits():
    assert len(written([Sheet("A", [column(0)], [("x" * 40_000,)])])["A"]["A2"].value) == 32_767


def test_rows_beyond_a_sheet_go_on_in_the_next():
    workbook = written([Sheet("Demandes", [column(0, ColumnType.INTEGER)], ((n,) for n in range(10)))], max_rows=5)
    assert workbook.sheetnames == ["Demandes", "Demandes (2)", "Demandes (3)"]
    numbers = [cell.value for sheet in workbook for cell in sheet["A"][1:]]
    assert numbers == list(range(10))
    assert all(sheet["A1"].value == "Colonne" for sheet in workbook)
    assert workbook["Demandes (3)"].auto_filter.ref == "A1:A3"


def test_sheet_that_ends_exactly_at_the_limit_has_no_empty_successor():
    workbook = written([Sheet("A", [column(0, ColumnType.INTEGER)], [(n,) for n in range(4)])], max_rows=5)
    assert workbook.sheetnames == ["A"]


def test_titles_that_excel_refuses_are_mended():
    titles = ["Courriers / courriels : 2022 [tous] et le reste", "a", "A", "", "Historique?"]
    names = written([Sheet(title, [column(0)], []) for title in titles]).sheetnames
    assert len({name.lower() for name in names}) == 5
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_rows_that_fail_on_the_way_leave_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def rows():
        yield ("x",)
        raise ZeroDivisionError

    target = tmp_path / "export.xlsx"
    with pytest.raises(ZeroDivisionError):
        write_xlsx(target, [Sheet("A", [column(0)], rows())])
    assert list(tmp_path.iterdir()) == []


def test_csv_comes_piece_by_piece():
    chunks = list(write_csv([column(0, ColumnType.INTEGER)], ((n,) for n in range(1200))))
    assert len(chunks) == 3
    assert chunks[0].startswith("\ufeffColonne\r\n0\r\n".encode())
    assert b"".join(chunks).count(b"\r\n") == 1201


def test_annotated_workbook_shows_refused_rows_as_they_were(tmp_path):
    rows = {
        "janvier": [["N°", "Reçu le", "Objet"], [1, "31/02/2022", "=1+1"], [2, dt.date(2022, 1, 3), "x"]],
        "février": [["Reçu le", "Objet", "Parapheur"], [dt.date(2031, 2, 1), "y", "p"]],
    }
    path = write_workbook(tmp_path / "r.xlsx", rows)
    reading = read_register(path, kind="courrier", today=dt.date(2024, 6, 30))
    problems = [result for result in reading if hasattr(result, "reason")]
    target = io.BytesIO()
    write_problems(target, all_headers(problems), problems)
    sheet = openpyxl.load_workbook(target)["Lignes refusées"]
    header, first, second = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert header == [
        "Feuille", "Ligne", "Colonne", "Pourquoi", "Comment corriger", "N°", "Reçu le", "Objet", "Parapheur",
    ]  # fmt: skip
    assert first[:4] == ["janvier", 2, "Reçu le", "La date «\u00a031/02/2022\u00a0» n’existe pas."]
    assert first[5:] == ["1", "31/02/2022", "=1+1", None]
    assert second[5:] == [None, "01/02/2031", "y", "p"]
    assert sheet["H2"].data_type == "s"
