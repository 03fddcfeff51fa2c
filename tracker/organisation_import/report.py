"""What became of each row of the file: rows = taken + already known + refused + blank + totals, always."""

from dataclasses import dataclass

from tracker.importing.report import RowReport, counted


@dataclass(slots=True)
class OrganisationReport(RowReport):
    """`taken`: a bureau, an account or a role that is new. `updated`: of the known bureaux, those that changed."""

    offices: int = 0
    accounts: int = 0
    roles: int = 0

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
