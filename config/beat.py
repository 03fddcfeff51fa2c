"""The clock of the installation, which says that it is alive (tracker/upkeep.py)."""

from typing import Any

from celery.beat import PersistentScheduler

from tracker import upkeep


class MarkedScheduler(PersistentScheduler):
    """Keeps on disk when each task was last asked for, so that what was due while the machine was off is asked for at
    the next start. A second clock started by mistake asks for everything twice: each task finds nothing left to do."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        upkeep.note_clock()
        return float(super().tick(*args, **kwargs))
