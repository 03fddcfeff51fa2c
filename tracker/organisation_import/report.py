"""What became of each row of the file: rows = taken + already known + refused + blank + totals, always."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tracker.importing.report import RefusedRow, counted


@dataclass(slots=True)
class OrganisationReport:
    """`taken`: a bureau, an account or a role that is new. `updated`: of the known bureaux, those that changed."""

    rows: int = 0
    taken: int = 0
    already_known: int = 0
    updated: int = 0
    blank: int = 0
    totals: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    offices: int = 0
    accounts: int = 0
    roles: int = 0
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def sentence(self) -> str:
        """The report in one French sentence."""
        singular, plural = ("serait prise", "seraient prises") if self.dry_run else ("prise", "prises")
        parts = [
            counted(self.taken, singular, plural),
            counted(self.already_known, "déjà connue", "déjà connues"),
            counted(self.updated, "mise à jour", "mises à jour") if self.updated else "",
            counted(len(self.refused), "refusée", "refusées"),
        ]
        made = [
            counted(number, singular, plural)
            for number, singular, plural in (
                (self.offices, "nouveau bureau", "nouveaux bureaux"),
                (self.accounts, "nouveau compte", "nouveaux comptes"),
                (self.roles, "nouveau rôle", "nouveaux rôles"),
            )
            if number
        ]
        read = f"{counted(self.rows, 'ligne lue', 'lignes lues')}\xa0: {', '.join(part for part in parts if part)}"
        return f"{read} ({', '.join(made)})." if made else f"{read}."
