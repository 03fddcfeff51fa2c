"""One process that serves, works and keeps time; and the same work through Redis, as in production."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WAITING = "SELECT count(*) FROM tracker_pendingevent"


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return kept | {"SILLAGE_DATA": str(data)} | more


def manage(data: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=120,
    )


def start(data: Path, *command: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(data, PYTHONUNBUFFERED="1", **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def stop(process: subprocess.Popen[str]) -> str:
    """SIGTERM, then what the process said to its end; it has ten seconds."""
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=10)
    return said


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


def nothing_waits(data: Path) -> bool:
    import sqlite3

    with sqlite3.connect(data / "sillage.sqlite3", timeout=10) as database:
        return bool(database.execute(WAITING).fetchone()[0] == 0)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A new préfecture on SQLite, whose first events wait to be followed."""
    assert manage(tmp_path, "init", "--department", "44", "--name", "Préfecture d’essai").returncode == 0
    assert not nothing_waits(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("static")
    assert manage(data, "collectstatic", "--noinput", "--verbosity", "0").returncode == 0
    return data / "static"


@pytest.mark.slow
def test_one_process_serves_works_and_stops(installed: Path, static: Path) -> None:
    (installed / "static").symlink_to(static)
    process = start(installed, "manage.py", "serve", "--port", "0")
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
    assert found
    with urllib.request.urlopen(f"{found[0]}connexion/", timeout=10) as page:
        assert page.status == 200
        html = page.read().decode()
    sheet = re.search(r'href="(/static/[^"]+\.css)"', html)
    assert sheet
    with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}{sheet[1]}", timeout=10) as response:
        assert "immutable" in response.headers["Cache-Control"]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/static/absent.css", timeout=10)
    until(lambda: nothing_waits(installed))

    second = manage(installed, "serve", "--port", found[1])
    assert second.returncode == 1
    assert second.stderr.startswith(f"Le port {found[1]} est déjà pris")
    assert second.stderr.count("\n") == 1

    began = time.monotonic()
    said = stop(process)
    assert process.returncode == 0
    assert "Sillage est arrêté." in said
    assert "Traceback" not in said
    assert time.monotonic() - began < 8


def test_serve_says_what_is_missing(installed: Path) -> None:
    done = manage(installed, "serve", "--port", "0")
    assert done.returncode == 1
    assert done.stderr == "Les feuilles de style ne sont pas prêtes : lancez « make run ».\n"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (make test installs it as root)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(answers)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(10)


@pytest.mark.slow
def test_worker_and_clock_through_redis(installed: Path, redis: str) -> None:
    """The commands of docs/deploy/*.service."""
    celery = ["-m", "celery", "--app", "config.celery"]
    worker = start(installed, *celery, "worker", "--pool", "threads", "--concurrency", "2", REDIS_URL=redis)
    beat = start(installed, *celery, "beat", "--schedule", str(installed / "beat"), REDIS_URL=redis)
    try:
        until(lambda: nothing_waits(installed), seconds=30)
    finally:
        said = [stop(process) for process in (beat, worker)]
    assert not any("Traceback" in text for text in said), said
