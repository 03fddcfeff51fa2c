"""An import as a person asks for it: the file is looked at, rehearsed, then imported for good."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.db import transaction

from tracker import clock, jobs
from tracker.enums import JobState
from tracker.errors import InvalidCommand
from tracker.importing.columns import Columns, in_doubt, recall, remember
from tracker.importing.files import JOB_KIND, digest_of_file, forget_file
from tracker.importing.options import ImportOptions, ImportTarget, resolve
from tracker.importing.proposing import Proposal, propose_register
from tracker.models import Job, Prefecture, User
from tracker.spreadsheets.errors import EmptyWorkbook
from tracker.spreadsheets.headers import SheetPreview
from tracker.spreadsheets.layouts import register_layout
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.tables import preview_sheets

ASKS_COLUMNS = "Indiquez à quoi correspond chaque colonne de ce fichier."
ASKS_CONFIRMATION = (
    "Cochez cette case si ces demandes doivent vraiment être enregistrées une seconde fois, ou changez les réglages."
)
FILE_IS_GONE = "Ce fichier n’est plus gardé\xa0: déposez-le à nouveau."


@dataclass(frozen=True, slots=True)
class Look:
    """What the first rows of a file show. `mapping` is what a person said of the same headers before."""

    previews: Sequence[SheetPreview]
    mapping: Columns | None
    proposal: Proposal | None = None

    @property
    def in_doubt(self) -> bool:
        return in_doubt(self.previews)


def look_at(path: Path, name: str, target: ImportTarget) -> Look:
    """Recognise the columns of a file and, unless a register was named, the register that it is a version of.

    Raises SpreadsheetError where it is no file that can be imported.
    """
    options, prefecture = target.options, target.prefecture
    layout = register_layout(options.kind)
    mapping = options.mapping
    previews = preview_sheets(path, layout, name=name, mapping=mapping)
    if not any(preview.rows for preview in previews):
        raise EmptyWorkbook("Ce classeur est vide\xa0: aucune cellule n’est remplie.")
    if mapping is None and (mapping := recall(prefecture, target.kind, previews)):
        previews = preview_sheets(path, layout, name=name, mapping=mapping)
    look = Look(previews, mapping)
    if look.in_doubt or options.register:
        return look
    today = clock.today(target.site.time_zone)
    reading = read_register(path, kind=options.kind, today=today, name=name, mapping=mapping)
    return replace(look, proposal=propose_register(prefecture, target.kind, reading))


def rehearse(prefecture: Prefecture, user: User, options: ImportOptions, path: Path, name: str) -> Job:
    """Keep the file at `path` and begin its rehearsal; one whose columns are in doubt waits for a person to name them.

    Raises InvalidCommand beside the option that is wrong, SpreadsheetError where the file is: nothing is then kept.
    """
    look = look_at(path, name, resolve(prefecture, options, name))
    params: dict[str, Any] = {"name": name, "dry_run": True, "sha256": digest_of_file(path)}
    if look.proposal is not None:
        params["proposal"] = [look.proposal.agreeing, look.proposal.compared]
        options = replace(options, register=look.proposal.register)
    params["options"] = replace(options, mapping=look.mapping).as_json()
    with path.open("rb") as handle:
        return keep(prefecture, user, params, handle, waits=look.in_doubt)


def keep(
    prefecture: Prefecture,
    user: User,
    params: dict[str, Any],
    handle: IO[bytes],
    *,
    waits: bool = False,
    kind: str = JOB_KIND,
) -> Job:
    file = File(handle, name=params["name"])
    if not waits:
        return jobs.enqueue(kind, params, prefecture=prefecture, user=user, file=file)
    columns = {"state": JobState.FAILED, "error": ASKS_COLUMNS, "ended_at": clock.now()}
    return jobs.create(JOB_KIND, {**params, "asks_columns": True}, prefecture, user, file, **columns)


def rehearse_again(prefecture: Prefecture, user: User, job: Job, options: ImportOptions) -> Job:
    """Rehearse the file of `job` with other options: the new job follows it. Raises as `rehearse` does."""
    again = rehearse(prefecture, user, options, file_of(job), job.params["name"])
    follow(job, again)
    forget_file(job)
    return again


def name_columns(prefecture: Prefecture, user: User, job: Job, header: Sequence[str], mapping: Columns) -> Job:
    """Rehearse with the columns that a person named, and remember them for the next file with the same `header`."""
    options = replace(options_of(job), mapping=mapping)
    again = rehearse_again(prefecture, user, job, options)
    remember(prefecture, resolve(prefecture, options, job.params["name"]).kind, header, mapping)
    return again


def carry_out(prefecture: Prefecture, user: User, job: Job, *, confirmed: bool = False) -> Job:
    """Import for good what was rehearsed, or take up again an import that failed. Asked twice, it begins once. Raises
    InvalidCommand where the file is gone, or where most rows stand elsewhere (`confirmed`: a person has seen it)."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if following := job.params.get("followed_by"):
            return Job.objects.get(pk=following)
        if not can_be_carried_out(job):
            raise InvalidCommand(FILE_IS_GONE, field="file")
        if must_be_confirmed(job) and not confirmed:
            raise InvalidCommand(ASKS_CONFIRMATION, field="confirmed")
        params = {key: job.params[key] for key in ("name", "options", "sha256") if key in job.params}
        params |= {"dry_run": False}
        if must_be_confirmed(job):
            params["options"] = {**params["options"], "allow_known_elsewhere": True}
        with file_of(job).open("rb") as handle:
            after = keep(prefecture, user, params, handle, kind=job.kind)
        follow(job, after)
    forget_file(job)
    return after


def follow(job: Job, after: Job) -> None:
    job.params = {**job.params, "followed_by": after.pk}
    job.save(update_fields=["params"])


def can_be_carried_out(job: Job) -> bool:
    """A rehearsal that came to its end, or an import that did not; its file is still there."""
    wanted = JobState.DONE if is_rehearsal(job) else JobState.FAILED
    return bool(job.file) and job.state == wanted and "withdrawn_by" not in job.params


def must_be_confirmed(job: Job) -> bool:
    """Whether the rehearsal has found most of its rows elsewhere."""
    return is_rehearsal(job) and bool(job.result.get("elsewhere"))


def can_be_changed(job: Job) -> bool:
    """Whether its options and columns can still be said otherwise."""
    return bool(job.file) and is_rehearsal(job) and job.ended_at is not None


def is_rehearsal(job: Job) -> bool:
    return bool(job.params.get("dry_run"))


def options_of(job: Job) -> ImportOptions:
    return ImportOptions(**job.params["options"])


def file_of(job: Job) -> Path:
    """Raises InvalidCommand where the file is no longer kept."""
    if not job.file or not Path(job.file.path).exists():
        raise InvalidCommand(FILE_IS_GONE, field="file")
    return Path(job.file.path)
