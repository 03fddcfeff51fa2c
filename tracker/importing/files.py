"""The files of imports hold personal data: each is kept as long as it is needed, and no longer."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tracker import clock
from tracker.enums import JobState
from tracker.models import Job

JOB_KIND: Final = "import_register"
ORGANISATION_KIND: Final = "import_organisation"
REHEARSAL_KEPT: Final = timedelta(hours=24)
"""A rehearsal that nobody has confirmed by then is to be begun again from the file."""
REFUSED_KEPT: Final = timedelta(days=30)
"""The cells of refused rows, to be mended and imported again; their sheet, row and reason stay in the report."""

_kinds = {JOB_KIND, ORGANISATION_KIND}


def register_kind(kind: str) -> None:
    """Have the files of another kind of import forgotten too; called from `AppConfig.ready`."""
    _kinds.add(kind)


def digest_of_file(path: Path) -> str:
    """What tells the very same file, whatever its name."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def forget_file(job: Job) -> None:
    """Delete the file of an import, and the rows of it that a rehearsal shows. Done twice, it does nothing more."""
    name = job.file.name
    if not name:
        return
    job.file.storage.delete(name)
    columns: dict[str, Any] = {"file": ""}
    if job.kind == JOB_KIND and job.params.get("dry_run"):
        columns |= {"checkpoint": {}, "result": {**job.result, "sample": []} if job.result else {}}
    Job.objects.filter(pk=job.pk).update(**columns)
    job.file.name = ""


def forget_old_files() -> int:
    """For the nightly task: delete the files of ended imports after a day, the cells of refused rows and the notes
    after thirty; returns how many imports lost something."""
    now, count = clock.now(), 0
    ended = Job.objects.filter(kind__in=_kinds, state__in=(JobState.DONE, JobState.FAILED))
    for job in ended.filter(ended_at__lt=now - REHEARSAL_KEPT).exclude(file="").defer("result", "checkpoint"):
        forget_file(job)
        count += 1
    for pk in ended.filter(ended_at__lt=now - REFUSED_KEPT, result__has_key="refused").values_list("pk", flat=True):
        count += forget_cells(Job.objects.only("pk", "result", "checkpoint").get(pk=pk))
    return count


def forget_cells(job: Job) -> bool:
    """Whether there was anything left to forget."""
    refused, notes, made = (job.result.get(key, []) for key in ("refused", "notes", "made"))
    if not (job.checkpoint or made or any(row["raw"] for row in refused) or any(note["text"] for note in notes)):
        return False
    result = {**job.result, "refused": [{**row, "raw": {}} for row in refused]}
    if notes:
        result["notes"] = [{**note, "text": ""} for note in notes]
    if made:
        result["made"] = []
    Job.objects.filter(pk=job.pk).update(result=result, checkpoint={})
    return True
