"""The legal band of a demande, for information: acknowledgement, date of the implicit decision, recours. Pure.

Code des relations entre le public et l'administration (CRPA). These clocks are not those of the label and never count
in an indicator. A commune writing as such is not « public » (L100-3): neither acknowledgement nor implicit decision is
made for its exchanges with the préfecture. A request of the administration's own services is outside too (L112-2).
"""

import calendar as months
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.deadlines import Fact, day, effective
from tracker.enums import Machine, Module
from tracker.workdays import WorkCalendar

ELECTRONIC = frozenset({"email", "form"})
SPOKEN = frozenset({"counter", "phone"})
UNIDENTIFIED = frozenset({"online_review", "social"})
APPEAL = "appeal"
COMMUNE_NATURES = frozenset({"legality_advice", "budget_advice"})
SILENCE_MONTHS = 2


class Acknowledgement(StrEnum):
    """Whether the law asks for an acknowledgement, and which."""

    PAPER = "paper"  # L112-3, but for R112-4
    ELECTRONIC = "electronic"  # L112-11, R112-11-2
    BETWEEN_ADMINISTRATIONS = "between_administrations"
    INTERNAL = "internal"
    SPOKEN = "spoken"
    UNIDENTIFIED = "unidentified"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the band is computed from. `identified`: somebody can be answered."""

    kind: str
    machine: str
    channel: str
    nature: str
    module: int
    received_on: date
    identified: bool
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class LegalBand:
    """`receipt_by` and `acknowledge_by` are in working days (electronic only); `implicit_on` is in calendar months from
    the arrival, later by the `suspended_days` (calendar days) during which a missing piece was awaited (L114-5)."""

    acknowledgement: Acknowledgement
    receipt_by: date | None
    acknowledge_by: date | None
    implicit_on: date | None
    suspended_days: int
    answered_before: bool
    appeal: bool


def legal_band(situation: Situation, facts: Iterable[Fact], calendar: WorkCalendar) -> LegalBand:
    """The band of a demande as its journal stands. Raises DateOutsideCalendar past the end of the calendar."""
    kind_of = acknowledgement(situation)
    electronic = kind_of == Acknowledgement.ELECTRONIC
    outside = kind_of in (Acknowledgement.BETWEEN_ADMINISTRATIONS, Acknowledgement.INTERNAL)
    suspended = suspended_days(facts)
    implicit_on = None if outside else add_months(situation.received_on, SILENCE_MONTHS) + timedelta(days=suspended)
    return LegalBand(
        acknowledgement=kind_of,
        receipt_by=calendar.add(situation.received_on, 1) if electronic else None,
        acknowledge_by=calendar.add(situation.received_on, 10) if electronic else None,
        implicit_on=implicit_on,
        suspended_days=suspended,
        answered_before=bool(implicit_on and situation.answered_on and situation.answered_on <= implicit_on),
        appeal=situation.nature == APPEAL,
    )


def acknowledgement(situation: Situation) -> Acknowledgement:
    if (
        situation.module == Module.LOCAL_AUTHORITIES
        or situation.machine == Machine.MEETING
        or situation.nature in COMMUNE_NATURES
    ):
        return Acknowledgement.BETWEEN_ADMINISTRATIONS
    if situation.kind == "site_update":
        return Acknowledgement.INTERNAL
    if situation.channel in SPOKEN:
        return Acknowledgement.SPOKEN
    if situation.channel in UNIDENTIFIED or not situation.identified:
        return Acknowledgement.UNIDENTIFIED
    return Acknowledgement.ELECTRONIC if situation.channel in ELECTRONIC else Acknowledgement.PAPER


def suspended_days(facts: Iterable[Fact]) -> int:
    """Calendar days during which a piece was awaited: from the asking to the date given to the requester, or to the day
    the piece came where that is earlier. Without a date given, nothing is suspended."""
    total, asked, until = 0, None, None
    for fact in effective(facts):
        if fact.kind == "asked":
            asked, until = day(fact.data, "on"), day(fact.data, "until")
            if asked and until:
                total += (until - asked).days
        elif fact.kind == "completed" and asked and until:
            came = day(fact.data, "on")
            total -= max((until - came).days, 0) if came else 0
            asked, until = None, None
    return total


def add_months(start: date, count: int) -> date:
    """« De quantième à quantième » : the same day of the month, or the month's last where it has no such day."""
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, months.monthrange(year, month)[1]))
