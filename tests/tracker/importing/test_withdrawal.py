"""An import by mistake is taken back: what nobody has touched leaves the figures, the journal keeps everything."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.management import CommandError, call_command

from tests.factories import World
from tests.tracker.importing.conftest import REGISTERS
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import jobs, writers
from tracker.commands import Note, Reopen, Undo
from tracker.enums import DismissalReason, JobState, Outcome, State, Via
from tracker.errors import InvalidCommand
from tracker.importing import withdrawal
from tracker.importing.job import KIND
from tracker.importing.options import ImportOptions
from tracker.models import Deadline, Event, ExternalIdentity, Job, Ticket
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

pytestmark = pytest.mark.django_db

COMPLAINTS = REGISTERS / "reclamations_suggestions.xlsx"
MEETINGS = REGISTERS / "rendez_vous_elus.xlsx"
HEADER = ["N°", "Reçu le", "Expéditeur", "Objet", "Répondu le"]


def bring(world: World, path: Path, kind: str, **options: Any) -> Job:
    chosen = ImportOptions(kind, **options)
    with path.open("rb") as handle:
        params = {"options": chosen.as_json(), "name": path.name, "dry_run": False}
        job = jobs.run_here(KIND, params, prefecture=world.prefecture, user=world.user("quality"), file=File(handle))
    assert job.state == JobState.DONE, job.error
    return job


def register(tmp_path: Path, *answered: date | None) -> Path:
    """One row for each answer; None leaves the demande open."""
    rows = [[n, date(2026, 3, n), f"Usager {n}", "Voirie", on] for n, on in enumerate(answered, start=1)]
    return write_workbook(tmp_path / "suivi.xlsx", {"Suivi": [HEADER, *rows]})


def withdrawn(world: World, imported: Job) -> Job:
    job = withdrawal.withdraw(world.prefecture, world.user("quality"), imported)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    return job


def clean() -> bool:
    return verify_journal().different == [] and check_deadlines().different == []


@pytest.mark.parametrize(("path", "kind", "right"), [(COMPLAINTS, "courrier", "reclamation"), (MEETINGS, "rdv", "rdv")])
def test_everything_leaves_the_figures_and_the_file_comes_in_again(
    world: World, path: Path, kind: str, right: str
) -> None:
    imported = bring(world, path, kind)
    count = Ticket.objects.count()
    events = Event.objects.filter(stream="ticket").count()
    assert withdrawal.preview(imported) == withdrawal.Preview(count, 0)
    job = withdrawn(world, imported)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert job.result["sentence"] == f"{count} demandes écartées, 0 reste."
    assert set(Ticket.objects.values_list("state", "dismissal_reason")) == {
        (State.DISMISSED, DismissalReason.REGISTRATION_ERROR)
    }
    assert set(Deadline.objects.values_list("outcome", "exclusion")) <= {
        (Outcome.EXCLUDED, "registration_error"),
        (Outcome.VOID, ""),
    }
    # What ended is reopened by mistake, then dismissed; nothing of what was told is lost.
    assert Event.objects.filter(stream="ticket").count() == events + 2 * count
    assert clean()

    again = bring(world, path, right)
    assert (again.result["taken"], again.result["already_known"], again.result["elsewhere"]) == (count, 0, None)
    assert Ticket.objects.exclude(state=State.DISMISSED).count() == count
    assert ExternalIdentity.objects.standing().count() == count
    assert bring(world, path, right).result["already_known"] == count


def test_the_clock_is_as_if_it_had_been_dismissed_while_open(world: World, tmp_path: Path) -> None:
    """Open, in time, late: whatever the deadline had become, it counts no more."""
    imported = bring(world, register(tmp_path, None, date(2026, 3, 3), date(2026, 6, 1)), "courriel")
    before = list(Deadline.objects.order_by("pk").values_list("due_on", flat=True))
    withdrawn(world, imported)
    rows = list(Deadline.objects.order_by("pk").values_list("due_on", "outcome", "taken", "met_on"))
    assert rows == [(due_on, Outcome.EXCLUDED, None, None) for due_on in before]
    assert set(Ticket.objects.values_list("answered_on", "due_on")) == {(None, None)}


def test_who_has_touched_a_demande_keeps_it(world: World, tmp_path: Path) -> None:
    path = register(tmp_path, *[date(2026, 3, 20)] * 4, None)
    imported = bring(world, path, "courriel")
    noted, reopened, swept, _, still_open = Ticket.objects.order_by("pk")
    writers.write_one(noted.pk, [Note("Rappelé")], Author(user=world.user("quality")))
    writers.write_one(reopened.pk, [Reopen()], Author(user=world.user("quality")))
    writers.write_one(swept.pk, [Note("Fait par Sillage")], Author(via=Via.TASK))
    # A later version of the file has answered the last one.
    bring(world, register(tmp_path, *[date(2026, 3, 20)] * 5), "courriel")

    assert withdrawal.preview(imported).sentence == "2 demandes seront écartées, 3 resteront."
    job = withdrawn(world, imported)
    assert job.result["sentence"] == "2 demandes écartées, 3 restent."
    name = world.user("quality").full_name
    assert [(kept.ticket.pk, kept.why) for kept in withdrawal.kept_of(imported, 10)] == [
        (noted.pk, f"modifiée depuis par {name}"),
        (reopened.pk, "complétée depuis par un autre import"),  # the last thing that happened to it
        (still_open.pk, "complétée depuis par un autre import"),
    ]
    assert Ticket.objects.filter(state=State.DISMISSED).count() == 2
    # Nobody is named in a bureau whose demandes the reader may not read.
    assert next(withdrawal.kept_of(imported, 1, sealed={None})).why == "modifiée depuis"
    again = bring(world, register(tmp_path, *[date(2026, 3, 20)] * 5), "courriel", allow_known_elsewhere=True)
    assert again.result["taken"] == 2
    assert clean()


def test_one_taken_up_again_by_a_person_is_not_imported_twice(world: World, tmp_path: Path) -> None:
    path = register(tmp_path, date(2026, 3, 20), date(2026, 3, 20))
    imported = bring(world, path, "courriel")
    withdrawn(world, imported)
    first, second = Ticket.objects.order_by("pk")
    writers.write_one(first.pk, [Undo()], Author(user=world.user("quality")))
    assert Ticket.objects.get(pk=first.pk).state == State.CLOSED
    again = bring(world, path, "courriel")
    assert (again.result["taken"], again.result["already_known"]) == (1, 1)
    # Reopened after its row came in again: the latest one stands for the row.
    writers.write_one(second.pk, [Reopen()], Author(user=world.user("quality")))
    assert bring(world, path, "courriel").result["already_known"] == 2
    assert clean()


def test_asked_twice_it_begins_once(world: World, tmp_path: Path) -> None:
    imported = bring(world, register(tmp_path, date(2026, 3, 20)), "courriel")
    user = world.user("quality")
    first = withdrawal.withdraw(world.prefecture, user, imported)
    assert withdrawal.withdraw(world.prefecture, user, imported) == first
    jobs.run_pending_jobs()
    assert withdrawal.withdraw(world.prefecture, user, imported) == first
    assert Job.objects.filter(kind=withdrawal.KIND).count() == 1
    assert not withdrawal.can_be_withdrawn(Job.objects.get(pk=imported.pk))


def test_nothing_to_take_back_is_said(world: World, tmp_path: Path) -> None:
    path = register(tmp_path, date(2026, 3, 20))
    imported = bring(world, path, "courriel")
    knew = bring(world, path, "courriel")
    user = world.user("quality")
    with pytest.raises(InvalidCommand, match="rien apporté"):
        withdrawal.withdraw(world.prefecture, user, knew)
    writers.write_one(Ticket.objects.get().pk, [Note("Vu")], Author(user=user))
    with pytest.raises(InvalidCommand, match="Toutes les demandes"):
        withdrawal.withdraw(world.prefecture, user, imported)


def test_stopped_halfway_it_goes_on_where_it_was(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after the first chunk: another takes the job up, and dismisses each demande once."""
    monkeypatch.setattr(withdrawal, "CHUNK", 2)
    imported = bring(world, register(tmp_path, *[date(2026, 3, 20)] * 5), "courriel")
    job = withdrawal.withdraw(world.prefecture, world.user("quality"), imported)
    original, calls = withdrawal.withdraw_chunk, []

    def dies(*arguments: Any) -> int:
        calls.append(arguments)
        if len(calls) == 2:
            raise jobs.JobLost
        return original(*arguments)

    monkeypatch.setattr(withdrawal, "withdraw_chunk", dies)
    jobs.run_pending_jobs()
    assert Ticket.objects.filter(state=State.DISMISSED).count() == 2
    Job.objects.filter(pk=job.pk).update(heartbeat_at=jobs.clock.now() - 2 * jobs.STALE_AFTER)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.result["withdrawn"], job.result["kept"]) == (JobState.DONE, 5, 0)
    assert Event.objects.filter(stream="ticket", kind="dismissed").count() == 5


