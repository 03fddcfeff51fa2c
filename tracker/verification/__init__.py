"""Checks that what is stored is what the journal says, and that nobody has touched the journal. Nothing here writes,
but for the daily seals."""

from tracker.verification.deadlines import check_deadlines
from tracker.verification.journal import verify_journal
from tracker.verification.report import Difference, Report
from tracker.verification.seals import seal_heads

__all__ = ["Difference", "Report", "check_deadlines", "seal_heads", "verify_journal"]
