"""Registers that come in from spreadsheets."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from tests.frontend.walk.stage import AGENT, QUALITY, Page, Stage
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import jobs
from tracker.commands import Note
from tracker.importing import asking
from tracker.importing.options import ImportOptions
from tracker.models import ExternalIdentity, Job


def workbook(header: tuple[str, ...]) -> Path:
    """A register of two rendez-vous, the second refused: proposed before it was asked for."""
    rows = [
        header,
        (1, date(2026, 3, 2), "Mairie d’Exemple", date(2026, 3, 4)),
        (2, date(2026, 3, 9), "Mairie", date(2026, 3, 3)),
    ]
    path = Path(tempfile.mkdtemp(prefix="sillage-walk-")) / "rendez-vous.xlsx"
    return write_workbook(path, {"2026": rows})


def an_import(stage: Stage) -> dict[str, Any]:
    """A rehearsal that has ended, with a refused row."""
    if "import" not in stage.made:
        path = workbook(("N°", "Demande reçue le", "Collectivité", "Date proposée le"))
        options = ImportOptions("rdv")
        job = asking.rehearse(stage.world.prefecture, stage.user(QUALITY), options, path, path.name)
        jobs.run_pending_jobs()
        stage.made["import"] = job
    return {"job_id": stage.made["import"].pk}


def an_import_to_withdraw(stage: Stage) -> dict[str, Any]:
    """Done for good, with a demande on which somebody has acted since."""
    if "withdrawn" not in stage.made:
        add_brought_in(stage, 0)
    return {"job_id": stage.made["withdrawn"].pk}


def add_brought_in(stage: Stage, number: int) -> None:
    """One more demande that came with the import, and a note on it."""
    prefecture, user = stage.world.prefecture, stage.user(QUALITY)
    if "withdrawn" not in stage.made:
        path = workbook(("N°", "Demande reçue le", "Collectivité", "Date proposée le"))
        done = asking.rehearse(prefecture, user, ImportOptions("rdv", register="Retrait"), path, path.name)
        jobs.run_pending_jobs()
        stage.made["withdrawn"] = asking.carry_out(prefecture, user, Job.objects.get(pk=done.pk))
        jobs.run_pending_jobs()
    like = ExternalIdentity.objects.filter(job=stage.made["withdrawn"]).earliest("pk")
    ticket = stage.world.register(kind="meeting_request", received_on=like.received_on)
    stage.world.act(ticket, Note("Rappelé"), by=AGENT)
    like.pk, like.ticket, like.key = None, ticket, f"{number}-{ticket.pk}"
    like.save(force_insert=True)


def an_import_in_doubt(stage: Stage) -> dict[str, Any]:
    """A file whose columns a person has to name."""
    if "doubt" not in stage.made:
        path = workbook(("Numéro", "Premier jour", "Qui", "Second jour"))
        options = ImportOptions("rdv", register="Autre")
        stage.made["doubt"] = asking.rehearse(stage.world.prefecture, stage.user(QUALITY), options, path, path.name)
    return {"job_id": stage.made["doubt"].pk}


def add_import(stage: Stage, number: int) -> None:
    an_import_in_doubt(stage)
    job = stage.made.pop("doubt")
    Job.objects.filter(pk=job.pk).update(params=job.params | {"name": f"rendez-vous-{number}.xlsx"})


PAGES: dict[str, Page] = {
    "imports": Page((QUALITY,), rows=add_import, control="main input[type=file]", is_form=True),
    "import": Page((QUALITY,), an_import, control="main button"),
    "import-columns": Page((QUALITY,), an_import_in_doubt, control="main select", is_form=True),
    "import-settings": Page((QUALITY,), an_import, control="main form button", is_form=True),
    "import-carry-out": Page((QUALITY,), an_import, method="post", status=302, to_look_at=False),
    "import-withdraw": Page((QUALITY,), an_import_to_withdraw, rows=add_brought_in, control="main form button"),
    "import-refused": Page((QUALITY,), an_import, to_look_at=False),
}
