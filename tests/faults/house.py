"""Servers and processes of these tests, all their own: started, killed, started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.mailserver import free_port

ROOT = Path(__file__).parents[2]
TEMPLATE = "sillage_template"
SECRETS = {"SECRET_KEY": "only-for-faults-abcdefghijkmnopqrstuvwxyz-0123456789-s"}
SECRETS["JOURNAL_KEY"] = SECRETS["SECRET_KEY"][:-1] + "j"


def until(condition: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
    """Wait for it; what it gave."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not in {seconds} seconds: {what or condition}"
        time.sleep(0.1)
    return found


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Cluster:
    """A PostgreSQL of one's own. `url` is that of its first database."""

    folder: Path
    url: str = ""

    def start(self) -> None:
        done = self._script("start")
        self.url = done.stdout.strip()
        with self.connect("postgres") as connection:
            # The script's cluster need not survive anything; here what is committed is on the disk, as in production.
            connection.execute("ALTER ROLE sillage SET synchronous_commit = on")

    def restart(self, mode: str) -> None:
        """`fast` ends the connections and closes properly, `immediate` is a crash."""
        self._script("restart", mode)

    def stop(self) -> None:
        self._script("stop")

    def connect(self, database: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.url_of(database), autocommit=True, connect_timeout=10)

    def url_of(self, database: str) -> str:
        return f"{self.url.rpartition('/')[0]}/{database}"

    def copy(self, name: str) -> str:
        """A new database that holds the small préfecture."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
        return self.url_of(name)

    def _script(self, *args: str) -> subprocess.CompletedProcess[str]:
        action, *more = args
        return subprocess.run(
            ["scripts/postgresql.sh", action, str(self.folder), *more],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )


@dataclass
class Redis:
    """A redis-server of one's own, always on the same port."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        until(lambda: listens(self.port), 20, "redis-server")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def ask(self, *words: str) -> bytes:
        """What it answers to a command."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as line:
            line.sendall((" ".join(words) + "\r\n").encode())
            return line.recv(65536)


@dataclass
class House:
    """One installation: a database, and the processes that work on it."""

    folder: Path
    environment: dict[str, str]
    database: str
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    port: int = 0

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            check=check,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def start(self, *command: str, off: str = "", **more: str) -> "subprocess.Popen[bytes]":
        """Start a process of the installation, in a group of its own, with these guards taken off."""
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment | {"FAULTS_OFF": off} | more,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_pages(self, processes: int = 2) -> "subprocess.Popen[bytes]":
        """gunicorn, with the options of its unit."""
        self.port = self.port or free_port()
        started = self.start(
            *("-m", "gunicorn", "config.wsgi:application", "--worker-class", "gthread", "--threads", "4"),
            *("--workers", str(processes), "--bind", f"127.0.0.1:{self.port}", "--no-control-socket"),
        )
        until(lambda: listens(self.port), 60, "the pages")
        return started

    def start_sockets(self) -> int:
        """uvicorn, with the options of its unit; its port."""
        port = free_port()
        self.start(
            *("-m", "uvicorn", "config.sockets:application", "--port", str(port), "--ws", "websockets-sansio"),
            *("--lifespan", "off", "--no-access-log", "--log-level", "warning"),
        )
        until(lambda: listens(port), 60, "the sockets")
        return port

    def start_worker(self, *queues: str, off: str = "") -> "subprocess.Popen[bytes]":
        """A worker, once it answers to nobody but its queue: `ready` is in its log."""
        name = f"w{len(self.processes)}@localhost"
        options = ["--pool", "threads", "--concurrency", "4", "--hostname", name, "--loglevel", "INFO"]
        options += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        if queues:
            options += ["--queues", ",".join(queues)]
        started = self.start("-m", "celery", "--app", "config.celery", "worker", *options, off=off)
        until(lambda: " ready." in self.log_of(started), 60, "a worker")
        return started

    def start_beat(self, name: str = "beat") -> "subprocess.Popen[bytes]":
        return self.start("-m", "celery", "--app", "config.celery", "beat", "--schedule", str(self.folder / name))

    def log_of(self, process: "subprocess.Popen[bytes]") -> str:
        return (self.folder / f"{self.processes.index(process)}.log").read_text(errors="replace")

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """SIGKILL, to it and to its children."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)

    def close(self) -> None:
        for process in self.processes:
            self.kill(process)

    # --- What the database says ---------------------------------------------------------------------------------

    def sql(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement, values or None)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def count(self, table: str, where: str = "true") -> int:
        return int(self.sql(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def waiting(self) -> int:
        return self.count("tracker_pendingevent")

    def messages(self) -> int:
        """Registrations that have their message."""
        return self.count("tracker_outbox", "kind = 'fault'")

    def registered(self) -> int:
        return self.count("tracker_event", "kind = 'registered' AND stream = 'ticket'")

    def time_passes(self) -> None:
        """Leases end, retries are due, the dead are known to be dead: what minutes of waiting would bring."""
        self.sql("UPDATE tracker_outbox SET next_try_at = now() WHERE done_at IS NULL AND failed_at IS NULL")
        self.sql("UPDATE tracker_job SET heartbeat_at = now() - interval '1 hour' WHERE state = 'running'")

    def is_sound(self) -> None:
        """Journal and deadlines agree, and every event was followed."""
        done = self.run("-m", "tests.faults.sound", check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert self.waiting() == 0


@contextmanager
def house(cluster: Cluster, redis: Redis, folder: Path, smtp_port: int, name: str) -> Iterator[House]:
    """An installation on a copy of the small préfecture; all that it started is ended with it."""
    database = cluster.copy(name)
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
    environment = (
        kept
        | SECRETS
        | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
            "STATIC_ROOT": str(folder / "static"),
            "MEDIA_ROOT": str(folder / "files"),
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "DEFAULT_FROM_EMAIL": "sillage@prefecture.example",
            "PYTHONUNBUFFERED": "1",
        }
    )
    (folder / "static").mkdir()
    opened = House(folder, environment, database)
    try:
        yield opened
    finally:
        opened.close()
