"""Servers of the page benchmarks: each side under gunicorn with as many workers, and what it needs beside it."""

import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import client
import common

WORKERS, THREADS, START_SECONDS = 2, 2, 60


def gunicorn(python: str, application: str, port: int) -> list[str]:
    """The command line of docs/deploy/sillage-pages.service, with the workers of the bench."""
    where = f"{client.HOST}:{port}"
    shape = ["--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)]
    quiet = ["--no-control-socket", "--timeout", "120", "--log-level", "warning"]
    return [python, "-m", "gunicorn", application, *shape, "--bind", where, *quiet]


@contextmanager
def running(command: Sequence[str], port: int, *, cwd: Path, env: Mapping[str, str]) -> Iterator[None]:
    """The server `command`, from its first answer on, ended afterwards."""
    log = Path(env["BENCH_LOG"])
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=cwd, env={**os.environ, **env}, stdout=output, stderr=output)
    try:
        end = time.monotonic() + START_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{' '.join(command)} does not answer:\n{log.read_text()}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(client.HOST, port, timeout=client.PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def redis(port: int, folder: Path) -> Iterator[str]:
    """A Redis of its own, which keeps nothing."""
    command = ["redis-server", "--port", str(port), "--bind", client.HOST, "--save", "", "--appendonly", "no"]
    if not shutil.which(command[0]):
        raise SystemExit("redis-server is not installed: pages are served as production serves them, with Redis.")
    process = subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection((client.HOST, port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
        yield f"redis://{client.HOST}:{port}/0"
    finally:
        process.terminate()
        process.wait(30)


def production(database: str, redis_url: str, folder: Path) -> dict[str, str]:
    """The environment of docs/production.md, for a server of this machine alone."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "JOURNAL_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": client.HOST,
        "DATABASE_URL": database,
        "REDIS_URL": redis_url,
        "STATIC_ROOT": str(folder / "static"),
        "MEDIA_ROOT": str(folder / "files"),
        "EMAIL_URL": "dummymail://",
        "DEFAULT_FROM_EMAIL": "banc@example.test",
    }


def collect_static(env: Mapping[str, str]) -> None:
    """The style sheets, as scripts/run.sh collects them."""
    left_out = ("dsfr/dist/component", "dsfr/dist/analytics", "django-dsfr/icon-picker")
    ignored = [word for each in left_out for word in ("--ignore", each)]
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", *ignored]
    subprocess.run(command, cwd=common.ROOT, env={**os.environ, **env}, check=True)
