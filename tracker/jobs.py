"""Long work that a person follows (imports, exports, recomputations): a row of `Job`, claimed from the table.

A runner does its work in chunks. Each chunk is one transaction that also holds `progress.checkpoint(…)`: what is done
and what says so are committed together, so that a job whose process died is taken up exactly where it stopped, with no
row lost and none written twice. A runner must be able to give its result again from its last checkpoint.
"""

import gc
import logging
import secrets
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Q

from tracker import clock
from tracker.enums import JobState
from tracker.errors import SillageError
from tracker.models import Job, Prefecture, User
from tracker.waking import wake_on_commit

logger = logging.getLogger(__name__)

TASK = "tracker.tasks.run_jobs"
STALE_AFTER = timedelta(minutes=2)
"""A running job that gave no sign of life for so long belongs to a process that died."""
HEARTBEAT_SECONDS = 20.0
MAX_ATTEMPTS = 3
"""Times that a job may be taken up without having reached a new checkpoint in between."""

CRASHED = "Le travail s’est interrompu trois fois au même endroit\xa0: il a été arrêté."
UNEXPECTED = (
    "Une erreur inattendue a arrêté ce travail. Le service informatique en trouvera la trace dans les journaux."
)
INTERRUPTED = "Le travail a été interrompu au clavier."

Runner = Callable[[Job, "Progress"], Mapping[str, Any] | None]
"""Does the work from `job.checkpoint` on; what it returns becomes `job.result`."""

_runners: dict[str, Runner] = {}
_stopping = threading.Event()
# One job at a time in a process: the other thread of a small worker stays free for what must not wait.
_busy = threading.Lock()


class UnknownJobKind(SillageError):
    default = "Ce type de travail n’existe pas dans cette version."


class JobLost(Exception):
    """Another process has taken the job up: this one must write nothing more."""


class JobStopped(Exception):
    """The process is about to stop: the job goes back to the queue at its last checkpoint."""


# --- Asking for work ----------------------------------------------------------------------------------------------


def register_job(kind: str, runner: Runner) -> None:
    """Make `kind` known; called from `AppConfig.ready`."""
    _runners[kind] = runner


def enqueue(
    kind: str,
    params: Mapping[str, Any],
    *,
    prefecture: Prefecture | None,
    user: User | None = None,
    file: "File[Any] | None" = None,
) -> Job:
    """Write down work for the worker and wake it on commit. `params` must be JSON; raises UnknownJobKind."""
    job = create(kind, params, prefecture, user, file)
    wake_on_commit(TASK)
    return job


def run_here(
    kind: str,
    params: Mapping[str, Any],
    *,
    prefecture: Prefecture | None,
    user: User | None = None,
    file: "File[Any] | None" = None,
    listener: Callable[[int, int], None] | None = None,
) -> Job:
    """Do the work in this process, for a command; `listener(done, total)` follows it. If the process dies, the worker
    ends the job. Returns the job, ended: its `state` says how."""
    token = new_token()
    job = create(
        kind,
        params,
        prefecture,
        user,
        file,
        state=JobState.RUNNING,
        claimed_by=token,
        heartbeat_at=clock.now(),
        attempts=1,
    )
    execute(job, token, listener)
    job.refresh_from_db()
    return job


def create(
    kind: str,
    params: Mapping[str, Any],
    prefecture: Prefecture | None,
    user: User | None,
    file: "File[Any] | None",
    **columns: Any,
) -> Job:
    if kind not in _runners:
        raise UnknownJobKind
    job = Job(kind=kind, params=dict(params), prefecture=prefecture, created_by=user, created_at=clock.now(), **columns)
    if file is not None:
        # The stored name says nothing of the person or the file: both may be personal.
        suffix = "".join(char for char in (file.name or "").rpartition(".")[2].lower() if char.isalnum())[:8]
        job.file.save(f"{secrets.token_hex(16)}.{suffix or 'bin'}", file, save=False)
    job.save()
    return job


# --- Doing it -----------------------------------------------------------------------------------------------------


def run_pending_jobs() -> int:
    """Claim and do what waits, one job after the other; returns how many were done. At once 0 where this process is
    already at it or about to stop."""
    if not _busy.acquire(blocking=False):
        return 0
    try:
        count = 0
        while not _stopping.is_set() and (claimed := claim(clock.now())):
            execute(*claimed)
            count += 1
        return count
    finally:
        _busy.release()


def stop() -> None:
    """Ask the running job to stop at its next sign of life, and let no other begin: the process is about to end."""
    _stopping.set()


def claimable(now: datetime) -> Q:
    stale = Q(state=JobState.RUNNING) & (Q(heartbeat_at__lt=now - STALE_AFTER) | Q(heartbeat_at__isnull=True))
    return Q(state=JobState.QUEUED) | stale


