"""Pages over HTTP against django-helpdesk, in one run: G4, G5, G7, G8 and G14.

    python bench/report.py --only pages --server postgres://postgres@127.0.0.1:5432/postgres
    python bench/report.py --only pages --server … --sizes 1000 100000 1000000 --peer-sizes 1000 100000 --keep

Each side runs under gunicorn with 2 workers of 2 threads, ours with the production settings; one client, one kept
connection, and an answer that is not right stops the run. Sides and sizes alternate, operation by operation; figures
are medians of the rounds' medians. Databases that are not there yet are filled, and dropped at the end without --keep;
those that are there already are used and left.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import client
import common
import servers
import sides

OPEN_SHARE = "0.2"
"""Of the demandes, those still open: on both sides, as many as the goals were set with."""
LARGEST, PREFECTURES = 100_000, 101
"""Above `LARGEST` demandes, the others are of the other préfectures."""
SECONDS = 1.0
"""One operation of one side in one round, at most."""
PEER = common.ROOT / "bench" / "helpdesk"


def add_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pages")
    group.add_argument("--sizes", nargs="+", type=int, default=[1_000, 20_000], help="demandes on our side")
    group.add_argument("--peer-sizes", nargs="*", type=int, default=[1_000, 20_000], help="tickets at the peer")
    group.add_argument(
        "--sqlite", type=Path, help="SILLAGE_DATA of a filled embedded database, served as `make run` does"
    )
    group.add_argument("--keep", action="store_true", help="leave the databases for another run")
    group.add_argument("--port", type=int, default=8105, help="the first of the ports to listen on")
    group.add_argument("--peer-env", type=Path, help="virtual environment of the peer, made where it is not there yet")
    group.add_argument("--json", type=Path, help="write every latency there")


class Run:
    """Everything that is up during one run. What it starts, it stops; what it makes, it drops unless told to keep."""

    def __init__(self, options: argparse.Namespace, stack: ExitStack) -> None:
        self.options, self.stack = options, stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sillage-bench-")))
        self.next_port = options.port
        self.redis = stack.enter_context(servers.redis(self.port(), self.folder))
        self.sides: list[sides.Side] = []

    def port(self) -> int:
        self.next_port += 1
        return self.next_port - 1

    def database(self, name: str) -> str:
        """The URL of a database, made where it is not there yet."""
        import psycopg

        url = urlunsplit(urlsplit(self.options.server)._replace(path=f"/{name}"))
        with psycopg.connect(self.options.server, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return url
            connection.execute(f"CREATE DATABASE {name}")
        if not self.options.keep:
            self.stack.callback(drop, self.options.server, name)
        return url

    def serve(self, command: list[str], port: int, cwd: Path, env: Mapping[str, str]) -> None:
        log = {"BENCH_LOG": str(self.folder / f"{port}.log")}
        self.stack.enter_context(servers.running(command, port, cwd=cwd, env={**env, **log}))

    def filled(self, size: int) -> dict[str, str]:
        """The environment of a database of ours of `size` demandes, filled where it is not there yet."""
        url = self.database(f"bench_sillage_{size}")
        filling = {"DATABASE_URL": url, "SILLAGE_DATA": str(self.folder / "data")}
        if not is_filled(url):
            spread = ["--prefectures", PREFECTURES, "--largest", LARGEST] if size > LARGEST else []
            printing("fill.py", size, *spread, "--open", OPEN_SHARE, env=filling)
        return filling

    # --- Ours -----------------------------------------------------------------------------------------------------

    def add_ours(self, size: int) -> int:
        """Our pages over `size` demandes on PostgreSQL. Returns the port."""
        filling, port = self.filled(size), self.port()
        url = filling["DATABASE_URL"]
        stage = common.in_own_process("stage.py", env=filling)
        env = servers.production(url, self.redis, self.folder) | {"PYTHONPATH": str(common.ROOT / "bench")}
        # The product's own settings, with one address more: the empty page that the sign-in page is compared with.
        env["DJANGO_SETTINGS_MODULE"] = "empty_settings"
        if not (self.folder / "static").exists():
            servers.collect_static(env)
        self.serve(servers.gunicorn(sys.executable, "config.wsgi:application", port), port, common.ROOT, env)
        side = sides.Desk(port, stage, "PostgreSQL", secure=True).side
        side.tickets = size
        self.sides.append(side)
        return port

    def add_embedded(self, data: Path) -> None:
        """Our pages over SQLite, in the one process of `make run`."""
        port, env = self.port(), {"SILLAGE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings.embedded"}
        stage = common.in_own_process("stage.py", env=env)
        servers.collect_static(env)
        self.serve([sys.executable, "manage.py", "serve", "--port", str(port)], port, common.ROOT, env)
        self.sides.append(sides.Desk(port, stage, "SQLite", secure=False).side)

    # --- The peer -------------------------------------------------------------------------------------------------

    def add_peer(self, size: int, python: str) -> None:
        url, port = self.database(f"bench_helpdesk_{size}"), self.port()
        env = {
            "HELPDESK_DATABASE": url,
            "HELPDESK_DATA": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "helpdesk_settings",
        }
        command = [python, "seed.py", str(size), OPEN_SHARE]
        seeded = subprocess.run(command, cwd=PEER, env={**os.environ, **env}, capture_output=True, text=True)
        if seeded.returncode:
            raise SystemExit(seeded.stderr)
        account = json.loads(seeded.stdout.splitlines()[-1])
        self.serve(servers.gunicorn(python, "helpdesk_wsgi:application", port), port, PEER, env)
        side = sides.Helpdesk(port, account).side
        side.tickets = size
        self.sides.append(side)


def drop(server: str, name: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def is_filled(url: str) -> bool:
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.execute("SELECT to_regclass('tracker_ticket')").fetchone() != (None,)


def printing(script: str, *args: object, env: Mapping[str, str]) -> None:
    """Run `bench/script`, showing what it prints."""
    command = [sys.executable, str(common.ROOT / "bench" / script), *map(str, args)]
    subprocess.run(command, env={**os.environ, **env}, check=True)


def peer_python(env: Path) -> str:
    """The Python of the peer's own environment, made from its pinned list where it is not there yet."""
    python = env / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(env)], check=True)
        install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        subprocess.run([str(python), *install, "--requirement", str(PEER / "requirements.txt")], check=True)
    return str(python)


