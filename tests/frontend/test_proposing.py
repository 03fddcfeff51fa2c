"""The bureau and the theme proposed while registering: on what evidence, to whom, and never in place of a choice."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from frontend.proposing import Clues, Proposals, proposals
from tests.factories import World, make_world
from tests.frontend.test_registering import Desk, text
from tracker import writers
from tracker.commands import Assign, Correct, Dismiss, SendBack, Take
from tracker.enums import DismissalReason
from tracker.models import Mailbox, Office, Theme, Ticket
from tracker.writers import Author

TODAY = date(2026, 11, 20)
SENDER = "Mairie d’Orvault"


def proposed(world: World, by: str = "quality", **clues: Any) -> Proposals:
    typed = Clues(**({"sender": SENDER} | clues))
    return proposals(world.prefecture, world.user(by), typed, TODAY)


def office(found: Proposals) -> tuple[str, str] | None:
    return (found.office.label, found.office.reason) if found.office else None


@pytest.fixture
def theme(world: World) -> Theme:
    found = world.prefecture.themes.first()
    assert found is not None
    return found


# --- The sender's last demande ------------------------------------------------------------------------------------


def test_bureau_and_theme_of_the_sender_s_last_demande_with_the_reason(world: World, theme: Theme) -> None:
    world.register(sender_name=SENDER, office="DOT", received_on=date(2026, 11, 2))
    world.register(sender_name="MAIRIE D'ORVAULT", office="SEJ", received_on=date(2026, 11, 9), theme_id=theme.pk)
    world.register(sender_name="Une autre", office="DOT", received_on=date(2026, 11, 16))
    found = proposed(world)
    reason = "comme la dernière demande de cet expéditeur, reçue le 9 novembre"
    assert office(found) == ("Bureau du séjour", reason)
    assert found.theme is not None
    assert (found.theme.pk, found.theme.label, found.theme.reason) == (theme.pk, theme.label, reason)


def test_a_name_but_for_its_particle_is_proposed_as_a_neighbour_and_the_very_name_before_it(world: World) -> None:
    world.register(sender_name="Mairie de Rezé", office="SEJ", received_on=date(2026, 11, 9))
    near = "comme la dernière demande d’un expéditeur de nom voisin, reçue le 9 novembre"
    assert office(proposed(world, sender="Mairie Rezé")) == ("Bureau du séjour", near)
    world.register(sender_name="Mairie Rezé", office="DOT", received_on=date(2026, 11, 2))
    same = "comme la dernière demande de cet expéditeur, reçue le 2 novembre"
    assert office(proposed(world, sender="Mairie Rezé")) == ("Bureau des dotations", same)


def test_nobody_known_nothing_typed_nothing_proposed(world: World) -> None:
    world.register(sender_name=SENDER)
    for sender in ("Personne", "", "  ", "\0"):
        assert proposed(world, sender=sender) == Proposals()


def test_a_bureau_closed_and_a_theme_withdrawn_are_not_proposed_nor_an_older_one_in_their_place(
    world: World, theme: Theme
) -> None:
    world.register(sender_name=SENDER, office="DOT", received_on=date(2026, 11, 2))
    world.register(sender_name=SENDER, office="SEJ", received_on=date(2026, 11, 9), theme_id=theme.pk)
    Office.objects.filter(code="SEJ").update(is_active=False)
    Theme.objects.filter(pk=theme.pk).update(is_active=False)
    assert proposed(world) == Proposals()


@pytest.mark.parametrize("reason", [DismissalReason.REGISTRATION_ERROR, DismissalReason.OUT_OF_SCOPE])
def test_a_registration_by_mistake_is_no_evidence(world: World, reason: DismissalReason) -> None:
    ticket = world.register(sender_name=SENDER)
    world.act(ticket, Dismiss(reason, TODAY), by="agent")
    assert (proposed(world).office is None) == (reason == DismissalReason.REGISTRATION_ERROR)


def test_a_merged_demande_leaves_the_evidence_to_the_one_kept(world: World) -> None:
    kept = world.register(sender_name=SENDER, office="DOT", received_on=date(2026, 11, 9))
    merged = world.register(sender_name=SENDER, office="SEJ", received_on=date(2026, 11, 10))
    writers.merge(merged.pk, kept.pk, Author())
    found = office(proposed(world))
    assert found is not None and found[0] == "Bureau des dotations"


def test_what_the_sender_became_by_a_correction_or_an_elimination_is_no_evidence(world: World) -> None:
    ticket = world.register(sender_name=SENDER)
    world.act(ticket, Correct({"sender_name": "Quelqu’un d’autre"}))
    assert proposed(world) == Proposals()
    Ticket.objects.filter(pk=ticket.pk).update(sender_name="", eliminated_on=TODAY)
    assert proposed(world, sender="Quelqu’un d’autre") == Proposals()


# --- Rights -------------------------------------------------------------------------------------------------------


def test_what_others_did_out_of_sight_is_no_trace(world: World, theme: Theme) -> None:
    world.register(sender_name=SENDER, office="ASI", by="asylum_agent", theme_id=theme.pk)
    for person in ("agent", "other_agent", "mailroom", "quality", "branch_quality"):
        assert proposed(world, person) == Proposals()
        assert proposed(world, person, sender="", theme=theme) == Proposals()
    assert proposed(world, "asylum_agent").office is not None


def test_another_prefecture_is_no_evidence(world: World) -> None:
    elsewhere = make_world("49", "49")
    elsewhere.register(sender_name=SENDER)
    assert proposed(world) == Proposals()
    assert proposals(world.prefecture, elsewhere.user("quality"), Clues(SENDER), TODAY) == Proposals()
    stranger = Mailbox.objects.create(prefecture=elsewhere.prefecture, name="contact", office=elsewhere.offices["SEJ"])
    assert proposed(world, mailbox=stranger, kept_office_id=elsewhere.offices["DOT"].pk) == Proposals()


def test_a_person_knows_where_they_sent_it_themselves_but_not_what_became_of_it(world: World, theme: Theme) -> None:
    ticket = world.register(sender_name=SENDER, office="DOT", by="agent", theme_id=theme.pk)
    assert not Ticket.objects.visible_to(world.user("agent")).exists()
    sent = ("Bureau des dotations", "comme la dernière demande de cet expéditeur, reçue le 16 novembre")
    assert office(proposed(world, "agent")) == sent
    world.act(ticket, Assign(world.offices["ASI"].pk), Correct({"received_on": date(2026, 11, 12)}), by="director")
    assert office(proposed(world, "agent")) == sent
    assert proposed(world, "agent").theme is None
    assert proposed(world, "colleague") == Proposals()


def test_a_bureau_that_sent_it_back_is_not_proposed_again_to_the_mailroom(world: World) -> None:
    ticket = world.register(sender_name=SENDER, office="SEJ", by="mailroom", by_mailroom=True)
    world.act(ticket, Take(), by="agent")
    assert proposed(world, "mailroom").office is not None
    world.act(ticket, SendBack("Pas pour nous"), by="agent")
    assert proposed(world, "mailroom") == Proposals()


# --- Other evidence -----------------------------------------------------------------------------------------------


def test_for_an_unknown_sender_the_bureau_of_the_mailbox(world: World) -> None:
    mailbox = Mailbox.objects.create(prefecture=world.prefecture, name="sejour", office=world.offices["SEJ"])
    assert office(proposed(world, mailbox=mailbox)) == ("Bureau du séjour", "qui suit la boîte «\xa0sejour\xa0»")
    Office.objects.filter(code="SEJ").update(is_active=False)
    assert proposed(world, mailbox=mailbox) == Proposals()


def test_then_the_bureau_of_most_demandes_of_the_theme_with_the_count(world: World, theme: Theme) -> None:
    for code in ("SEJ", "SEJ"):
        world.register(office=code, theme_id=theme.pk)
    assert proposed(world, theme=theme) == Proposals()  # two are no habit
    world.register(office="DOT", theme_id=theme.pk)
    world.register(office="SEJ", theme_id=theme.pk)
    assert office(proposed(world, theme=theme)) == (
        "Bureau du séjour", "comme 3 des 4 dernières demandes de ce thème"
    )  # fmt: skip
    for _ in range(2):
        world.register(office="DOT", theme_id=theme.pk)
    assert proposed(world, theme=theme) == Proposals()  # three of six are no majority


def test_last_the_bureau_of_the_demande_registered_before(world: World) -> None:
    kept = world.offices["DOT"].pk
    assert office(proposed(world, kept_office_id=kept)) == ("Bureau des dotations", "comme la demande précédente")
    world.register(sender_name=SENDER, office="SEJ")
    found = office(proposed(world, kept_office_id=kept))
    assert found is not None and found[0] == "Bureau du séjour"


def test_as_many_queries_for_a_long_history_as_for_a_short_one(world: World, theme: Theme) -> None:
    user = world.user("mailroom")
    assert user.scope
    mailbox = Mailbox.objects.create(prefecture=world.prefecture, name="contact", office=world.offices["SEJ"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            proposals(world.prefecture, user, Clues(SENDER, mailbox, theme), TODAY)
        return len(captured)

    world.register(sender_name=SENDER, by="mailroom", by_mailroom=True, theme_id=theme.pk)
    first = queries()
    for _ in range(30):
        world.register(sender_name=SENDER, by="mailroom", by_mailroom=True, theme_id=theme.pk)
    assert queries() == first


# --- On the page --------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(world: World, client: Client) -> Callable[..., Desk]:
    def by(person: str = "mailroom", kind: str = "correspondence") -> Desk:
        return Desk(client, world, person, kind)

    return by


def test_live_the_proposal_stands_beside_its_field_and_changes_nothing(world: World, desk) -> None:
    world.register(sender_name=SENDER, office="SEJ", by="mailroom", by_mailroom=True)
    person = desk()
    typed = person.typed(live="1", sender_name="mairie d'orvault", office="")
    page = text(person.client.post(person.url, typed, headers={"HX-Request": "true"}))
    assert 'id="proposal-office"' in page
    assert "Bureau du séjour, </span>comme la dernière demande de cet expéditeur, reçue le 16 novembre." in page
    assert Ticket.objects.count() == 1


def test_without_javascript_a_refused_form_says_it_as_a_help_and_chooses_nothing(world: World, desk) -> None:
    world.register(sender_name=SENDER, office="SEJ", by="mailroom", by_mailroom=True)
    response = desk().send(sender_name=SENDER, office="", subject="")
    assert response.status_code == 422
    assert "Bureau du séjour, </span>comme la dernière demande" in text(response)
    assert not response.context["form"]["office"].value()
    desk().send(sender_name=SENDER, office="", token=str(uuid.uuid4()))
    assert Ticket.objects.latest("pk").office is None


def test_the_bureau_kept_by_save_and_next_is_only_proposed(world: World, desk) -> None:
    response = desk().send(follow=True, next="1", sender_name=SENDER, office=world.offices["DOT"].pk)
    form = response.context["form"]
    assert form["office"].value() == world.offices["DOT"].pk
    assert f'data-sillage-auto="{world.offices["DOT"].pk}"' in str(form["office"])
    assert form["kept_office"].value() == world.offices["DOT"].pk
    assert "data-sillage-auto" not in str(desk("agent").open().context["form"]["office"])


@pytest.mark.parametrize("typed", ["x", "-1", "9" * 40, "²", ""])
def test_a_kept_bureau_that_is_none_is_forgotten(world: World, desk, typed: str) -> None:
    assert desk().open(bureau=typed).status_code == 200
    assert desk().send(kept_office=typed, live="1").status_code == 200