def test_an_import_taken_up_again_is_withdrawn_whole(world: World, tmp_path: Path) -> None:
    """The first run had written a row before it failed; the second wrote the other."""
    first = bring(world, register(tmp_path, date(2026, 3, 20)), "courriel")
    second = bring(world, register(tmp_path, date(2026, 3, 20), date(2026, 3, 20)), "courriel")
    Job.objects.filter(pk=first.pk).update(state=JobState.FAILED, params=first.params | {"followed_by": second.pk})
    assert withdrawal.preview(second) == withdrawal.Preview(2, 0)
    assert not withdrawal.can_be_withdrawn(Job.objects.get(pk=first.pk))


# --- The command --------------------------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("withdraw_import", *arguments, stdout=out)
    return out.getvalue().replace("\xa0", " ")


def test_the_command_previews_then_withdraws(world: World, tmp_path: Path) -> None:
    imported = bring(world, register(tmp_path, date(2026, 3, 20), date(2026, 3, 20)), "courriel")
    ticket = Ticket.objects.earliest("pk")
    writers.write_one(ticket.pk, [Note("Vu")], Author(user=world.user("quality")))
    kept = [{"reference": ticket.reference, "reason": f"modifiée depuis par {world.user('quality').full_name}"}]
    said = {"withdrawn": 1, "kept": 1, "kept_tickets": kept}
    assert json.loads(command(str(imported.pk), "--dry-run", "--json")) == said | {"dry_run": True}
    assert not Ticket.objects.filter(state=State.DISMISSED).exists()
    assert "1 demande écartée, 1 reste." in command(str(imported.pk))
    for number in (imported.pk, imported.pk + 50):
        with pytest.raises(CommandError):
            command(str(number))