# --- Measuring ----------------------------------------------------------------------------------------------------


class Figures:
    """Milliseconds by side and operation: the median of each round, and every latency."""

    def __init__(self) -> None:
        self.rounds: dict[tuple[str, str], list[list[float]]] = {}

    def add(self, side: str, operation: str, latencies: list[float]) -> None:
        self.rounds.setdefault((side, operation), []).append(latencies)

    def median(self, side: str, operation: str) -> float:
        return median(median(each) for each in self.rounds[side, operation])

    def p95(self, side: str, operation: str) -> float:
        return quantiles([one for each in self.rounds[side, operation] for one in each], n=20)[-1]

    def has(self, side: str, operation: str) -> bool:
        return (side, operation) in self.rounds


def measure(all_sides: list[sides.Side], rounds: int) -> Figures:
    """Each operation on each side in turn, `rounds` times, after one round that only warms."""
    figures = Figures()
    names = list(dict.fromkeys(name for side in all_sides for name in side.operations))
    for number in range(rounds + 1):
        for name in names:
            for side in all_sides[number % len(all_sides) :] + all_sides[: number % len(all_sides)]:
                operation = side.operations.get(name)
                if operation is None:
                    continue
                found = client.measured(operation.browser, operation.asked(), SECONDS if number else 0)
                operation.learn([answer for _, answer in found])
                if number:
                    figures.add(side.label, name, [latency for latency, _ in found])
    return figures


def sign_in_pace(port: int, rounds: int) -> tuple[float, float]:
    """Requests a second of the sign-in page and of the empty page behind the same middleware, turn about (G14)."""
    browser = client.Browser(port, secure=True)
    paces: dict[str, list[float]] = {"/connexion/": [], "/banc/vide/": []}
    for _ in range(max(rounds, 3) + 1):
        for path, found in paces.items():
            asked = [(client.Request(path, right=lambda answer: b"fr-header" in answer.body),)] * 400
            latencies = [latency for latency, _ in client.measured(browser, asked, SECONDS)]
            found.append(1000 * len(latencies) / sum(latencies))
    sign_in, empty = (median(found[1:]) for found in paces.values())
    return sign_in, empty


