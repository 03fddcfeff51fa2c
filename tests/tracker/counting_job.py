"""The smallest job that writes rows in chunks. Run as a module, it is a worker process that the tests can kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CHUNK = 7
on_chunk: Callable[[int], Any] = lambda number: None  # noqa: E731  (replaced by tests)


def run(job: Any, progress: Any) -> Mapping[str, Any]:
    from django.db import transaction

    from tracker.models import Correspondent

    rows = job.params["rows"]
    progress.update(job.checkpoint.get("next", 0), rows)
    while (start := job.checkpoint.get("next", 0)) < rows:
        end = min(start + CHUNK, rows)
        with transaction.atomic():
            for n in range(start, end):
                Correspondent.objects.create(prefecture=job.prefecture, name=f"Ligne {n}")
            on_chunk(start // CHUNK)
            if job.params.get("pause_in") == start // CHUNK:
                print("in the middle of a chunk", flush=True)  # noqa: T201  (what the test waits for)
                time.sleep(60)
            progress.checkpoint({"next": end}, done=end)
    return {"written": job.checkpoint["next"]}


def kill_a_worker(module: str, *args: str, says: str) -> None:
    """Run `module` as a worker process over the tests' own database, and SIGKILL it once it says so."""
    from django.db import connection

    database = connection.settings_dict
    child = subprocess.Popen(
        [sys.executable, "-m", module, database["ENGINE"], str(database["NAME"]), *args],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == f"{says}\n"
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    child.stdout.close()


def main(engine: str, name: str) -> None:
    start(engine, name)
    from tracker import jobs

    jobs.register_job("counting", run)
    jobs.run_pending_jobs()


def start(engine: str, name: str) -> None:
    """Django over the tests' own database, in a process of its own."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    from django.conf import settings

    assert settings.DATABASES["default"]["ENGINE"] == engine
    settings.DATABASES["default"]["NAME"] = name
    django.setup()


if __name__ == "__main__":
    main(*sys.argv[1:])
