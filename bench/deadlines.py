"""Deadlines: our working-day arithmetic against the practical limit of pure Python, and against the law.

    python bench/deadlines.py

G1  one date, public function with its zone: at most 2.5 times the limit.    G2  a list: at most 1.5 times the limit.
G3  no disagreement with the law, 2015 to 2035, in any zone.

The limit is a prefix-sum table (two lists, no check of any kind). Each ratio is the median of seven rounds, both sides
in each.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import repeat
from pathlib import Path

# Run as a script, Python only knows this folder.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from holidays import country_holidays

from tests.tracker.reference_calendar import (
    ONE_PER_ZONE,
    add_day_by_day,
    closed_dates,
    count_day_by_day,
    legal_dates,
)
from tracker.legal_days import due, legal_calendar, taken
from tracker.zones import department

FIRST_YEAR, LAST_YEAR = 2014, 2036
FIRST_DAY, LAST_DAY = date(2015, 1, 1), date(2035, 12, 31)
ROUNDS = 7
OPERATIONS = 200_000
SLOW_OPERATIONS = 4_000
ZONE = "metropole"

Pass = Callable[[], object]


class Limit:
    """The running total of working days for each day, and the working days: no check, no zone, no explanation."""

    def __init__(self, closed: frozenset[date]) -> None:
        self.base = date(FIRST_YEAR, 1, 1).toordinal()
        self.total: list[int] = []
        self.days: list[date] = []
        for ordinal in range(self.base, date(LAST_YEAR, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            if day.weekday() < 5 and day not in closed:
                self.days.append(day)
            self.total.append(len(self.days))

    def add(self, day: date, n: int) -> date:
        return self.days[self.total[day.toordinal() - self.base] + n - 1]

    def count(self, start: date, end: date) -> int:
        total, base = self.total, self.base
        return total[end.toordinal() - base] - total[start.toordinal() - base]


def seconds(one_pass: Pass) -> float:
    started = time.perf_counter()
    one_pass()
    return time.perf_counter() - started


def ratio(ours: Pass, limit: Pass, *, share: float = 1.0) -> float:
    """Median of ours ÷ limit over the rounds; `share` is the part of the limit's operations that ours does."""
    for warm_up in (ours, limit):
        warm_up()
    return statistics.median(seconds(ours) / seconds(limit) / share for _ in range(ROUNDS))


def report(label: str, value: float, goal: float | None = None) -> None:
    verdict = "" if goal is None else f"   goal <= {goal}   {'reached' if value <= goal else 'MISSED'}"
    print(f"{label:<58}{value:8.2f} x limit{verdict}")


def speed() -> None:
    closed = closed_dates("44", FIRST_YEAR, LAST_YEAR)
    limit, calendar = Limit(closed), legal_calendar(ZONE)
    draw = random.Random(11)
    starts = [FIRST_DAY + timedelta(days=draw.randrange((LAST_DAY - FIRST_DAY).days - 120)) for _ in range(OPERATIONS)]
    delays = [(day, draw.randint(1, 60)) for day in starts]
    spans = [(day, day + timedelta(days=draw.randint(0, 119))) for day in starts]
    limit_add, limit_count = limit.add, limit.count

    def add_limit() -> object:
        return [limit_add(day, n) for day, n in delays]

    def count_limit() -> object:
        return [limit_count(start, end) for start, end in spans]

    report("G1  due(zone, day, n)", ratio(lambda: [due(ZONE, day, n) for day, n in delays], add_limit), 2.5)
    report("G1  taken(zone, start, end)", ratio(lambda: [taken(ZONE, a, b) for a, b in spans], count_limit), 2.5)
    report("G2  calendar.add_many(pairs)", ratio(lambda: calendar.add_many(delays), add_limit), 1.5)
    report("G2  calendar.count_many(pairs)", ratio(lambda: calendar.count_many(spans), count_limit), 1.5)

    share = SLOW_OPERATIONS / OPERATIONS
    few_delays, few_spans = delays[:SLOW_OPERATIONS], spans[:SLOW_OPERATIONS]
    package = country_holidays("FR", years=range(FIRST_YEAR, LAST_YEAR + 1))
    anchors: list[tuple[str, Pass, Pass]] = [
        ("    set and day loop, add", lambda: [add_day_by_day(d, n, closed) for d, n in few_delays], add_limit),
        ("    set and day loop, count", lambda: [count_day_by_day(a, b, closed) for a, b in few_spans], count_limit),
        (
            "    holidays.get_nth_working_day",
            lambda: [package.get_nth_working_day(d, n) for d, n in few_delays],
            add_limit,
        ),
    ]
    for label, anchor, reference in anchors:
        report(label, ratio(anchor, reference, share=share))
    print("    workalendar, numpy: skipped, not dependencies of the project")


def disagreements(code: str) -> int:
    """Days of 2015 to 2035 wrongly open or closed, and deadlines and counts from each of them that differ."""
    zone, closed = department(code).zone.code, closed_dates(code, FIRST_YEAR, LAST_YEAR)
    limit, calendar = Limit(closed), legal_calendar(zone)
    law = {day for year in range(FIRST_DAY.year, LAST_DAY.year + 1) for day in legal_dates(code, year)}
    wrong = len(law ^ {day for day in calendar.closed if FIRST_DAY <= day <= LAST_DAY})
    days = [FIRST_DAY + timedelta(days=i) for i in range((LAST_DAY - FIRST_DAY).days + 1)]
    for n in (4, 5, 10, 15):
        found = calendar.add_many(zip(days, repeat(n)))
        wrong += sum(due_on != limit.add(day, n) for day, due_on in zip(days, found, strict=True))
        wrong += sum(calendar.count(day, due_on) != n for day, due_on in zip(days, found, strict=True))
    return wrong


def main() -> None:
    print(f"{OPERATIONS} operations a pass, median of {ROUNDS} rounds, Python {sys.version.split()[0]}")
    speed()
    total = {code: disagreements(code) for code in ONE_PER_ZONE}
    wrong = {code: count for code, count in total.items() if count}
    verdict = "reached" if not wrong else f"MISSED {wrong}"
    print(f"G3  disagreements 2015-2035 in {len(total)} zones: {sum(total.values())}   goal 0   {verdict}")


if __name__ == "__main__":
    main()
