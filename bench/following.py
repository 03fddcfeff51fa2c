"""« Suivi en direct » over a filled database (G10): its reads beside the bare SQL on the partial index, its page beside
its template alone, and the same reads without the index.

    DATABASE_URL=postgres://… python bench/following.py            # a database that fill.py has filled
    python bench/report.py --only following --server postgres://… --sizes 1000 100000 1000000 --keep

Prints one JSON object, in milliseconds. The index is dropped inside a transaction that is rolled back.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common
import fill

ROUNDS = 15
DATA_TIMES, TEMPLATE_TIMES, INDEX_TIMES = 2.0, 1.5, 20.0
INDEXES = ("ticket_open_due", "ticket_open_figures")
LARGE = 1_000_000
"""Where the reads are compared with bare SQL and with no index: below, there is little to read or to walk past, and
what Django does for any query is most of it."""


class Sides:
    """What is measured, for the référent of the largest préfecture."""

    def __init__(self) -> None:
        from django.test import RequestFactory

        from tracker.models import User

        self.user = User.objects.get(email=f"referent@{fill.CODE.lower()}.example.test")
        self.request: Any = RequestFactory().get("/suivi/")
        self.request.user = self.user
        self.request.htmx = False
        self.board = self.new_board()

    def new_board(self) -> Any:
        from frontend.following import Board, Choice
        from tracker.filters import Facets

        return Board(self.request, Choice(), Facets(self.user))

    def data(self) -> Any:
        """The counts of the table and the first page of the oldest promises, as the page reads them."""
        from tracker.following import count, oldest_promises

        board = self.board
        counts = count(board.rows, board.situations, board.scope.sealed_ids)
        return counts, oldest_promises(board.rows, None, board.situations, 8)

    def bare(self) -> Any:
        """The same rows by SQL written by hand."""
        from django.db import connection

        from tracker.enums import OPEN_STATES
        from tracker.registry import NEXT_DAYS, NEXT_WEEK

        day = self.board.day
        values = {
            "prefecture": self.user.held_roles[0].prefecture_id,
            "today": day.today,
            "days": day.after(NEXT_DAYS),
            "week": day.after(NEXT_WEEK),
        }
        is_open = "state IN ({})".format(", ".join(f"'{state.value}'" for state in OPEN_STATES))
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT office_id, kind_id, channel_id, count(*) FILTER (WHERE due_on < %(today)s),
                count(*) FILTER (WHERE due_on = %(today)s),
                count(*) FILTER (WHERE due_on > %(today)s AND due_on <= %(days)s),
                count(*) FILTER (WHERE due_on > %(today)s AND due_on <= %(week)s),
                count(*) FILTER (WHERE assignee_id IS NULL), count(*) FILTER (WHERE state = 'awaiting_requester'),
                count(*) FILTER (WHERE state = 'on_hold' AND promised_on BETWEEN %(today)s AND %(week)s)
                FROM tracker_ticket WHERE prefecture_id = %(prefecture)s AND {is_open} GROUP BY 1, 2, 3""",
                values,
            )
            groups = cursor.fetchall()
            cursor.execute(
                f"""SELECT id, reference, site_id, office_id, state, due_on FROM tracker_ticket
                WHERE prefecture_id = %(prefecture)s AND {is_open} AND due_on IS NOT NULL
                ORDER BY due_on, id LIMIT 8""",
                values,
            )
            return groups, cursor.fetchall()

    def page(self) -> str:
        """The part that follows, made anew."""
        return rendered(self.new_board())

    def everything(self) -> Any:
        """All that the template asks for, without the template."""
        board = self.new_board()
        beside = board.topics, board.region_url, board.promises_url, board.late_first_url, board.nothing_late
        return board.table, board.unheld, board.headings, board.head(), board.promises, board.recent, beside

    def template(self) -> str:
        """The same template, over rows that are there already."""
        return rendered(self.board)

    def without_index(self) -> float:
        """Milliseconds of `data` without the partial indexes, in a transaction that is given up."""
        from django.db import connection, transaction

        with transaction.atomic():
            with connection.cursor() as cursor:
                for name in INDEXES:
                    cursor.execute(f"DROP INDEX IF EXISTS {name}")
            self.data()
            found = median(timed(self.data) for _ in range(3))
            transaction.set_rollback(True)
        return found


def rendered(board: Any) -> str:
    from django.template.loader import render_to_string

    return str(render_to_string("frontend/partials/_live.html", {"board": board}))


def timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """The median of each side, turn about, after one round that only warms."""
    from tracker import kept

    with kept.looking_once():
        sides = Sides()
        works = {name: getattr(sides, name) for name in ("data", "bare", "everything", "template", "page")}
        for work in works.values():
            work()
        found: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, work in works.items():
                found[name].append(timed(work))
        return {name: median(each) for name, each in found.items()} | {"without_index": sides.without_index()}


# --- The report ---------------------------------------------------------------------------------------------------


def lines(options: argparse.Namespace, line: Callable[..., Any]) -> Iterator[Any]:
    """One database a size, made and filled where it is not there yet (`pages.Run`)."""
    import pages

    if options.server is None:
        raise SystemExit("following: name a PostgreSQL server with --server.")
    found: dict[int, dict[str, float]] = {}
    with ExitStack() as stack:
        run = pages.Run(options, stack)
        for size in sorted(options.sizes):
            env = run.filled(size)
            found[size] = common.in_own_process("following.py", env=env)
            yield from compared(size, found[size], line)
    sizes = sorted(found)
    for size in sizes[1:]:
        ours, small = found[size]["page"], found[sizes[0]]["page"]
        what = f"suivi, {sizes[0]} → {size}"
        yield line(
            "G5",
            what,
            f"{ours:.1f} ms",
            f"{small:.1f} ms",
            ours / small,
            f"≤ {pages.GROWTH}",
            ours <= pages.GROWTH * small,
        )


def compared(size: int, found: dict[str, float], line: Callable[..., Any]) -> Iterator[Any]:
    data, bare, page, template = (found[name] for name in ("data", "bare", "page", "template"))
    floor = found["everything"] + TEMPLATE_TIMES * template
    yield line(
        "G10",
        f"suivi, {size}",
        f"page {page:.2f} ms",
        f"data + 1.5 templates {floor:.2f} ms",
        page / floor,
        "≤ 1",
        page <= floor,
    )
    if size >= LARGE:
        shown = f"data {data:.2f} ms", f"bare SQL {bare:.2f} ms"
        yield line("G10", f"suivi, {size}", *shown, data / bare, f"≤ {DATA_TIMES}", data <= DATA_TIMES * bare)
        without = found["without_index"]
        shown = f"data {data:.2f} ms", f"without index {without:.2f} ms"
        yield line(
            "G10", f"suivi, {size}", *shown, without / data, f"≥ {INDEX_TIMES} faster", without >= INDEX_TIMES * data
        )


if __name__ == "__main__":
    common.start_django()
    print(json.dumps(measure()))
