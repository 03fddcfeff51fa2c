"""What leaves by e-mail: reference, bureau, date, link. Never who wrote, nor what."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.mail import EmailMessage

from notifications import delivery
from notifications.composing import compose
from notifications.messages import ALERT, DIGEST
from notifications.models import Notification
from notifications.sweeping import sweep
from notifications.tasks import send_digests
from tests.factories import World
from tracker import absences, pending, writers
from tracker.commands import Answer, Assign, Hold, Reopen
from tracker.models import Office, Outbox, Ticket, User

FRIDAY = date(2026, 11, 20)
SECRETS = {"sender_name": "Mme Gwenaëlle Secret", "subject": "Objet Secret", "body": "Texte Secret"}


@pytest.fixture(autouse=True)
def looked_at_today(world: World) -> None:
    sweep()
    pending.drain_all()
    Notification.objects.all().delete()
    Outbox.objects.all().delete()


def message(kind: str = ALERT) -> EmailMessage | None:
    (row,) = Outbox.objects.filter(kind=kind)
    return compose(row)


def given(world: World, count: int = 1) -> list[Ticket]:
    tickets = [world.register(assignee="agent", by="supervisor", **SECRETS) for _ in range(count)]
    pending.drain_all()
    return tickets


def digest(frozen: Any, day: int) -> None:
    frozen.move_to(datetime(2026, 11, day, 5, 1, tzinfo=UTC))
    sweep()
    frozen.move_to(datetime(2026, 11, day, 7, 3, tzinfo=UTC))
    send_digests()


def test_one_demande_is_named_in_the_subject(world: World) -> None:
    (ticket,) = given(world)
    mail = message()
    assert mail is not None
    assert mail.subject == f"{ticket.reference}\xa0: confiée à vous"
    assert mail.to == ["agent@44.example.test"]
    assert mail.extra_headers == {"Auto-Submitted": "auto-generated"}
    assert "1 demande vous est confiée" in mail.body
    assert f"- {ticket.reference}, Bureau du séjour, au plus tard lundi 23 novembre" in mail.body
    assert f"https://sillage.example.test/demandes/{ticket.reference}/" in mail.body
    assert "https://sillage.example.test/notifications/choix/" in mail.body


def test_nothing_personal_leaves(world: World, frozen: Any) -> None:
    """Of every kind at once: neither the sender, nor the subject, nor who did it."""
    reopened = world.register(Answer(FRIDAY), assignee="agent", by="agent", **SECRETS)
    world.act(reopened, Reopen(note="Note Secret"), by="colleague")
    world.register(Hold(FRIDAY, date(2026, 11, 24)), assignee="agent", by="agent", **SECRETS)
    given(world, 3)
    for day in range(20, 31):
        frozen.move_to(datetime(2026, 11, day, 7, 3, tzinfo=UTC))
        sweep()
        send_digests()
    mails = [mail for mail in map(compose, Outbox.objects.all()) if mail]
    assert len(mails) > 3
    for mail in mails:
        sent = mail.message().as_string() + mail.subject + mail.body
        assert not [word for word in ("Secret", "Gwena", "Mairie", "Colleague", "Supervisor") if word in sent]
        assert [len(line) for line in mail.body.splitlines() if len(line) > 200] == []


def test_twelve_are_one_message_with_its_count(world: World) -> None:
    given(world, 12)
    mail = message()
    assert mail is not None
    assert mail.subject == "12 demandes vous sont confiées"
    assert mail.body.count("https://sillage.example.test/demandes/") == 12


def test_three_hundred_are_not_all_named(world: World) -> None:
    given(world, 53)
    mail = message()
    assert mail is not None
    assert mail.body.count("/demandes/") == 50
    assert "et 3 de plus" in mail.body


def test_what_was_read_meanwhile_does_not_leave(world: World, frozen: Any) -> None:
    given(world)
    Notification.objects.update(read_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert message() is None


def test_what_was_answered_meanwhile_does_not_leave(world: World) -> None:
    first, second = given(world, 2)
    world.act(first, Answer(FRIDAY), by="agent")
    mail = message()
    assert mail is not None
    assert first.reference not in mail.body
    assert second.reference in mail.body
    world.act(second, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="agent")
    (row,) = Outbox.objects.filter(user=world.users["agent"])
    assert compose(row) is None


def test_who_has_lost_the_right_or_the_account_gets_nothing(world: World) -> None:
    (ticket,) = given(world)
    Office.objects.filter(pk=world.offices["SEJ"].pk).update(is_sensitive=True)
    assert message() is not None  # its own agent still
    world.act(ticket, Assign(world.offices["DOT"].pk), by="supervisor")
    assert message() is None
    world.act(ticket, Assign(world.offices["SEJ"].pk, world.users["agent"].pk), by="director")
    User.objects.filter(pk=world.users["agent"].pk).update(is_active=False)
    assert message() is None


def test_a_morning_is_one_message_by_heading(world: World, frozen: Any) -> None:
    for due_on in (FRIDAY, FRIDAY, date(2026, 11, 24)):
        ticket = world.register(assignee="agent", by="agent", **SECRETS)
        Ticket.objects.filter(pk=ticket.pk).update(due_on=due_on)
    frozen.move_to(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    world.register(assignee="agent", by="supervisor", **SECRETS)  # on a Sunday, from home
    pending.drain_all()
    digest(frozen, 23)
    mail = message(DIGEST)
    assert Outbox.objects.filter(user=world.users["agent"]).count() == 1
    assert mail is not None
    assert mail.subject == "4 demandes à suivre"
    titles = ["1 demande vous est confiée", "1 demande arrive à échéance", "2 demandes sont en retard"]
    assert [title for title in mail.body.splitlines() if title in titles] == titles
    assert "Voici votre récapitulatif du jour." in mail.body


def test_once_a_day_and_not_on_a_closed_one(world: World, frozen: Any) -> None:
    ticket = world.register(assignee="agent", by="agent")
    Ticket.objects.filter(pk=ticket.pk).update(due_on=FRIDAY)
    for hour in range(72):
        frozen.move_to(datetime(2026, 11, 21, 0, 3, tzinfo=UTC).replace(day=21 + hour // 24, hour=hour % 24))
        sweep()
        send_digests()
    sent = Outbox.objects.filter(kind=DIGEST, user=world.users["agent"])
    assert [row.next_try_at for row in sent] == [datetime(2026, 11, 23, 7, 3, tzinfo=UTC)]


def test_on_returning_one_message_says_what_waits_and_what_was_done(world: World, frozen: Any) -> None:
    terms = absences.Terms(FRIDAY, date(2026, 11, 25), world.users["colleague"])
    absences.record(world.prefecture, world.users["agent"], terms, writers.Author(user=world.user("supervisor")))
    first, second = given(world, 2)
    world.act(first, Answer(FRIDAY), by="colleague")
    for day in (23, 24, 25):
        digest(frozen, day)
    assert not Outbox.objects.filter(user=world.users["agent"]).exists()
    digest(frozen, 26)
    (row,) = Outbox.objects.filter(user=world.users["agent"])
    mail = compose(row)
    assert mail is not None
    assert "Pendant votre absence, voici ce qui vous attend. Le reste (1) a été traité entre-temps." in mail.body
    assert second.reference in mail.body
    assert first.reference not in mail.body


def test_a_server_that_comes_back_at_night_sends_nothing_before_the_morning(
    world: World, frozen: Any, mailoutbox: list[EmailMessage]
) -> None:
    given(world)
    (row,) = Outbox.objects.all()
    frozen.move_to(datetime(2026, 11, 20, 17, 30, tzinfo=UTC))  # half past six, on a Friday
    assert delivery.deliver_due() == 0
    row.refresh_from_db()
    monday = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert (row.next_try_at, row.attempts, row.done_at, row.outcome) == (monday, 0, None, "")
    frozen.move_to(monday)
    assert delivery.deliver_due() == 1
    assert [mail.to for mail in mailoutbox] == [["agent@44.example.test"]]


def test_an_account_without_role_gets_nothing(world: World) -> None:
    given(world)
    world.users["agent"].memberships.all().delete()
    assert message() is None
