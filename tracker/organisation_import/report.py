"""What became of each row of the file: rows = taken + already known + refused + blank + totals, always."""

from dataclasses import dataclass, field
from typing import Any

from tracker.importing.report import RowReport, counted


@dataclass(slots=True)
class OrganisationReport(RowReport):
    """`taken`: a bureau, an account or a role that is new. `updated`: of the known bureaux, those that changed."""

    offices: int = 0
    accounts: int = 0
    roles: int = 0
    made: list[dict[str, Any]] = field(default_factory=list)
    """What each row taken brings, as it was understood: `sheet`, `row`, `whom` (a bureau or a person), `what`."""

    def sentence(self) -> str:
        made = [
            counted(number, singular, plural)
            for number, singular, plural in (
                (self.offices, "nouveau bureau", "nouveaux bureaux"),
                (self.accounts, "nouveau compte", "nouveaux comptes"),
                (self.roles, "nouveau rôle", "nouveaux rôles"),
            )
            if number
        ]
        read = RowReport.sentence(self)
        return f"{read.removesuffix('.')} ({', '.join(made)})." if made else read