def claim(now: datetime) -> tuple[Job, str] | None:
    """Take the oldest job that waits, or that a dead process left. The update is conditional: of two workers, one gets
    it."""
    token = new_token()
    for pk in Job.objects.filter(claimable(now)).order_by("pk").values_list("pk", flat=True)[:20]:
        waiting = Job.objects.filter(claimable(now), pk=pk)
        if waiting.filter(attempts__gte=MAX_ATTEMPTS).update(state=JobState.FAILED, error=CRASHED, ended_at=now):
            logger.error("job %s stopped after %s attempts", pk, MAX_ATTEMPTS)
            continue
        if waiting.update(
            state=JobState.RUNNING, claimed_by=token, heartbeat_at=now, attempts=F("attempts") + 1, error=""
        ):
            return Job.objects.select_related("prefecture", "created_by").get(pk=pk), token
    return None


def new_token() -> str:
    return f"{socket.gethostname()[:40]}/{secrets.token_hex(8)}"


def execute(job: Job, token: str, listener: Callable[[int, int], None] | None = None) -> None:
    """Run a claimed job to its end and write down how it ended. The outermost frame of the work: whatever the runner
    raises ends here, except the database being away, after which the job is taken up again."""
    progress = Progress(job, token, listener)
    try:
        with Heartbeat(job.pk, token):
            if job.kind not in _runners:
                raise UnknownJobKind
            with collecting_only_what_it_makes():
                result = _runners[job.kind](job, progress)
        end(job, token, state=JobState.DONE, result=dict(result or {}), error="")
    except JobLost:
        logger.warning("job %s went on in another process", job.pk)
    except JobStopped:
        end(job, token, state=JobState.QUEUED, claimed_by="", attempts=0, ended_at=None)
    except SillageError as error:
        end(job, token, state=JobState.FAILED, error=error.message[:500])
    except (OperationalError, InterfaceError) as error:
        logger.warning("job %s lost the database, to be taken up again: %s", job.pk, where(error))
    except KeyboardInterrupt:
        end(job, token, state=JobState.FAILED, error=INTERRUPTED)
        raise
    except Exception as error:  # noqa: BLE001  (the outermost frame of a task)
        logger.error("job %s (%s) failed: %s", job.pk, job.kind, where(error))
        end(job, token, state=JobState.FAILED, error=UNEXPECTED)


@contextmanager
def collecting_only_what_it_makes() -> Iterator[None]:
    """Leave what stood before a long work out of the garbage collector's rounds: going again and again over Django's
    own objects is a twelfth of an import's time. Nothing is kept longer than the work."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def end(job: Job, token: str, **columns: Any) -> None:
    Job.objects.filter(pk=job.pk, claimed_by=token, state=JobState.RUNNING).update(
        **{"ended_at": clock.now()} | columns
    )


def where(error: BaseException) -> str:
    """The type of an error and the lines it went through, without its message: a message may quote personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return f"{type(error).__name__} " + " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))


@dataclass
class Progress:
    """What a runner holds on to its job with. Both methods are signs of life; both raise JobLost where another process
    has taken the job up and JobStopped where this one is about to end: the runner lets them pass."""

    job: Job
    token: str
    listener: Callable[[int, int], None] | None = None
    checkpoint_data: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.checkpoint_data = dict(self.job.checkpoint)

    def update(self, done: int, total: int | None = None) -> None:
        """How much is done, for the eyes. Call it once a chunk, not once a row."""
        self.job.done = done
        if total is not None:
            self.job.total = total
        self._write(done=self.job.done, total=self.job.total)
        if self.listener is not None:
            self.listener(self.job.done, self.job.total)

    def checkpoint(self, data: Mapping[str, Any], *, done: int | None = None) -> None:
        """Where to take up from, as JSON. Call it last in the transaction of the chunk that it describes: a chunk of a
        process that has lost the job is rolled back by what this raises."""
        self.job.done = self.job.done if done is None else done
        self._write(checkpoint=dict(data), done=self.job.done, attempts=1)
        self.job.checkpoint = self.checkpoint_data = dict(data)
        if self.listener is not None:
            self.listener(self.job.done, self.job.total)

    def _write(self, **columns: Any) -> None:
        if _stopping.is_set():
            raise JobStopped
        held = Job.objects.filter(pk=self.job.pk, claimed_by=self.token, state=JobState.RUNNING)
        if not held.update(heartbeat_at=clock.now(), **columns):
            raise JobLost


class Heartbeat:
    """Says every 20 seconds that the process is alive, while a runner reads a large file without writing anything."""

    def __init__(self, job_id: int, token: str) -> None:
        self._over = threading.Event()
        self._held = Job.objects.filter(pk=job_id, claimed_by=token, state=JobState.RUNNING)
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{job_id}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()

    def _beat(self) -> None:
        try:
            while not self._over.wait(HEARTBEAT_SECONDS):
                self._held.update(heartbeat_at=clock.now())
        except OperationalError:
            # Locked out by a long chunk, or the database away: the chunk's own checkpoint speaks for the job.
            logger.warning("a job's sign of life could not be written")
        finally:
            connection.close()
