"""Files attached and withdrawn: one act, one event each, by those who may; on the disk exactly what the rows name."""

import hashlib
import os
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.test import TestCase

from tests.factories import World
from tests.tracker.attachments.samples import PDF, PNG, PROGRAM, png, upload
from tests.tracker.test_elimination import NAME, closed, listed
from tests.tracker.test_elimination import erase as erase_by_visa
from tracker import attachments, tasks, writers
from tracker.commands import Answer, Correct, Take, Undo
from tracker.errors import InvalidCommand, NotAllowed, SillageError, TransitionRefused
from tracker.models import Attachment, Event, EventText, Ticket
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return tmp_path / "files"


def author(world: World, name: str = "agent") -> Author:
    return Author(user=world.user(name))


def attach(world: World, ticket: Ticket, *files: Any, by: str = "agent") -> attachments.Outcome:
    return attachments.attach(ticket.pk, [*files], author(world, by))


def on_disk(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def last_event(ticket: Ticket) -> Event:
    return Event.objects.filter(stream="ticket", object_id=ticket.pk).latest("number")


# --- Attaching ----------------------------------------------------------------------------------------------------


def test_a_file_is_on_the_disk_under_a_name_that_says_nothing(world: World, files_apart: Path) -> None:
    ticket = world.register()
    [row] = attach(world, ticket, upload("Certificat de M. Le Goff.pdf")).added

    assert (row.name, row.type, row.size) == ("Certificat de M. Le Goff.pdf", "pdf", len(PDF))
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    assert on_disk(files_apart) == {row.key.hex}
    path = Path(default_storage.path(row.path))
    assert path.read_bytes() == PDF
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_event_holds_the_hash_and_never_the_name(world: World) -> None:
    ticket = world.register()
    [row] = attach(world, ticket, upload("Certificat de M. Le Goff.pdf")).added
    event = last_event(ticket)
    assert (event.kind, event.actor_id) == ("attachment_added", world.users["agent"].pk)
    assert event.data == {"attachment": str(row.key), "type": "pdf", "size": len(PDF), "sha256": row.sha256}
    assert not EventText.objects.filter(event=event).exists()
    assert verify_journal().different == check_deadlines().different == []


def test_one_refused_file_does_not_hold_back_the_others(world: World, files_apart: Path) -> None:
    ticket = world.register()
    outcome = attach(world, ticket, upload("a.pdf"), upload("b.pdf", PROGRAM), upload("c.png", PNG))
    assert [row.name for row in outcome.added] == ["a.pdf", "c.png"]
    assert [file.name for file in outcome.refused] == ["b.pdf"]
    assert on_disk(files_apart) == {row.key.hex for row in outcome.added}
    acts = Event.objects.filter(kind="attachment_added").values_list("act_id", flat=True)
    assert (len(acts), len(set(acts))) == (2, 1)


def test_nothing_taken_is_no_act(world: World, files_apart: Path) -> None:
    ticket = world.register()
    attach(world, ticket, upload("b.exe"))
    assert last_event(ticket).kind == "assigned"
    assert on_disk(files_apart) == set()


def test_a_path_in_a_name_goes_nowhere(world: World, files_apart: Path) -> None:
    ticket = world.register()
    [row] = attach(world, ticket, upload("../../../etc/cron.d/x.pdf")).added
    assert row.name == "x.pdf"
    assert on_disk(files_apart.parent) == {row.key.hex}


def test_limits_are_said_beside_each_file(world: World, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 2048
    settings.ATTACHMENTS_MAX_COUNT = 2
    settings.ATTACHMENTS_MAX_TOTAL_BYTES = 2200
    ticket = world.register()
    heavy, big = PDF + bytes(4000), PDF + bytes(1900)
    files = [upload("1.pdf", heavy), upload("2.pdf", big), upload("3.pdf", big + b"3"), upload("4.png", PNG)]
    outcome = attach(world, ticket, *files, upload("5.png", png(2)), upload("6.pdf", big))
    assert [row.name for row in outcome.added] == ["2.pdf", "4.png"]
    assert [str(file) for file in outcome.refused] == [
        "«\xa01.pdf\xa0»\xa0: ce fichier fait 4\xa0ko, la limite est de 2\xa0ko. Numérisez-le plus légèrement (200 "
        "points par pouce) ou partagez-le en plusieurs.",
        "«\xa03.pdf\xa0»\xa0: avec lui, les pièces de la demande dépasseraient 2\xa0ko en tout.",
        "«\xa05.png\xa0»\xa0: la demande a déjà 2 pièces jointes, elle n’en prend pas plus.",
        "«\xa06.pdf\xa0»\xa0: ce fichier est déjà joint, sous le nom «\xa02.pdf\xa0».",
    ]


def test_the_same_file_can_be_attached_again_once_withdrawn(world: World) -> None:
    ticket = world.register()
    [row] = attach(world, ticket, upload("a.pdf")).added
    assert attach(world, ticket, upload("b.pdf")).added == []
    attachments.withdraw(row, "Mauvaise demande", author(world))
    assert len(attach(world, ticket, upload("b.pdf")).added) == 1
    assert verify_journal().different == []


# --- Who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["agent", "colleague", "supervisor", "quality"])
def test_who_reads_may_attach(world: World, role: str) -> None:
    assert attach(world, world.register(), upload("a.pdf"), by=role).added


@pytest.mark.parametrize("role", ["other_agent", "copil", "administrator", "mailroom"])
def test_who_does_not_see_may_not(world: World, files_apart: Path, role: str) -> None:
    ticket = world.register()
    with pytest.raises(NotAllowed):
        attach(world, ticket, upload("a.pdf"), by=role)
    assert on_disk(files_apart) == set()


def test_nobody_attaches_over_a_sealed_bureau(world: World) -> None:
    ticket = world.register(office="ASI", by="asylum_agent")
    with pytest.raises(NotAllowed):
        attach(world, ticket, upload("a.pdf"), by="quality")
    assert attach(world, ticket, upload("a.pdf"), by="asylum_agent").added


def test_the_mailroom_attaches_while_no_bureau_has_it(world: World) -> None:
    ticket = world.register(office=None, by="mailroom", by_mailroom=True)
    assert attach(world, ticket, upload("a.pdf"), by="mailroom").added


# --- Withdrawing --------------------------------------------------------------------------------------------------


def test_a_withdrawn_file_stays_as_evidence(world: World, files_apart: Path) -> None:
    ticket = world.register()
    [row] = attach(world, ticket, upload("a.pdf")).added
    attachments.withdraw(row, "  Jointe à la mauvaise demande ", author(world, "colleague"))
    row.refresh_from_db()
    event = last_event(ticket)
    assert (row.withdrawn_by, row.withdrawn_at) == (world.users["colleague"], event.recorded_at)
    assert (event.kind, event.data["sha256"]) == ("attachment_removed", row.sha256)
    assert event.texts.get().text == "Jointe à la mauvaise demande"
    assert on_disk(files_apart) == {row.key.hex}
    assert attachments.standing(ticket) == []


def test_withdrawing_needs_a_reason_and_is_done_once(world: World) -> None:
    ticket = world.register()
    [row] = attach(world, ticket, upload("a.pdf")).added
    with pytest.raises(InvalidCommand, match="Indiquez pourquoi") as refusal:
        attachments.withdraw(row, " ", author(world))
    assert refusal.value.field == "reason"
    attachments.withdraw(row, "Doublon", author(world))
    with pytest.raises(TransitionRefused, match="déjà été retirée"):
        attachments.withdraw(row, "Doublon", author(world))
    with pytest.raises(NotAllowed):
        attachments.withdraw(row, "Doublon", author(world, "other_agent"))


# --- Beside other acts --------------------------------------------------------------------------------------------


def test_an_attachment_makes_no_form_stale(world: World) -> None:
    ticket = world.act(world.register(), Take(), by="agent")
    attach(world, ticket, upload("a.pdf"), by="colleague")
    acts = [Correct({"subject": "Autre objet"}), Answer(datetime(2026, 11, 20, tzinfo=UTC).date())]
    written = world.act(ticket, *acts, by="agent", opened_version=ticket.version)
    assert (written.subject, written.state) == ("Autre objet", "answered")
    attach(world, written, upload("b.png", PNG))  # the proof of what was answered
    assert (verify_journal().different, check_deadlines().different) == ([], [])


def test_attaching_is_taken_back_from_the_list_not_by_undoing(world: World) -> None:
    ticket = world.act(world.register(), Take(), by="agent")
    attach(world, ticket, upload("a.pdf"))
    with pytest.raises(TransitionRefused, match="retirez-la de la liste"):
        world.act(ticket, Undo(), by="agent")
    assert Ticket.objects.get(pk=ticket.pk).state == "in_progress"


def test_undoing_an_act_made_with_files_keeps_the_files(world: World) -> None:
    """Registered, affected and attached in one act: the bureau is undone, the paper stays."""
    [file], _ = attachments.check_all([upload("a.pdf")])
    ticket = world.register(file.act, office="SEJ")
    undone = world.act(ticket, Undo(), by="agent")
    assert (undone.state, undone.office) == ("registered", None)
    event = last_event(ticket)
    assert event.data["events"] == [2]


# --- Never a file lost, never one left behind ---------------------------------------------------------------------


def test_a_refused_act_leaves_no_file(world: World, files_apart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise SillageError("Refusé.")

    monkeypatch.setattr(attachments, "insert_rows", refuse)
    ticket = world.register()
    with pytest.raises(SillageError):
        attach(world, ticket, upload("a.pdf"))
    assert on_disk(files_apart) == set()
    assert last_event(ticket).kind == "assigned"


@pytest.fixture
def full_disk() -> Iterator[None]:
    """A disk on which a file of 2 kB is cut short."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.postgresql  # SQLite is on the same disk
@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_is_full_keeps_no_half_of_a_file(world: World, files_apart: Path) -> None:
    ticket = world.register()
    long = upload("b.txt", b"long" * 1_000)
    done = attach(world, ticket, upload("a.txt", b"court"), long)
    assert [str(file) for file in done.refused] == [
        f"«\xa0{name}\xa0»\xa0: {attachments.UNSTORED}" for name in ("a.txt", "b.txt")
    ]
    assert on_disk(files_apart) == set()
    assert last_event(ticket).kind == "assigned"


def test_a_storage_that_takes_nothing_is_said_of_each_file(world: World, files_apart: Path) -> None:
    files_apart.mkdir()
    (files_apart / Attachment.FOLDER).write_text("no folder")
    done = attach(world, world.register(), upload("a.pdf"), upload("b.exe", PROGRAM))
    assert [file.name for file in done.refused] == ["b.exe", "a.pdf"]
    assert done.refused[1].message == attachments.UNSTORED
    assert not done.added


def test_a_file_whose_act_broke_off_is_kept_a_day_then_swept(
    world: World, files_apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the transaction was committed is not known: the file must not be lost before it is."""

    def break_off(*_args: Any) -> None:
        raise DatabaseError

    ticket = world.register()
    [kept] = attach(world, ticket, upload("b.png", PNG)).added
    with monkeypatch.context() as patch:
        patch.setattr(attachments, "insert_rows", break_off)
        with pytest.raises(DatabaseError):
            attach(world, ticket, upload("a.pdf"))
    [orphan] = on_disk(files_apart) - {kept.key.hex}
    (files_apart / "attachments" / "ab").mkdir(exist_ok=True)
    (files_apart / "attachments" / "ab" / "lisez-moi.txt").write_text("posé par l’administrateur")
    age(files_apart, datetime(2026, 11, 20, 8, 0, tzinfo=UTC))

    tasks.sweep_attachments()
    assert orphan in on_disk(files_apart)

    age(files_apart, datetime(2026, 11, 19, 8, 0, tzinfo=UTC))
    tasks.sweep_attachments()
    assert on_disk(files_apart) == {kept.key.hex, "lisez-moi.txt"}


def test_a_file_deleted_while_it_is_swept_stops_nothing(world: World, files_apart: Path) -> None:
    """An elimination deletes files too; a link to nothing is a file that has just gone."""
    for number in range(2):
        folder = files_apart / "attachments" / f"a{number}"
        folder.mkdir(parents=True)
        (folder / f"a{number}".ljust(32, "0")).symlink_to(folder / "gone")
    orphan = files_apart / "attachments" / "a1" / "a1".ljust(32, "f")
    orphan.write_bytes(PDF)
    os.utime(orphan, (0, 0))
    assert attachments.sweep(datetime(2026, 11, 20, tzinfo=UTC)) == 1
    assert not orphan.exists()


def age(folder: Path, moment: datetime) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_there_is_nothing_to_sweep_before_the_first_file(world: World) -> None:
    assert attachments.sweep(datetime(2026, 11, 20, tzinfo=UTC)) == 0


# --- Elimination --------------------------------------------------------------------------------------------------


def test_elimination_erases_the_file_and_its_name_and_keeps_the_hash(world: World, files_apart: Path) -> None:
    ticket = world.register()
    [gone, withdrawn] = attach(world, ticket, upload("M. Le Goff.pdf"), upload("b.png", PNG)).added
    attachments.withdraw(withdrawn, "Doublon", author(world))
    other = world.register()
    [kept] = attach(world, other, upload("c.pdf")).added
    at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

    with TestCase.captureOnCommitCallbacks(execute=True):
        assert attachments.erase(Attachment.objects.filter(ticket=ticket), at) == 2
        assert gone.key.hex in on_disk(files_apart)  # not before it is committed
    assert on_disk(files_apart) == {kept.key.hex}
    gone.refresh_from_db()
    assert (gone.name, gone.erased_at) == ("", at)
    assert gone.sha256 == hashlib.sha256(PDF).hexdigest()
    assert verify_journal().different == []
    assert attachments.erase(Attachment.objects.filter(ticket=ticket), at + timedelta(days=1)) == 0


def test_the_visa_of_the_archives_erases_the_files_with_the_texts(world: World, files_apart: Path) -> None:
    ticket = closed(world)
    attach(world, ticket, upload(f"{NAME}.pdf"))
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase_by_visa(world, listed(world))
    assert on_disk(files_apart) == set()
    assert ticket.attachments.get().name == ""
    assert verify_journal().different == []
    with pytest.raises(TransitionRefused, match="elle ne change plus"):
        attach(world, ticket, upload("a.png", PNG))
    assert on_disk(files_apart) == set()


def test_the_sweep_ends_an_elimination_that_was_cut_short(world: World, files_apart: Path) -> None:
    ticket = world.register()
    attach(world, ticket, upload("a.pdf"))
    with TestCase.captureOnCommitCallbacks(execute=False):
        attachments.erase(Attachment.objects.filter(ticket=ticket), datetime(2026, 11, 20, tzinfo=UTC))
    assert {found.problem for found in verify_journal().different} == {"file_kept"}
    age(files_apart, datetime(2026, 11, 18, tzinfo=UTC))
    tasks.sweep_attachments()
    assert on_disk(files_apart) == set()
    assert verify_journal().different == []


# --- Verification -------------------------------------------------------------------------------------------------


@pytest.fixture
def attached(world: World) -> Attachment:
    return attach(world, world.register(), upload("a.pdf")).added[0]


def problems() -> set[str]:
    return {found.problem for found in verify_journal().different}


def test_a_missing_file_is_named(attached: Attachment) -> None:
    default_storage.delete(attached.path)
    [found] = verify_journal().different
    assert (found.problem, found.reference) == ("file_missing", attached.ticket.reference)
    assert str(found) == (
        f"{attached.ticket.reference} : la pièce jointe {attached.key} n’a plus son fichier\xa0: reprenez-le dans une "
        "sauvegarde."
    )


def test_a_file_replaced_by_another_of_the_same_length_is_named(attached: Attachment) -> None:
    Path(default_storage.path(attached.path)).write_bytes(b"x" * len(PDF))
    assert problems() == {"file_edited"}


@pytest.mark.parametrize(
    ("column", "value"), [("sha256", "0" * 64), ("size", 1), ("type", "txt"), ("withdrawn_at", datetime.now(UTC))]
)
def test_a_row_changed_by_hand_is_named(attached: Attachment, column: str, value: Any) -> None:
    Attachment.objects.filter(pk=attached.pk).update(**{column: value})
    assert problems() == {"attachment_edited"}


def test_a_row_taken_away_or_put_there_by_hand_is_named(attached: Attachment, world: World) -> None:
    other = world.register()
    Attachment.objects.filter(pk=attached.pk).update(ticket=other)
    assert problems() == {"attachment_removed", "attachment_unknown"}
    Attachment.objects.filter(pk=attached.pk).delete()
    assert problems() == {"attachment_removed"}


def test_each_night_reads_its_share_and_looks_at_all(
    attached: Attachment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, frozen: Any
) -> None:
    Path(default_storage.path(attached.path)).write_bytes(b"x" * len(PDF))
    first, noticed = datetime(2026, 11, 21, tzinfo=UTC), []
    for night in range(30):
        frozen.move_to(first + timedelta(days=night))
        caplog.clear()
        tasks.verify()
        noticed += [night for record in caplog.records if "file_edited" in record.getMessage()]
    assert len(noticed) == 1
    default_storage.delete(attached.path)
    tasks.verify()
    assert any("file_missing" in record.getMessage() for record in caplog.records)


def test_a_registration_refused_by_the_writer_keeps_no_file(world: World, files_apart: Path) -> None:
    checked, _ = attachments.check_all([upload("a.pdf")])
    with pytest.raises(SillageError), attachments.stored(checked):
        writers.write_one(world.register().pk, [Take()], author(world, "copil"))
    assert on_disk(files_apart) == set()
