"""Cells copied from a spreadsheet read back as the same cells."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.spreadsheets.layouts import pasted_layout
from tracker.spreadsheets.pasting import WRAPPED, NotATable, find_header, read_cells

# What a cell may hold, with a good share of what the format itself uses.
LETTERS = st.sampled_from([*string.ascii_letters, *"éèœ’ «»;,.'0123456789", '"', '"', "\t", "\n", "😀"])
CELLS = st.text(LETTERS, max_size=12).map(str.strip)
GRIDS = st.integers(1, 6).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1))


def excel(cell: str) -> str:
    """As Excel's clipboard has it: marks around what holds a tab or a line break, those inside doubled."""
    return '"' + cell.replace('"', '""') + '"' if "\t" in cell or "\n" in cell else cell


def careful(cell: str) -> str:
    """As programs that also surround what holds a mark."""
    return '"' + cell.replace('"', '""') + '"' if any(each in cell for each in '\t\n"') else cell


def without_blanks(grid: list[list[str]]) -> list[list[str]]:
    rows = [row for row in grid if any(row)]
    kept = [place for place in range(len(rows[0])) if any(row[place] for row in rows)] if rows else []
    return [[row[place] for place in kept] for row in rows]


@given(GRIDS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_any_grid_written_as_excel_does_reads_back(grid: list[list[str]], line_end: str, last: bool) -> None:
    # A bare cell that opens a quotation mark could be the beginning of one that Excel has surrounded: nobody can tell.
    assume(not any(cell.startswith('"') and excel(cell) == cell for row in grid for cell in row))
    text = line_end.join("\t".join(map(excel, row)) for row in grid) + line_end * last
    assert read_cells(text) == without_blanks(grid)


@given(GRIDS)
def test_any_grid_of_a_more_careful_program_reads_back(grid: list[list[str]]) -> None:
    # A textarea sends every line break as CR LF, those inside the cells too.
    text = "\n".join("\t".join(map(careful, row)) for row in grid).replace("\n", "\r\n")
    assert read_cells(text) == without_blanks(grid)


@given(st.text(max_size=200))
def test_any_text_at_all_is_a_rectangle_of_clean_cells(text: str) -> None:
    rows = read_cells(text)
    assert len({len(row) for row in rows}) <= 1
    assert not any("\0" in cell or "\r" in cell for row in rows for cell in row)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", []),
        ("\r\n\r\n", []),
        ("seule", [["seule"]]),
        ("a\tb\t\t\r\nc\t\t\t\r\n", [["a", "b"], ["c", ""]]),
        ("\ta\n\tb", [["a"], ["b"]]),
        ("a\n\n\nb", [["a"], ["b"]]),
        ('"deux\r\nlignes"\tx', [["deux\nlignes", "x"]]),
        ('"dit ""oui""\tou non"\tx', [['dit "oui"\tou non', "x"]]),
        ('"Urgent"\tx', [['"Urgent"', "x"]]),
        ('"Urgent" demande\tx', [['"Urgent" demande', "x"]]),
        ('écran 24"\tx\n24"\ty', [['écran 24"', "x"], ['24"', "y"]]),
        ('"jamais fermée\tx\ny', [['"jamais fermée', "x"], ["y", ""]]),
        ("a\0b\x07\tc", [["ab", "c"]]),
        ("😀\té", [["😀", "é"]]),
    ],
)
def test_what_is_copied_is_read(text: str, cells: list[list[str]]) -> None:
    assert read_cells(text) == cells


def test_a_long_paste_of_opened_marks_is_read_in_no_time() -> None:
    """One scan of the text, not one a cell."""
    assert len(read_cells('"a\t' * 50_000)[0]) == 50_000
    assert WRAPPED.match('"' + 'a"' * 50_000) is None


def test_a_wide_row_above_a_long_column_does_not_fill_the_memory() -> None:
    with pytest.raises(NotATable, match="20001 lignes et 20000 colonnes"):
        read_cells("a\t" * 19_999 + "a\n" + "b\n" * 20_000)


@pytest.mark.parametrize("kind", ["correspondence", "complaint", "meeting_request", "site_update", "added"])
def test_headers_are_recognised_as_an_import_does(kind: str) -> None:
    rows = read_cells("N°\tReçue le\tNom du demandeur\tObjet\tAdresse mail\n1\t3/11/2026\tMairie\tÉcole\ta@b.fr")
    match = find_header(rows, pasted_layout(kind))
    assert match is not None
    assert match.row_number == 1
    found = {code: place for code, (place, *_) in match.columns.items()}
    assert found == {"number": 0, "received_on": 1, "sender": 2, "subject": 3, "sender_contact": 4}


def test_rows_without_headers_are_all_demandes() -> None:
    rows = read_cells("3/11/2026\tMairie\tÉcole\n4/11/2026\tMairie\tCrèche")
    assert find_header(rows, pasted_layout("correspondence")) is None


def test_headers_are_looked_for_at_the_top_alone() -> None:
    rows = [["3/11/2026", "Mairie", "École"]] * 5 + [["Reçu le", "Expéditeur", "Objet"]] + [["3/11/2026", "a", "b"]]
    assert find_header(rows, pasted_layout("correspondence")) is None


def test_titles_of_the_table_stand_above_its_headers() -> None:
    headers = ["Reçu le", "Expéditeur", "Objet"]
    match = find_header([["Suivi 2026", "", ""], headers, ["3/11/2026", "a", "b"]], pasted_layout("correspondence"))
    assert match is not None and match.row_number == 2
    above = ["3/11/2026", "Mairie", "École"]
    assert find_header([above, headers, ["3/11/2026", "a", "b"]], pasted_layout("correspondence")) is None
