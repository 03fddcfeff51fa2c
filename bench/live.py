"""Live screens, in one run: G13. From a service's commit to the last of 300 browsers that holds the right region of
« Suivi en direct »; and the notice alone against plain Channels over Redis.

    python bench/report.py --only live                                   # the one process of `make run`, SQLite
    python bench/report.py --only live --server postgres://postgres@127.0.0.1:5432/postgres

With a server: pages under gunicorn (2 workers of 2 threads), live connections under uvicorn (one process), one worker,
PostgreSQL and a Redis of its own, as docs/production.md has it. All that is on the machine of the 300 browsers.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import client
import common
import crowd
import servers

WITHIN_MS, TIMES = 3000, 1.5
REGION = "/suivi/tableau/"
Said = Callable[..., Any]


def add_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("live")
    group.add_argument("--browsers", type=int, default=300)
    group.add_argument("--demandes", type=int, default=5_000, help="in the préfecture that they watch")


# --- What another process does: `live.py act`, told by its standard input -----------------------------------------


def act(browsers: int) -> None:
    """Says the sessions of the référent's screens and the overdue figure that they show, then for each line read does
    that and says its nanosecond, taken once it is committed."""
    common.start_django()
    import fill
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db.models import F

    from notifications import broadcast
    from tracker import clock, pending
    from tracker.models import LiveCounter, Prefecture, Ticket, User

    prefecture = Prefecture.objects.get(code=fill.CODE)
    pending.drain_all()
    user = User.objects.get(email=f"referent@{fill.CODE.lower()}.example.test")
    sessions = []
    for _ in range(browsers):
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "config.authentication.PasswordBackend"
        session.create()
        sessions.append(session.session_key)
    today = clock.today("Europe/Paris")
    overdue = Ticket.objects.visible_to(user).overdue(today).count()
    say({"code": prefecture.code, "sessions": sessions, "overdue": overdue})
    for line in sys.stdin:
        if line.strip() == "register":
            register_late(prefecture, today)
            at = time.monotonic_ns()
        else:
            LiveCounter.objects.filter(pk=prefecture.pk).update(value=F("value") + 1)
            at = time.monotonic_ns()
            broadcast.hint({prefecture.pk})
        say({"at": at})


def register_late(prefecture: Any, today: Any) -> None:
    """By the service that pages call; what follows it is asked for as they do."""
    from datetime import timedelta

    from tracker import writers
    from tracker.commands import Assign, Register
    from tracker.models import Channel, Nature, Office

    office = Office.objects.filter(prefecture=prefecture, is_active=True).order_by("pk")[0]
    first = Register(
        kind=prefecture.kinds.get(code="correspondence"),
        channel_id=Channel.objects.get(code="email").pk,
        nature_id=Nature.objects.get(code="general_information").pk,
        received_on=today - timedelta(days=60),
        site_id=office.site_id,
        sender_name="Expéditeur",
        subject="Une demande en retard",
    )
    writers.register(prefecture, [first, Assign(office.pk, None)], writers.Author())


def say(told: dict[str, Any]) -> None:
    print(json.dumps(told), flush=True)


class Actor:
    """That process, from here."""

    def __init__(self, env: dict[str, str], browsers: int) -> None:
        command = [sys.executable, str(common.ROOT / "bench" / "live.py"), "act", str(browsers)]
        self.process = subprocess.Popen(
            command, env={**os.environ, **env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.known = self.heard()

    def heard(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def does(self, what: str) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return int(self.heard()["at"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=30)


# --- What is up during a run --------------------------------------------------------------------------------------


class Run:
    def __init__(self, options: argparse.Namespace, stack: ExitStack) -> None:
        self.options, self.stack = options, stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sillage-bench-")))
        self.next_port = options.port
        self.redis = stack.enter_context(servers.redis(self.port(), self.folder))
        env = stack.enter_context(common.own_database(options.server))
        filling = [sys.executable, str(common.ROOT / "bench" / "fill.py"), str(options.demandes), "--open", "0.2"]
        subprocess.run(filling, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL)
        self.place = self.production(env) if options.server else self.embedded(env)
        self.actor = Actor(self.env, options.browsers)
        stack.callback(self.actor.stop)
        self.cookies = [f"sessionid={key}" for key in self.actor.known["sessions"]]

    def port(self) -> int:
        self.next_port += 1
        return self.next_port - 1

    def serve(self, command: list[str], port: int, env: dict[str, str]) -> None:
        log = {"BENCH_LOG": str(self.folder / f"{port}.log")}
        self.stack.enter_context(servers.running(command, port, cwd=common.ROOT, env={**env, **log}))

    def production(self, env: dict[str, str]) -> crowd.Place:
        self.env = servers.production(env["DATABASE_URL"], self.redis, self.folder)
        servers.collect_static(self.env)
        pages, sockets = self.port(), self.port()
        self.serve(servers.gunicorn(sys.executable, "config.wsgi:application", pages), pages, self.env)
        self.serve(uvicorn("config.sockets:application", sockets), sockets, self.env)
        worker = [sys.executable, "-m", "celery", "--app", "config.celery", "worker", "--pool", "threads"]
        log = (self.folder / "worker.log").open("w")
        process = subprocess.Popen(
            [*worker, "--concurrency", "2"], cwd=common.ROOT, env={**os.environ, **self.env}, stdout=log, stderr=log
        )
        self.stack.callback(lambda: (process.terminate(), process.wait(30), log.close()))
        return self.where(sockets, pages, "X-Forwarded-Proto: https")

    def embedded(self, env: dict[str, str]) -> crowd.Place:
        self.env = env
        servers.collect_static(env)
        port = self.port()
        self.serve([sys.executable, "manage.py", "serve", "--port", str(port)], port, env)
        return self.where(port, port)

    def where(self, sockets: int, pages: int, *headers: str) -> crowd.Place:
        return crowd.Place(client.HOST, sockets, pages, "/direct/", "prefecture:BANC", REGION, headers)

    def plain(self) -> crowd.Place:
        port = self.port()
        env = {"REDIS_URL": self.redis, "PYTHONPATH": str(common.ROOT / "bench")}
        self.serve(uvicorn("plain_channels:application", port), port, env)
        return crowd.Place(client.HOST, port, port, "/", "", "", ())


def uvicorn(application: str, port: int) -> list[str]:
    where = ["--host", client.HOST, "--port", str(port)]
    return [
        sys.executable, "-m", "uvicorn", application, *where, "--ws", "websockets-sansio", "--lifespan", "off",
        "--log-level", "warning",
    ]  # fmt: skip


def measured(options: argparse.Namespace) -> dict[str, list[float]]:
    """Milliseconds: the region, our notice, and the notice of plain Channels over Redis."""
    rounds = max(options.rounds, 1) * 5
    with ExitStack() as stack:
        run = Run(options, stack)
        plain = run.plain()

        does, shown = run.actor.does, int(run.actor.known["overdue"])
        ours = asyncio.run(crowd.last_notice(run.place, run.cookies, lambda: does("bump"), rounds))
        anchor = asyncio.run(crowd.last_notice(plain, [""] * options.browsers, None, rounds))
        region = asyncio.run(crowd.last_region(run.place, run.cookies, shown, lambda: does("register"), rounds))
    return {"region": region, "notice": ours, "plain": anchor}


def lines(options: argparse.Namespace, line: Said) -> Iterator[Any]:
    found = measured(options)
    region, ours, plain = (median(found[name]) for name in ("region", "notice", "plain"))
    worst, where = max(found["region"]), "PostgreSQL" if options.server else "SQLite, one process"
    what = f"region, the last of {options.browsers}, {where}"
    shown = f"{region:.0f} ms (at worst {worst:.0f})", f"{WITHIN_MS} ms"
    yield line("G13", what, *shown, region / WITHIN_MS, "≤ 1", worst <= WITHIN_MS)
    if not options.server:
        return  # the process that changes things tells this one nothing: it looks twice a second
    what = f"notice, the last of {options.browsers}, {where}"
    shown = f"{ours:.1f} ms", f"plain Channels and Redis: {plain:.1f} ms"
    yield line("G13", what, *shown, ours / plain, f"≤ {TIMES}", ours <= TIMES * plain)


if __name__ == "__main__":
    act(int(sys.argv[2]))
