"""Each row through the service that a person's click would call: the same rules, the same words, the same journal.

Nothing is taken away: a bureau or a role that the file does not name stays as it is, an empty cell changes nothing. So
the same file twice changes nothing the second time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.db import transaction

from tracker.accounts import Identity, add_account
from tracker.enums import Role
from tracker.errors import InvalidCommand
from tracker.importing.report import RefusedRow
from tracker.membership import EXTENTS, WHOLE, RoleTerms, give_role
from tracker.models import Office, Prefecture, Site, User
from tracker.organisation_import.layouts import YES
from tracker.organisation_import.reading import OrganisationFile
from tracker.organisation_import.report import OrganisationReport
from tracker.organising import OfficeTerms, add_office, change_office
from tracker.spreadsheets.rows import TableRow
from tracker.spreadsheets.wording import column_letters, fold, quoted
from tracker.writers import Author

EVERYWHERE: Final = frozenset({"prefecture", "toute la prefecture", "la prefecture", "tout", "toute", "ensemble"})
COLUMN_OF_FIELD: Final = {"is_sensitive": "sensitive"}
AGAIN: Final = "puis importez à nouveau ce fichier."

P = TypeVar("P", Office, Site)


@dataclass
class Applying:
    """Writes a file in the caller's transaction."""

    prefecture: Prefecture
    author: Author
    report: OrganisationReport
    seen_codes: dict[str, TableRow] = field(default_factory=dict)

    def apply(self, file: OrganisationFile) -> None:
        report = self.report
        report.rows, report.blank, report.totals = file.rows, file.blank, file.totals
        report.columns, report.ignored_sheets = file.columns, file.ignored_sheets
        for problem in file.problems:
            report.refused.append(
                RefusedRow(problem.sheet, problem.row, problem.column, problem.reason, problem.mend, problem.raw)
            )
        for row in self.in_order(file.offices):
            self.one(row, self.write_office)
        for row in file.people:
            self.one(row, self.write_person)
        sheets = list(dict.fromkeys(row.sheet for row in (*file.offices, *file.people)))
        report.refused.sort(key=lambda row: (sheets.index(row.sheet) if row.sheet in sheets else -1, row.row))

    def one(self, row: TableRow, write: Callable[[TableRow], None]) -> None:
        """One row, whole or refused."""
        try:
            with transaction.atomic():
                write(row)
        except InvalidCommand as refusal:
            self.refuse(row, refusal)

    def refuse(self, row: TableRow, refusal: InvalidCommand) -> None:
        code = COLUMN_OF_FIELD.get(refusal.field or "", refusal.field or "")
        columns, headers = row.table.match.columns, row.table.match.headers
        if code in columns:
            index = columns[code][0]
            cell = f"{column_letters(row.table.first_column + index)}{row.row}"
            header, mend = headers[index], f"Corrigez la cellule {cell}, {AGAIN}"
        else:
            header, mend = "", f"Corrigez cette ligne, {AGAIN}"
        self.report.refused.append(RefusedRow(row.sheet, row.row, header, refusal.message, mend, row.raw))

    def tell(self, row: TableRow, whom: str, what: str) -> None:
        self.report.made.append({"sheet": row.sheet, "row": row.row, "whom": whom, "what": what})

    # --- Bureaux --------------------------------------------------------------------------------------------

    def in_order(self, rows: list[TableRow]) -> list[TableRow]:
        """A direction before its bureaux, wherever the file says it; those that go round in a circle come last, where
        the service refuses them."""
        waiting, ordered = list(rows), list[TableRow]()
        while waiting:
            named = {fold(str(row.values[key])) for row in waiting for key in ("code", "name") if key in row.values}
            ready = [row for row in waiting if parent_of(row) not in named]
            if not ready:
                return ordered + waiting
            ordered += ready
            waiting = [row for row in waiting if row not in ready]
        return ordered

    def write_office(self, row: TableRow) -> None:
        values = row.values
        code = str(values["code"]).upper()
        first = self.seen_codes.setdefault(fold(code), row)
        if first is not row:
            self.check_same(first, row)
            return
        office = self.prefecture.offices.filter(code__iexact=code).select_related("site", "parent").first()
        terms = self.office_terms(values, office)
        if office is None:
            add_office(self.prefecture, code, terms, self.author)
            self.report.taken += 1
            self.report.offices += 1
            under = terms.parent.name if terms.parent else terms.site.name
            self.tell(row, f"{terms.name} ({code})", f"nouveau bureau, {under}{', sensible' * terms.is_sensitive}")
        else:
            if change_office(office, terms, self.author):
                self.report.updated += 1
                self.tell(row, f"{terms.name} ({office.code})", "bureau mis à jour")
            self.report.already_known += 1

    def check_same(self, first: TableRow, row: TableRow) -> None:
        if first.values != row.values:
            raise InvalidCommand(
                f"La ligne {first.row} de la feuille {quoted(first.sheet)} donne déjà ce code à un autre bureau.",
                field="code",
            )
        self.report.already_known += 1

    def office_terms(self, values: Mapping[str, Any], office: Office | None) -> OfficeTerms:
        """What the row says; for a new bureau, the site of what it depends on, else the main one."""
        parent = office.parent if office else None
        if "parent" in values:
            parent = found(list(self.prefecture.offices.select_related("site")), str(values["parent"]), "parent")
        if "site" in values:
            site = found(list(self.prefecture.sites.all()), str(values["site"]), "site")
        elif office is not None:
            site = office.site
        else:
            site = parent.site if parent else self.prefecture.sites.get(is_main=True)
        sensitive = office.is_sensitive if office else False
        if "sensitive" in values:
            sensitive = values["sensitive"] == YES
        name = str(values["name"]) if "name" in values else office.name if office else ""
        return OfficeTerms(name, site, parent, sensitive)

    # --- People ---------------------------------------------------------------------------------------------

    def write_person(self, row: TableRow) -> None:
        values = row.values
        if "role" not in values:
            raise InvalidCommand("Le rôle manque.", field="role")
        terms = self.role_terms(str(values["role"]), str(values.get("place", "")))
        user = self.account(str(values["email"]).lower())
        if user is None:
            names = {name: str(values.get(name, "")) for name in ("first_name", "last_name", "job_title")}
            person = add_account(self.prefecture, Identity(str(values["email"]), **names), terms, self.author)
            self.report.accounts += 1
            self.tell(row, f"{person.full_name}, {person.email}", f"nouveau compte\xa0: {terms.words}")
        elif user.memberships.filter(
            prefecture=self.prefecture, role=terms.role, site=terms.site, office=terms.office
        ).exists():
            self.report.already_known += 1
            return
        else:
            give_role(user, self.prefecture, terms, self.author)
            self.tell(row, user.full_name, terms.words)
        self.report.taken += 1
        self.report.roles += 1

    def account(self, email: str) -> User | None:
        """The account to give a role to: one of the préfecture, and for the service that keeps the server any other."""
        user = User.objects.filter(email=email).first()
        if user is None or self.author.user is None:
            return user
        return user if user.memberships.filter(prefecture=self.prefecture).exists() else None

    def role_terms(self, role: str, place: str) -> RoleTerms:
        if not place:
            if EXTENTS[Role(role)][0] == WHOLE:
                return RoleTerms(role)
            raise InvalidCommand(
                "Indiquez le bureau ou le site, ou «\xa0préfecture\xa0» pour toute la préfecture.", field="place"
            )
        if fold(place) in EVERYWHERE:
            return RoleTerms(role)
        offices = list(self.prefecture.offices.all())
        sites = list(self.prefecture.sites.all())
        if any(fold(site.code) == fold(place) for site in sites) or not matching(offices, place):
            return RoleTerms(role, site=found(sites, place, "place"))
        return RoleTerms(role, office=found(offices, place, "place"))


def parent_of(row: TableRow) -> str:
    return fold(str(row.values.get("parent", "")))


def matching(rows: list[P], text: str) -> list[P]:
    """Those of that code, else those of that name."""
    return [row for row in rows if fold(row.code) == fold(text)] or [
        row for row in rows if fold(row.name) == fold(text)
    ]


def found(rows: list[P], text: str, field: str) -> P:
    """The one that a cell names. Raises InvalidCommand beside `field` where there is none, or several."""
    named = matching(rows, text)
    if len(named) == 1:
        return named[0]
    if named:
        raise InvalidCommand(f"Plusieurs bureaux portent le nom {quoted(text)}\xa0: écrivez le code.", field=field)
    what = {"parent": "Aucun bureau ne porte", "site": "Aucun site ne porte"}.get(
        field, "Aucun bureau ni aucun site ne porte"
    )
    raise InvalidCommand(f"{what} le code ou le nom {quoted(text)}.", field=field)
