"""Whatever the layout, every row is accounted for and what was put in comes out."""

import pytest

from tests.tracker.spreadsheets.layouts import TODAY, GroupedRegisterMaker, RegisterMaker
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.rows import RowProblem, TableRow

FORMATS = (".xlsx", ".xls", ".ods")


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("seed", range(40))
def test_generated_register_gives_back_what_was_put_in(tmp_path, seed, extension):
    check(RegisterMaker(seed), tmp_path / f"registre{extension}")


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("seed", range(30))
def test_generated_register_with_headers_in_two_rows_gives_back_what_was_put_in(tmp_path, seed, extension):
    check(GroupedRegisterMaker(seed), tmp_path / f"registre{extension}")


def check(maker, path):
    sheets, expected = maker.sheets()
    reading = read_register(write_workbook(path, sheets), kind=maker.kind, today=TODAY)
    results = list(reading)

    assert reading.rows == reading.taken + reading.refused + reading.blank + reading.totals
    assert [table.sheet for table in reading.sheets] == list(expected)
    for table in reading.sheets:
        wanted = expected[table.sheet]
        rows = [result for result in results if result.sheet == table.sheet]
        taken = {result.row: result.values for result in rows if isinstance(result, TableRow)}
        refused = {result.row: result for result in rows if isinstance(result, RowProblem)}
        assert table.match.row_number == wanted.header_row
        assert taken == wanted.taken
        assert {row: problem.column for row, problem in refused.items()} == {
            row: " ".join(maker.headers[code].split()) for row, code in wanted.refused.items()
        }
        assert (table.blank, table.totals) == (wanted.blank, wanted.totals)
        assert table.rows == table.taken + table.refused + table.blank + table.totals
