"""A formula whose result was never stored: its row is refused where the cell matters, never taken as empty."""

import datetime as dt
import zipfile

import openpyxl
import pytest

from tests.tracker.spreadsheets.workbooks import ODS_HEAD, write_ods_content, write_workbook
from tracker.spreadsheets.errors import ExpandsTooMuch
from tracker.spreadsheets.reading import open_workbook
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.rows import RowProblem, TableRow

TODAY = dt.date(2024, 6, 30)
DAY = dt.date(2023, 3, 1)
HEADER = ["N°", "Reçu le", "Expéditeur", "Objet", "Répondu le", "Délai"]
REASON = "Cette cellule contient une formule dont le résultat n’est pas enregistré."
MEND = "ouvrez le fichier dans un tableur, enregistrez-le, puis importez-le à nouveau."


def read(tmp_path, *sheets):
    """Each sheet as openpyxl writes it: a text that begins with « = » is a formula without a result."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(sheets, 1):
        worksheet = workbook.create_sheet(f"Feuille {number}")
        for row in rows:
            worksheet.append(row)
    path = tmp_path / "registre.xlsx"
    workbook.save(path)
    reading = read_register(path, kind="courrier", today=TODAY)
    return reading, list(reading)


def rewrite_sheet(path, before, after):
    """Change the markup of the first sheet, as another program would have written it."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    # The writer leaves an empty value in one form or the other, with the XML library that it finds.
    sheet = members["xl/worksheets/sheet1.xml"].replace(b"<v></v>", b"<v />")
    assert before in sheet
    members["xl/worksheets/sheet1.xml"] = sheet.replace(before, after)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [
        (["=ROW()-1", DAY, "A", "x", None, None], "N°", "A2"),
        ([1, "=TODAY()", "A", "x", None, None], "Reçu le", "B2"),
        ([1, DAY, "A", '=HYPERLINK("http://intranet.example/1")', None, None], "Objet", "D2"),
        ([1, DAY, "A", "x", "=B2+1", None], "Répondu le", "E2"),
    ],
)
def test_formula_without_its_result_refuses_the_row_at_its_cell(tmp_path, row, column, cell):
    reading, (problem,) = read(tmp_path, [HEADER, row])
    assert isinstance(problem, RowProblem)
    assert (problem.row, problem.column, problem.reason) == (2, column, REASON)
    assert problem.mend == f"Cellule {cell}\u00a0: {MEND}"
    assert (reading.rows, reading.refused) == (1, 1)


def test_formula_beside_another_fault_says_both(tmp_path):
    _, (problem,) = read(tmp_path, [HEADER, [1, "31/02/2023", "A", "x", "=B2+1", None]])
    assert problem.reason == f"La date «\u00a031/02/2023\u00a0» n’existe pas. {REASON}"
    assert problem.mend == (
        "Corrigez la cellule B2\u00a0; cellule E2\u00a0: ouvrez le fichier dans un tableur, enregistrez-le, "
        "puis importez à nouveau ce fichier."
    )


def test_formula_in_a_computed_or_unknown_column_refuses_nothing(tmp_path):
    rows = [[*HEADER, "Parapheur"], [1, DAY, "A", "x", DAY, "=E2-B2", "=A2"]]
    _, (row,) = read(tmp_path, rows)
    assert isinstance(row, TableRow)
    assert row.values["answered_on"] == DAY


def test_total_made_of_formulas_is_a_total(tmp_path):
    rows = [HEADER, [1, DAY, "A", "x", DAY, "=E2-B2"], ["Total", "=COUNTA(B2:B2)", None, None, "=COUNTA(E2:E2)", None]]
    rows.append([None, "=COUNTA(B2:B2)", None, None, None, "=AVERAGE(F2:F2)"])
    reading, results = read(tmp_path, rows)
    assert (reading.taken, reading.totals, len(results)) == (1, 2, 1)


def test_register_all_made_of_links_is_refused_row_by_row(tmp_path):
    links = [[f"=Source!{letter}{number}" for letter in "ABCDE"] for number in (2, 3)]
    reading, results = read(tmp_path, [HEADER[:5], *links])
    assert (reading.rows, reading.refused) == (2, 2)
    assert [problem.row for problem in results] == [2, 3]


def test_header_that_is_a_formula_is_a_column_without_a_name(tmp_path):
    _, (row,) = read(tmp_path, [["Reçu le", "Objet", "=A1"], [DAY, "x", "y"]])
    assert row.values == {"received_on": DAY, "subject": "x"}


@pytest.mark.parametrize(
    "stored",
    [b'<c r="E2" s="1"><f>B2+1</f><v>44987</v></c>', b'<c r="E2" s="1"><f t="shared" si="0"/><v>44987</v></c>'],
)
def test_formula_with_its_result_is_read_as_its_value(tmp_path, stored):
    reading, _ = read(tmp_path, [HEADER[:5], [1, DAY, "A", "x", "=B2+1"]])
    rewrite_sheet(reading.path, b'<c r="B2" s="1"', b'<c r="B2" s="1" ')
    rewrite_sheet(reading.path, b'<c r="E2"><f>B2+1</f><v /></c>', stored)
    (row,) = reading
    assert row.values["answered_on"] == dt.date(2023, 3, 2)


def test_formula_whose_stored_result_is_the_empty_text_is_empty(tmp_path):
    reading, _ = read(tmp_path, [HEADER[:5], [1, DAY, "A", "x", "=B2+1"]])
    rewrite_sheet(
        reading.path, b'<c r="E2"><f>B2+1</f><v /></c>', b'<c r="E2" t="str"><f>IF(F2="","",F2)</f><v></v></c>'
    )
    (row,) = reading
    assert isinstance(row, TableRow)
    assert "answered_on" not in row.values


