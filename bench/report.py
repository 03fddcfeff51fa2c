"""The ratios reached, both sides of each in one run: G1, G2, G3 (deadlines), G11 (import), G12 (export), the sweep of
deadlines; with `--only pages` G4 to G8 and G14 (bench/pages.py), with `--only following` G10 (bench/following.py), with
`--only live` G13 (bench/live.py).

    python bench/report.py                                        # 20 000 rows, SQLite
    python bench/report.py --rows 100000 --server postgres://postgres@127.0.0.1:5432/postgres
    python bench/report.py --only deadlines export --rounds 5

`--server` names a PostgreSQL server on which a database may be made and dropped; without it the import is measured on
SQLite. Sides alternate, each in its own process; the table shows the median of the rounds. The import is shown twice:
on the clock, and in processor time (our process and the server's that serves it), which says more on a busy machine.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common
import following
import live
import pages


@dataclass(frozen=True)
class Line:
    """One goal: what is compared, both sides as measured, and the ratio against the one to reach."""

    goal: str
    what: str
    ours: str
    anchor: str
    ratio: float
    wanted: str
    reached: bool


def deadlines(_options: argparse.Namespace) -> Iterator[Line]:
    """bench/deadlines.py prints its own ratios; they are read from there."""
    script = str(common.ROOT / "bench" / "deadlines.py")
    shown = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout
    speed = re.compile(r"^(G\d)  (.+?)\s+([\d.]+) x limit\s+goal <= ([\d.]+)", re.MULTILINE)
    for goal, what, ratio, wanted in speed.findall(shown):
        yield Line(goal, what, "", "prefix sum", float(ratio), f"≤ {wanted}", float(ratio) <= float(wanted))
    law = re.search(r"^(G3)  (.+?): (\d+)", shown, re.MULTILINE)
    if law:
        yield Line("G3", law[2], law[3], "the law", float(law[3]), "0", law[3] == "0")


def importing(options: argparse.Namespace) -> Iterator[Line]:
    found: dict[str, list[dict[str, float]]] = {"ours": [], "floor": [], "orm": []}
    with tempfile.TemporaryDirectory(prefix="sillage-bench-") as folder:
        path = Path(folder) / "register.xlsx"
        for _ in range(options.rounds):
            with common.own_database(options.server) as env:
                common.in_own_process("imports.py", "make", path, options.rows, env=env)
                for case, rounds in found.items():
                    rounds.append(common.in_own_process("imports.py", case, path, env=env))
                taken = found["ours"][-1]
                if taken["rows"] != options.rows or taken["taken"] + taken["refused"] != options.rows:
                    raise SystemExit(f"the import did not take the register as it is: {taken}")
    peak = median(one["peak_mib"] for one in found["ours"])
    copied = "calamine + COPY" if options.server else "calamine + executemany"
    for measure, unit in (("seconds", "s"), ("cpu_seconds", "s of CPU")):
        if any(measure not in one for rounds in found.values() for one in rounds):
            continue
        ours, floor, orm = (median(one[measure] for one in found[case]) for case in ("ours", "floor", "orm"))
        what, shown = f"import {options.rows} × 15", f"{ours:.1f} {unit}, {peak:.0f} MiB"
        yield Line("G11", what, shown, f"{copied}: {floor:.1f} {unit}", ours / floor, "≤ 3", ours <= 3 * floor)
        faster = orm >= 3.5 * ours
        yield Line("G11", what, shown, f"openpyxl + bulk_create: {orm:.1f} {unit}", orm / ours, "≥ 3.5 faster", faster)


def exporting(options: argparse.Namespace) -> Iterator[Line]:
    times: dict[str, list[float]] = {"ours": [], "anchor": []}
    grown: dict[str, list[float]] = {"ours": [], "anchor": []}
    with tempfile.TemporaryDirectory(prefix="sillage-bench-") as folder:
        for _ in range(options.rounds):
            for case in times:
                found = common.in_own_process("exports.py", case, Path(folder) / "out.xlsx", options.rows, env={})
                times[case].append(found["seconds"])
                grown[case].append(found["peak_mib"] - found["before_mib"])
    ours, anchor = median(times["ours"]), median(times["anchor"])
    yield Line(
        "G12",
        f"export {options.rows} × 15",
        f"{ours:.1f} s, + {median(grown['ours']):.0f} MiB",
        f"openpyxl write_only: {anchor:.1f} s, + {median(grown['anchor']):.0f} MiB",
        ours / anchor,
        "≤ 1.15",
        ours <= 1.15 * anchor,
    )


def sweeping(options: argparse.Namespace) -> Iterator[Line]:
    found: dict[str, list[dict[str, float]]] = {"ours": [], "floor": []}
    with common.own_database(options.server) as env:
        rows = common.in_own_process("sweep.py", "fill", options.rows, env=env)["rows"]
        for _ in range(options.rounds):
            for case, rounds in found.items():
                rounds.append(common.in_own_process("sweep.py", case, env=env))
                if rounds[-1]["told"] < rows:
                    raise SystemExit(f"{case}: {rounds[-1]['told']} told of {rows}")
    ours, floor = (median(one["seconds"] for one in found[case]) for case in ("ours", "floor"))
    grown = median(one["peak_mib"] - one["before_mib"] for one in found["ours"])
    shown = f"{ours:.2f} s, + {grown:.0f} MiB"
    yield Line("sweep", f"{rows} deadlines", shown, f"UPDATE: {floor:.2f} s", ours / floor, "≤ 3", ours <= 3 * floor)


def paging(options: argparse.Namespace) -> Iterator[Line]:
    yield from pages.lines(options, Line)


def fanning_out(options: argparse.Namespace) -> Iterator[Line]:
    yield from live.lines(options, Line)


def board(options: argparse.Namespace) -> Iterator[Line]:
    yield from following.lines(options, Line)


SECTIONS: dict[str, Callable[[argparse.Namespace], Iterator[Line]]] = {
    "deadlines": deadlines,
    "import": importing,
    "export": exporting,
    "sweep": sweeping,
    "pages": paging,
    "live": fanning_out,
    "following": board,
}
UNASKED = ("deadlines", "import", "export", "sweep")
"""What is measured without being named: pages want a server, a peer and filled databases."""


def show(lines: list[Line]) -> None:
    head = ("goal", "what", "ours", "anchor", "ratio", "to reach", "")
    rows = [head] + [
        (x.goal, x.what, x.ours, x.anchor, f"{x.ratio:.2f}", x.wanted, "reached" if x.reached else "MISSED")
        for x in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the import and of the export")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", help="URL of a PostgreSQL server where databases may be created")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), default=UNASKED)
    pages.add_options(parser)
    live.add_options(parser)
    options = parser.parse_args()
    show([line for name in options.only for line in SECTIONS[name](options)])


if __name__ == "__main__":
    main()
