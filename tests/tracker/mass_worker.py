"""A worker process that stops in the middle of a mass act, for a test to kill it there."""

import sys
import time
from typing import Any

from tests.tracker.counting_job import start

CHUNK = 3


def main(engine: str, name: str, chunk: str) -> None:
    """`chunk`: the one whose demandes are written and not committed; "end": all are, and the act does not say so."""
    start(engine, name)
    from tracker import jobs, mass

    mass.CHUNK = CHUNK  # type: ignore[misc]
    if chunk == "end":
        mass.finish = pause
    else:
        kept, left = jobs.Progress.checkpoint, int(chunk)

        def checkpoint(self: Any, *args: Any, **options: Any) -> None:
            nonlocal left
            if left == 0:
                pause()
            left -= 1
            kept(self, *args, **options)

        jobs.Progress.checkpoint = checkpoint  # type: ignore[method-assign]
    jobs.run_pending_jobs()


def pause(*_args: Any, **_options: Any) -> None:
    print("in the middle", flush=True)  # noqa: T201  (what the test waits for)
    time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