@contextmanager
def up(options: argparse.Namespace) -> Iterator[tuple[Run, int]]:
    """All sides at all sizes, each behind its server; and a port of ours."""
    if options.server is None:
        raise SystemExit("pages: name a PostgreSQL server with --server.")
    with ExitStack() as stack:
        run = Run(options, stack)
        python = peer_python(options.peer_env or run.folder / "peer") if options.peer_sizes else ""
        ports = [run.add_ours(size) for size in sorted(options.sizes)]
        for size in sorted(options.peer_sizes):
            run.add_peer(size, python)
        if options.sqlite:
            run.add_embedded(options.sqlite)
        yield run, ports[-1]


# --- What is said -------------------------------------------------------------------------------------------------

Said = Callable[..., Any]
AGAINST = (
    # goal, what, operation, how many times the peer's at the least (at the most, as a share of it: negative)
    ("G4", "list, all", "list", 80),
    ("G4", "list, open", "list, open", 20),
    ("G7", "search, one word", "search, one word", 50),
    ("G7", "search, no hit", "search, no hit", 50),
    ("G6", "dashboard, made anew", "dashboard", 100),
    ("G8", "ticket", "ticket", 1),
    ("G8", "create", "create", 1),
    ("G8", "answer (the peer: close)", "answer", 1),
    ("G8", "API create", "API create", 1),
)
GROWING = {
    "G5": ("list", "list, deep", "list, open", "list, filtered", "ticket", "API list", "dashboard"),
    "G8": ("create", "answer", "close", "API create"),
}
GROWTH = 1.3


def compared(options: argparse.Namespace, figures: Figures, line: Said) -> Iterator[Any]:
    """Ours against the peer at the largest size that both have, then our own growth from the smallest size."""
    both = sorted(set(options.sizes) & set(options.peer_sizes))
    for size in both[-1:]:
        ours, peer = (f"{who}, PostgreSQL, {size}" for who in ("Sillage", "django-helpdesk"))
        for goal, what, operation, times in AGAINST:
            here, there = figures.median(ours, operation), figures.median(peer, operation)
            shown = f"{what}, {size}", f"{here:.1f} ms", f"django-helpdesk {there:.1f} ms"
            yield line(goal, *shown, there / here, f"≥ {times} faster", there >= times * here)
    sizes = sorted(options.sizes)
    for size in sizes:
        here = f"Sillage, PostgreSQL, {size}"
        deep, first = figures.median(here, "list, deep"), figures.median(here, "list")
        yield line(
            "G4",
            f"deep page, {size}",
            f"{deep:.1f} ms",
            f"page 1: {first:.1f} ms",
            deep / first,
            "≤ 1.5",
            deep <= 1.5 * first,
        )
    for goal, operations in GROWING.items():
        for operation in operations:
            for size in sizes[1:]:
                small, large = (figures.median(f"Sillage, PostgreSQL, {each}", operation) for each in (sizes[0], size))
                what = f"{operation}, {sizes[0]} → {size}"
                yield line(
                    goal,
                    what,
                    f"{large:.1f} ms",
                    f"{small:.1f} ms",
                    large / small,
                    f"≤ {GROWTH}",
                    large <= GROWTH * small,
                )


def table(run: Run, figures: Figures) -> Iterator[str]:
    """Every operation of every side: median / p95 in milliseconds."""
    labels = [side.label for side in run.sides]
    names = list(dict.fromkeys(name for side in run.sides for name in side.operations))
    yield "  ".join(["median / p95 ms".ljust(18), *labels])
    for name in names:
        cells = [
            f"{figures.median(label, name):.1f} / {figures.p95(label, name):.1f}" if figures.has(label, name) else "–"
            for label in labels
        ]
        yield "  ".join([name.ljust(18), *(cell.rjust(len(label)) for cell, label in zip(cells, labels, strict=True))])


def lines(options: argparse.Namespace, line: Said) -> Iterator[Any]:
    """The lines of the report, after the table of latencies."""
    with up(options) as (run, port):
        figures = measure(run.sides, options.rounds)
        sign_in, empty = sign_in_pace(port, options.rounds)
        print(*table(run, figures), sep="\n", end="\n\n")
    if options.json:
        kept = [{"side": side, "operation": name, "rounds": found} for (side, name), found in figures.rounds.items()]
        options.json.write_text(json.dumps(kept, indent=1))
    yield from compared(options, figures, line)
    shown = f"{sign_in:.0f} requests/s", f"empty page: {empty:.0f} requests/s"
    yield line("G14", "sign-in page", *shown, sign_in / empty, "≥ 0.9", sign_in >= 0.9 * empty)
