"""The import of an organisation as a job. Its rehearsal writes the same rows, then takes them back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from tracker.editing import hold
from tracker.enums import Via
from tracker.errors import SillageError
from tracker.importing.asking import keep
from tracker.importing.files import ORGANISATION_KIND, forget_file
from tracker.jobs import Progress, register_job
from tracker.models import Job, Prefecture, User
from tracker.organisation_import.applying import Applying
from tracker.organisation_import.reading import OrganisationFile, read_organisation
from tracker.organisation_import.report import OrganisationReport
from tracker.writers import Author

KIND: Final = ORGANISATION_KIND


def rehearse(prefecture: Prefecture, user: User, path: Path, name: str) -> Job:
    """Keep the file at `path` and begin its rehearsal. Raises SpreadsheetError where it cannot be read: nothing is then
    kept."""
    read_organisation(path, name)
    with path.open("rb") as handle:
        return keep(prefecture, user, {"name": name, "dry_run": True}, handle, kind=KIND)


def run(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Runner of `import_organisation`. Params: `name` (the file's own), `dry_run`. The file is small: it is one
    transaction, in which each row is whole or absent."""
    done = progress.checkpoint_data
    if "result" not in done:
        if job.prefecture is None:
            raise SillageError("Un import appartient à une préfecture.")
        dry_run = bool(job.params.get("dry_run"))
        file = read_organisation(Path(job.file.path), job.params["name"])
        author = Author(user=job.created_by, via=Via.IMPORT)
        with transaction.atomic():
            result = write(job.prefecture, author, file, dry_run=dry_run)
            if dry_run:
                transaction.set_rollback(True)
            else:
                progress.checkpoint({"result": result}, done=result["rows"])
        if dry_run:
            progress.update(result["rows"], result["rows"])
            return result
        done = {"result": result}
    forget_file(job)
    return dict(done["result"])


def write(prefecture: Prefecture, author: Author, file: OrganisationFile, *, dry_run: bool) -> dict[str, Any]:
    """In the caller's transaction, which a rehearsal takes back."""
    report = OrganisationReport(dry_run=dry_run)
    Applying(hold(prefecture), author, report).apply(file)
    return report.as_json() | {"sentence": report.sentence()}


def install() -> None:
    register_job(KIND, run)
