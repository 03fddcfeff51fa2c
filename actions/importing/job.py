"""The import of a plan as a job: taken up where it stopped, followed in the browser and in the terminal."""

from pathlib import Path
from typing import Any, Final

from actions.importing.importer import DEFAULT_REGISTER, PlanImporter
from actions.importing.report import PlanReport
from tracker.errors import SillageError
from tracker.importing.files import forget_file, register_kind
from tracker.importing.report import RefusedRow
from tracker.jobs import Progress, register_job
from tracker.models import Job

KIND: Final = "import_actions"


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Runner of `import_actions`. Params: `name` (the file's own), `dry_run`, `register` and `source` (optional).

    The file of an import that has been done for good is deleted; that of a rehearsal waits for the import.
    """
    done = progress.checkpoint_data
    if "result" not in done:
        dry_run = bool(job.params.get("dry_run", False))
        result = read_and_write(job, progress, dry_run=dry_run)
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
    done = progress.checkpoint_data

    def on_chunk(importer: PlanImporter, position: int) -> None:
        total = round(position / importer.read_part) if importer.read_part else 0
        progress.update(position, max(total, position, job.total))
        data = {"report": checkpointed(importer), "refused_places": sorted(importer.refused_places)}
        progress.checkpoint({"position": position, **data}, done=position)

    importer = PlanImporter(
        path=Path(job.file.path),
        name=job.params["name"],
        prefecture=job.prefecture,
        user=job.created_by,
        register=job.params.get("register") or DEFAULT_REGISTER,
        source=job.params.get("source") or "",
        job=job,
        dry_run=dry_run,
        start=done.get("position", 0),
        report=restored(done.get("report", {})),
        refused_places={(sheet, key) for sheet, key in done.get("refused_places", ())},
        on_chunk=on_chunk,
    )
    report = importer.run()
    return report.as_json() | {"sentence": report.sentence(), "register": importer.register}


COUNTED: Final = ("taken", "already_known", "updated", "undated_openings")
NAMED: Final = ("created_engagements", "unknown_pilots", "unknown_offices", "unknown_sites")


def checkpointed(importer: PlanImporter) -> dict[str, Any]:
    """What the chunks written so far have given, and that reading the file again would not tell."""
    report, by_file = importer.report, importer.refused_by_file
    refused = [row.as_json() for row in report.refused if (row.sheet, row.row) not in by_file]
    return {name: getattr(report, name) for name in (*COUNTED, *NAMED)} | {"refused": refused}


def restored(data: dict[str, Any]) -> PlanReport:
    refused = [RefusedRow(**row) for row in data.get("refused", ())]
    return PlanReport(**{name: data[name] for name in (*COUNTED, *NAMED) if name in data}, refused=refused)


def install() -> None:
    register_job(KIND, run)
    register_kind(KIND)
