"""Kinds, themes, mailboxes: added, renamed, withdrawn, never taken from what uses them."""

import pytest

from tests.factories import World, make_world
from tracker import cataloguing
from tracker.cataloguing import MailboxTerms
from tracker.enums import Machine, Purpose
from tracker.errors import InvalidCommand
from tracker.models import Event, Mailbox, Prefecture, TicketKind
from tracker.writers import Author


def by(world: World) -> Author:
    return Author(user=world.user("quality"))


def add_kind(world: World, label: str = "Modification du SVI", purpose: str = Purpose.UPDATE) -> TicketKind:
    return cataloguing.add_kind(world.prefecture, label, Machine.REPLY, purpose, by(world))


def test_a_kind_of_the_prefecture_lives_like_the_others(world: World) -> None:
    kind = add_kind(world)
    assert (kind.code, kind.machine, kind.purpose) == ("modification-du-svi", "reply", "update")
    ticket = world.register(kind=kind.code)
    assert ticket.due_on is None, "no rule gives it a delay yet"
    cataloguing.rename_kind(kind, "Modification du serveur vocal", by(world))
    kind.refresh_from_db()
    assert (kind.code, kind.label) == ("modification-du-svi", "Modification du serveur vocal")
    cataloguing.offer(kind, by(world), offered=False)
    ticket.refresh_from_db()
    assert ticket.kind == kind
    assert [event.kind for event in Event.objects.filter(stream="ticketkind").order_by("number")] == [
        "created", "changed", "withdrawn",
    ]  # fmt: skip


def test_codes_are_never_shared(world: World) -> None:
    first = add_kind(world, "Avis d’enquête")
    cataloguing.rename_kind(first, "Autre chose", by(world))
    assert add_kind(world, "Avis d’enquête").code == "avis-denquete-2"
    assert add_kind(world, "€€").code == "type"


@pytest.mark.parametrize(
    ("label", "purpose", "field"),
    [
        ("", Purpose.REPLY, "label"),
        ("x" * 61, Purpose.REPLY, "label"),
        ("courriers et COURRIELS", Purpose.REPLY, "label"),
        ("Nouveau", Purpose.MEETING, "purpose"),
    ],
)
def test_a_kind_that_does_not_hold_is_refused(world: World, label: str, purpose: str, field: str) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        add_kind(world, label, purpose)
    assert refusal.value.field == field
    assert world.prefecture.kinds.count() == 4


def test_the_mailroom_keeps_its_kind(world: World) -> None:
    with pytest.raises(InvalidCommand, match="service du courrier"):
        cataloguing.offer(world.kind("correspondence"), by(world), offered=False)
    assert cataloguing.offer(world.kind("complaint"), by(world), offered=False)
    assert not cataloguing.offer(world.kind("complaint"), by(world), offered=False)
    assert cataloguing.offer(world.kind("complaint"), by(world), offered=True)


def test_a_theme_is_unique_whatever_its_accents(world: World) -> None:
    theme = cataloguing.add_theme(world.prefecture, "Élevage", by(world))
    with pytest.raises(InvalidCommand, match="déjà pris"):
        cataloguing.add_theme(world.prefecture, "ELEVAGE", by(world))
    assert cataloguing.rename_theme(theme, "ÉLEVAGE", by(world)), "one's own name is no clash"
    make_world("35", "35")
    assert cataloguing.add_theme(Prefecture.objects.get(code="35"), "Élevage", Author()).code == "elevage"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (MailboxTerms(""), "name"),
        (MailboxTerms("CONTACT"), "name"),
        (MailboxTerms("Autre", "pas une adresse"), "address"),
        (MailboxTerms("Autre", "Contact@example.test"), "address"),
    ],
)
def test_a_mailbox_that_does_not_hold_is_refused(world: World, terms: MailboxTerms, field: str) -> None:
    cataloguing.add_mailbox(world.prefecture, MailboxTerms("Contact", "contact@example.test"), by(world))
    with pytest.raises(InvalidCommand) as refusal:
        cataloguing.add_mailbox(world.prefecture, terms, by(world))
    assert refusal.value.field == field


def test_a_mailbox_is_read_by_a_bureau_of_the_prefecture_in_service(world: World) -> None:
    elsewhere, office = make_world("35", "35"), world.offices["DOT"]
    box = cataloguing.add_mailbox(world.prefecture, MailboxTerms("Contact", "", office), by(world))
    office.is_active = False
    office.save()
    assert cataloguing.change_mailbox(box, MailboxTerms("Contact 2", "", office), by(world)), "kept where it was"
    for wrong, words in ((elsewhere.offices["SEJ"], "n’existe pas"), (office, "fermé")):
        with pytest.raises(InvalidCommand, match=words):
            cataloguing.add_mailbox(world.prefecture, MailboxTerms("Autre", "", wrong), by(world))
    assert Mailbox.objects.get().name == "Contact 2"


def test_closing_by_itself_is_a_setting(world: World) -> None:
    assert cataloguing.change_closing(world.prefecture, 15, by(world))
    assert not cataloguing.change_closing(world.prefecture, 15, by(world))
    for days in (0, 251):
        with pytest.raises(InvalidCommand, match="1 à 250"):
            cataloguing.change_closing(world.prefecture, days, by(world))
    event = Event.objects.get(stream="prefecture", kind="changed")
    assert (event.data["before"], event.data["after"]) == ({"close_after_days": 10}, {"close_after_days": 15})