@pytest.mark.parametrize(
    "written",
    [
        b'<c r="E2"><f>B2+1</f></c>',
        b'<c s="1" r="E2"><f aca="false">B2+1</f><v></v></c>',
        b'<c r="E2"><f t="shared" si="0"/></c>',
    ],
)
def test_formula_without_its_result_is_seen_however_it_is_written(tmp_path, written):
    reading, _ = read(tmp_path, [HEADER[:5], [1, DAY, "A", "x", "=B2+1"]])
    rewrite_sheet(reading.path, b'<c r="E2"><f>B2+1</f><v /></c>', written)
    (problem,) = reading
    assert (problem.column, problem.reason) == ("Répondu le", REASON)


def test_formulas_are_found_in_their_own_sheet_and_far_down(tmp_path):
    plain = [HEADER[:5], [1, DAY, "A", "x", DAY]]
    long = [HEADER[:5], *([number, DAY, "A" * 150, "x" * 300, DAY] for number in range(3000))]
    long[2500] = [2500, DAY, "A", "x", "=B2501+1"]
    reading, results = read(tmp_path, plain, long)
    (problem,) = [result for result in results if isinstance(result, RowProblem)]
    assert (problem.sheet, problem.row) == ("Feuille 2", 2501)
    assert reading.taken == 3000


def test_preview_reads_a_formula_as_an_empty_cell_marked_apart(tmp_path):
    reading, _ = read(tmp_path, [HEADER[:5], [1, DAY, "A", "x", "=B2+1"]])
    with open_workbook(reading.path, rows_per_sheet=2) as workbook:
        (rows,) = [list(sheet.rows) for sheet in workbook.sheets]
    assert rows[1] == (2, [1.0, DAY, "A", "x", None])


FORMULA = '<table:table-cell table:formula="of:=[.B2]+1"'
TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
DATE = f'<table:table-cell office:value-type="date" office:date-value="{DAY}"/>'


def read_ods(tmp_path, *rows):
    """Each row as the markup of its cells, in one sheet."""
    header = "".join(map(TEXT.format, HEADER[:5]))
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in (header, *rows))
    path = tmp_path / "registre.ods"
    content = f'{ODS_HEAD}<table:table table:name="A">{table}</table:table></office:spreadsheet></office:body>'
    write_ods_content(path, f"{content}</office:document-content>")
    reading = read_register(path, kind="courrier", today=TODAY)
    return reading, list(reading)


def ods_row(answered):
    return f"{TEXT.format(1)}{DATE}{TEXT.format('A')}{TEXT.format('x')}{answered}"


@pytest.mark.parametrize("written", [f"{FORMULA}/>", f"{FORMULA}></table:table-cell>"])
def test_formula_of_an_ods_without_its_result_refuses_the_row_at_its_cell(tmp_path, written):
    reading, (first, problem) = read_ods(tmp_path, ods_row(DATE), ods_row(written))
    assert isinstance(first, TableRow)
    assert (problem.row, problem.column, problem.reason) == (3, "Répondu le", REASON)
    assert problem.mend == f"Cellule E3\u00a0: {MEND}"
    assert (reading.rows, reading.refused) == (2, 1)


@pytest.mark.parametrize(
    ("written", "answered_on"),
    [
        (f'{FORMULA} office:value-type="date" office:date-value="2023-03-02"/>', dt.date(2023, 3, 2)),
        (f'{FORMULA} office:value-type="string" office:string-value=""/>', None),
        ('<table:table-cell table:formula="of:=IF(1>0;2;3)" office:value-type="string"/>', None),
    ],
)
def test_formula_of_an_ods_with_its_result_is_read_as_its_value(tmp_path, written, answered_on):
    _, (row,) = read_ods(tmp_path, ods_row(written))
    assert row.values.get("answered_on") == answered_on


def test_formulas_of_an_ods_are_counted_through_repeated_rows_and_cells(tmp_path):
    blank = '<table:table-cell table:number-columns-repeated="3"/>'
    repeated = (
        f"{ods_row(DATE)}</table:table-row><table:table-row table:number-rows-repeated='2'>{ods_row(FORMULA + '/>')}"
    )
    far = f'{TEXT.format(1)}{FORMULA} table:number-columns-repeated="1"/>{blank}'
    reading, results = read_ods(tmp_path, repeated, far)
    assert [(problem.row, problem.column) for problem in results[1:]] == [
        (3, "Répondu le"), (4, "Répondu le"), (5, "Reçu le"),
    ]  # fmt: skip
    assert (reading.rows, reading.taken, reading.refused) == (4, 1, 3)


def test_formulas_of_an_ods_are_found_in_their_own_sheet(tmp_path):
    path = write_workbook(tmp_path / "deux.ods", {"A": [HEADER, [1, DAY, "A", "x", DAY, 0]], "B": [HEADER]})
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    end = "</table:table></office:spreadsheet>"
    cells = f'{FORMULA} table:number-columns-repeated="40"/>'
    row = f'<table:table-row table:number-rows-repeated="3">{cells}</table:table-row>'
    write_ods_content(path, content.replace(end, row + end))
    reading = read_register(path, kind="courrier", today=TODAY)
    results = list(reading)
    assert [(result.sheet, result.row) for result in results] == [("A", 2), ("B", 2), ("B", 3), ("B", 4)]
    assert (reading.taken, reading.refused) == (1, 3)


def test_formula_that_fills_a_whole_ods_sheet_is_refused_in_one_sentence(tmp_path):
    everywhere = f'{FORMULA} table:number-columns-repeated="90"/>'
    repeated = f"{ods_row(DATE)}</table:table-row><table:table-row table:number-rows-repeated='20000'>{everywhere}"
    with pytest.raises(ExpandsTooMuch):
        read_ods(tmp_path, repeated)
