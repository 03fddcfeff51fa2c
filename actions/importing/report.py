"""What became of each row of a plan: rows = taken + already known + refused + blank + totals, always."""

from dataclasses import dataclass, field
from typing import Any

from tracker.importing.report import RowReport, counted


@dataclass(slots=True)
class PlanReport(RowReport):
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Lines under the tables that are no action (`sheet`, `row`, `text`), among `totals`."""
    created_engagements: list[int] = field(default_factory=list)
    """Numbers that the référentiel did not have: « libellé à compléter »."""
    unknown_pilots: list[str] = field(default_factory=list)
    """Those without an account: their name is kept as the plan writes it."""
    unknown_offices: list[str] = field(default_factory=list)
    unknown_sites: list[str] = field(default_factory=list)
    undated_openings: int = 0
    """Rows that say no day of opening: that of the import, or the first day that the row names."""

    def parts(self) -> list[str]:
        blank, totals = counted(self.blank, "vide", "vides"), counted(self.totals, "ligne de total", "lignes de totaux")
        return [*RowReport.parts(self), blank, totals]
