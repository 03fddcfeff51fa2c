"""The import as a job: taken up where it stopped, followed in the browser and in the terminal."""

from pathlib import Path
from typing import Any

from tracker.errors import SillageError
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.importing.report import ImportReport, RefusedRow
from tracker.jobs import Progress, register_job
from tracker.models import Job

KIND = "import_register"


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of `import_register`. Params: `options` (ImportOptions as JSON), `name` (the file's own), `dry_run`."""
    if job.prefecture is None:
        raise SillageError("Un import appartient à une préfecture.")
    options = ImportOptions(**job.params["options"])
    target = resolve(job.prefecture, options, job.params["name"])
    done = progress.checkpoint_data

    def on_chunk(importer: Importer, position: int) -> None:
        progress.checkpoint({"position": position, "report": checkpointed(importer)}, done=position)

    importer = Importer(
        path=Path(job.file.path),
        name=job.params["name"],
        target=target,
        user=job.created_by,
        dry_run=job.params.get("dry_run", False),
        start=done.get("position", 0),
        report=restored(done.get("report", {})),
        on_chunk=on_chunk,
    )
    return importer.run().as_json() | {"sentence": importer.report.sentence(), "register": target.register}


def checkpointed(importer: Importer) -> dict[str, Any]:
    """What the chunks written so far have given, and that reading the file again would not tell."""
    report = importer.report
    by_file = importer.refused_by_file
    return {
        "taken": report.taken,
        "already_known": report.already_known,
        "updated": report.updated,
        "refused": [row for row in report.as_json()["refused"] if (row["sheet"], row["row"]) not in by_file],
        "created_mailboxes": sorted({*report.created_mailboxes, *importer.lookups.created_mailboxes}),
        "created_themes": sorted({*report.created_themes, *importer.lookups.created_themes}),
        "unknown_offices": sorted({*report.unknown_offices, *importer.lookups.unknown_offices}),
    }


def restored(data: dict[str, Any]) -> ImportReport:
    refused = [RefusedRow(**row) for row in data.get("refused", ())]
    return ImportReport(**{name: value for name, value in data.items() if name != "refused"}, refused=refused)


def install() -> None:
    register_job(KIND, run)
