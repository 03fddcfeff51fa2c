"""What the benchmarks share: Django over a database of their own, and each measure in a process of its own."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
# Run as scripts: Python only knows this folder.
sys.path.insert(0, str(ROOT))


def start_django() -> None:
    """The embedded settings, over DATABASE_URL or SILLAGE_DATA, with the tables in place."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def peak_mib() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(work: Callable[[], Any]) -> dict[str, Any]:
    """Seconds of `work` on the clock and of the processor in this process, what it held before and at the most."""
    before = peak_mib()
    started, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "before_mib": before,
        "peak_mib": peak_mib(),
    }


def in_own_process(script: str, *args: object, env: dict[str, str]) -> dict[str, Any]:
    """Run `bench/script` and read the JSON object that it prints last."""
    command = [sys.executable, str(ROOT / "bench" / script), *map(str, args)]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@contextmanager
def own_database(server: str | None) -> Iterator[dict[str, str]]:
    """The environment of a new, empty database: SQLite in a temporary folder, or one made on the PostgreSQL server of
    the URL `server` and dropped afterwards."""
    with tempfile.TemporaryDirectory(prefix="sillage-bench-") as folder:
        environment = {"SILLAGE_DATA": folder, "DJANGO_SETTINGS_MODULE": "config.settings.embedded"}
        if server is None:
            yield environment
            return
        import psycopg

        name = f"sillage_bench_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                yield environment | {"DATABASE_URL": urlunsplit(urlsplit(server)._replace(path=f"/{name}"))}
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
