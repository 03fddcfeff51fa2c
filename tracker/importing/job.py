"""The import as a job: taken up where it stopped, followed in the browser and in the terminal."""

from pathlib import Path
from typing import Any, Final

from tracker.errors import SillageError
from tracker.importing.elsewhere import KnownElsewhere
from tracker.importing.files import JOB_KIND, forget_file
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.importing.report import ImportReport, RefusedRow
from tracker.jobs import Progress, register_job
from tracker.models import Job

KIND: Final = JOB_KIND


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of `import_register`. Params: `options` (ImportOptions as JSON), `name` (the file's own), `dry_run`.

    The file of an import that has been done for good is deleted: what it said of each demande is kept with it. That of
    a rehearsal waits for the import (see `files`).
    """
    done = progress.checkpoint_data
    if "result" not in done:
        dry_run = bool(job.params.get("dry_run", False))
        try:
            result = read_and_write(job, progress, dry_run=dry_run)
        except KnownElsewhere:
            forget_file(job)  # taking it up again would be refused again: it is to be rehearsed, and confirmed
            raise
        if dry_run:
            return result
        # Kept before the file is deleted: whoever takes the job up from here has nothing left to read.
        done = {"result": result}
        progress.checkpoint(done)
    forget_file(job)
    return dict(done["result"])


def read_and_write(job: Job, progress: Progress, *, dry_run: bool) -> dict[str, Any]:
    if job.prefecture is None:
        raise SillageError("Un import appartient à une préfecture.")
    options = ImportOptions(**job.params["options"])
    target = resolve(job.prefecture, options, job.params["name"])
    done = progress.checkpoint_data

    def on_chunk(importer: Importer, position: int) -> None:
        # Sheets count alike in what is read, so that the total is a good guess only at the end: it never goes down.
        total = round(position / importer.read_part) if importer.read_part else 0
        progress.update(position, max(total, position, job.total))
        progress.checkpoint({"position": position, "report": checkpointed(importer)}, done=position)

    importer = Importer(
        path=Path(job.file.path),
        name=job.params["name"],
        target=target,
        user=job.created_by,
        job=job,
        dry_run=dry_run,
        start=done.get("position", 0),
        report=restored(done.get("report", {})),
        on_chunk=on_chunk,
    )
    return importer.run().as_json() | {"sentence": importer.report.sentence(), "register": target.register}


def checkpointed(importer: Importer) -> dict[str, Any]:
    """What the chunks written so far have given, and that reading the file again would not tell."""
    report, lookups = importer.report, importer.lookups
    by_file = importer.refused_by_file
    return {
        "taken": report.taken,
        "already_known": report.already_known,
        "updated": report.updated,
        "elsewhere": report.elsewhere,
        "promises": report.promises,
        "sample": report.sample,
        "refused": [row.as_json() for row in report.refused if (row.sheet, row.row) not in by_file],
        "created_mailboxes": sorted({*report.created_mailboxes, *lookups.created_mailboxes}),
        "created_themes": sorted({*report.created_themes, *lookups.created_themes}),
        "unknown_offices": sorted({*report.unknown_offices, *lookups.unknown_offices}),
        "closed_offices": sorted({*report.closed_offices, *lookups.closed_offices}),
        "unknown_sites": sorted({*report.unknown_sites, *lookups.unknown_sites}),
    }


def restored(data: dict[str, Any]) -> ImportReport:
    refused = [RefusedRow(**row) for row in data.get("refused", ())]
    return ImportReport(**{name: value for name, value in data.items() if name != "refused"}, refused=refused)


def install() -> None:
    register_job(KIND, run)
