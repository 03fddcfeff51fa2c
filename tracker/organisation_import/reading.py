"""Which sheet says what, and its rows: a sheet with a code and a name lists bureaux, one with an address and a role
lists people. Files are small (some hundreds of rows): they are read whole."""

from dataclasses import dataclass, field
from pathlib import Path

from tracker.organisation_import.layouts import OFFICES, PEOPLE
from tracker.organisation_import.template import OWN_SHEETS
from tracker.spreadsheets.cells import Fault
from tracker.spreadsheets.columns import Layout
from tracker.spreadsheets.errors import EmptyWorkbook, HeaderNotFound
from tracker.spreadsheets.headers import HeaderMatch, SheetPreview
from tracker.spreadsheets.rows import Check, RowProblem, TableRow, Values
from tracker.spreadsheets.tables import TableReading, preview_sheets

NOTHING_KNOWN = (
    "Ce classeur n’a ni feuille de bureaux (colonnes «\xa0code\xa0» et «\xa0libellé\xa0») ni feuille de personnes "
    "(colonnes «\xa0adresse électronique\xa0» et «\xa0rôle\xa0»). Partez du modèle à télécharger."
)


@dataclass(slots=True)
class OrganisationFile:
    """The rows of a workbook, sorted by what their sheet lists."""

    offices: list[TableRow] = field(default_factory=list)
    people: list[TableRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    rows: int = 0
    blank: int = 0
    totals: int = 0
    ignored_sheets: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


def read_organisation(path: Path, name: str) -> OrganisationFile:
    """Raises a SpreadsheetError where nothing of the file can be read."""
    people = complete_sheets(path, name, PEOPLE)
    previews = preview_sheets(path, OFFICES, name=name)
    offices = [preview.sheet for preview in previews if is_complete(preview) and preview.sheet not in people]
    if not any(preview.rows for preview in previews):
        raise EmptyWorkbook("Ce classeur est vide\xa0: aucune cellule n’est remplie.")
    if not people and not offices:
        raise HeaderNotFound(NOTHING_KNOWN, previews)
    found = OrganisationFile()
    known = {*people, *offices, *OWN_SHEETS}
    found.ignored_sheets = [preview.sheet for preview in previews if preview.rows and preview.sheet not in known]
    # In one order whatever that of the sheets: people are attached to bureaux.
    if offices:
        found.offices = take(found, TableReading(path, OFFICES, no_more_checks, name=name), offices)
    if people:
        found.people = take(found, TableReading(path, PEOPLE, no_more_checks, name=name), people)
    return found


def complete_sheets(path: Path, name: str, layout: Layout) -> list[str]:
    return [preview.sheet for preview in preview_sheets(path, layout, name=name) if is_complete(preview)]


def is_complete(preview: SheetPreview) -> bool:
    return preview.match is not None and preview.match.complete


def take(found: OrganisationFile, reading: TableReading, sheets: list[str]) -> list[TableRow]:
    """The good rows of these sheets; the others, and the counts, go into `found`."""
    rows: list[TableRow] = []
    for row in reading:
        if row.sheet not in sheets:
            continue
        if isinstance(row, TableRow):
            rows.append(row)
        elif isinstance(row, RowProblem):
            found.problems.append(row)
    for table in reading.sheets:
        if table.sheet in sheets:
            found.rows += table.rows
            found.blank += table.blank
            found.totals += table.totals
            found.columns += [header for header in table.match.headers if header not in found.columns]
    return rows


def no_more_checks(_match: HeaderMatch) -> Check:
    """A row is judged by the services, which know the préfecture."""

    def check(_values: Values) -> list[tuple[str, Fault]]:
        return []

    return check
