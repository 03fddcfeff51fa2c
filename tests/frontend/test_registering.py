"""« Enregistrer »: one form per kind, once per sending, nothing typed lost, nothing shown that is not one's own."""

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from frontend import drafts
from frontend.models import FormDraft, Submission
from tests.factories import World
from tracker import clock
from tracker.commands import Answer
from tracker.enums import DismissalReason, Outcome, State
from tracker.models import Channel, Correspondent, Event, Mailbox, Nature, Ticket, TicketKind


class Desk:
    """One person before « Enregistrer »."""

    def __init__(self, client: Client, world: World, by: str, kind: str = "correspondence") -> None:
        client.force_login(world.user(by))
        self.client, self.world, self.url = client, world, reverse("register", args=[kind])

    def open(self, **query: str) -> Any:
        return self.client.get(self.url, query)

    def typed(self, **changes: Any) -> dict[str, Any]:
        typed = {
            "token": str(uuid.uuid4()),
            "received_on": "20/11/2026",
            "channel": Channel.objects.get(code="email").pk,
            "nature": Nature.objects.get(code="general_information").pk,
            "module": 1,
            "office": self.world.offices["SEJ"].pk,
            "site": self.world.site.pk,
            "sender_name": "Mairie d’Orvault",
            "subject": "Subvention",
            "take": "on",
        } | changes
        return {name: value for name, value in typed.items() if value is not None}

    def send(self, follow: bool = False, **changes: Any) -> Any:
        return self.client.post(self.url, self.typed(**changes), follow=follow)


@pytest.fixture
def desk(world: World, client: Client):
    def by(person: str = "agent", kind: str = "correspondence") -> Desk:
        return Desk(client, world, person, kind)

    return by


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " ").replace("&nbsp;", " "))


# --- The usual ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["correspondence", "complaint", "meeting_request", "site_update"])
def test_form_opens_for_each_kind_with_its_deadline(world: World, desk, kind: str) -> None:
    response = desk(kind=kind).open()
    form = response.context["form"]
    assert response.status_code == 200
    assert form["received_on"].value() == "20/11/2026"
    assert form["office"].value() == world.offices["SEJ"].pk
    assert ("page" in form.fields) is (kind == "site_update")
    assert ("about" in form.fields) is (kind == "complaint")
    assert ("met_on" in form.fields) is (kind == "meeting_request")
    assert "Pourquoi cette date" in text(response)
    assert ("Mis en ligne le" in text(response)) is (kind == "site_update")
    assert ("Répondu le" in text(response)) is (kind in ("correspondence", "complaint"))


def test_kind_added_as_data_gets_the_form(world: World, desk) -> None:
    TicketKind.objects.create(prefecture=world.prefecture, code="svi", label="Modification du SVI", machine="reply")
    person = desk(kind="svi")
    assert "sans délai" in text(person.open()).lower()
    assert "Elle est sans délai défini" in text(person.send(follow=True))
    assert Ticket.objects.get().due_on is None


def test_what_is_registered_late_already_is_said_so(world: World, desk) -> None:
    page = text(desk().send(follow=True, received_on="02/11/2026"))
    assert "enregistrée. L’échéance, lundi 9 novembre, est déjà passée." in page
    assert "attendue au plus tard" not in page


def test_agent_registers_and_takes(world: World, desk) -> None:
    response = desk().send(follow=True)
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.assignee, ticket.by_mailroom) == (State.IN_PROGRESS, world.users["agent"], False)
    assert response.redirect_chain == [(reverse("ticket", args=[ticket.reference]), 302)]
    page = text(response)
    assert f">{ticket.reference}</a> enregistrée. Réponse attendue au plus tard vendredi 27 novembre" in page
    assert Correspondent.objects.get().name == "Mairie d’Orvault"
    assert Event.objects.filter(stream="ticket").values("act_id").distinct().count() == 1


def test_agent_registers_for_another_bureau_and_loses_sight_of_it(world: World, desk) -> None:
    response = desk().send(follow=True, office=world.offices["DOT"].pk)
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.assignee) == (State.ASSIGNED, None)  # « je m’en occupe » is of one's own bureau
    page = text(response)
    assert f"Demande {ticket.reference} enregistrée" in page
    assert reverse("ticket", args=[ticket.reference]) not in page


def test_mailroom_registers_with_or_without_a_bureau(world: World, desk) -> None:
    person = desk("mailroom")
    person.send(office="")
    person.send(office=world.offices["DOT"].pk)
    first, second = Ticket.objects.order_by("pk")
    assert (first.state, first.by_mailroom) == (State.REGISTERED, True)
    assert (second.state, second.office) == (State.ASSIGNED, world.offices["DOT"])
    assert desk("agent").send(office="").status_code == 422


def test_next_keeps_date_channel_and_bureau(world: World, desk) -> None:
    letter = Channel.objects.get(code="letter").pk
    response = desk().send(follow=True, next="1", received_on="19/11", channel=letter)
    form = response.context["form"]
    assert form["received_on"].value() == "19/11"
    assert str(form["channel"].value()) == str(letter)
    assert not form["sender_name"].value()
    assert "enregistrée. Réponse attendue" in text(response)
    assert "Orvault" not in response.redirect_chain[0][0]


def test_after_the_fact_is_one_act(world: World, desk) -> None:
    page = text(desk().send(follow=True, received_on="10/11", answered_on="20/11"))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.answered_on) == (State.ANSWERED, date(2026, 11, 20))
    assert ticket.deadlines.get().outcome == Outcome.LATE
    assert "Réponse enregistrée, hors délai." in page
    assert Event.objects.filter(stream="ticket").values("act_id").distinct().count() == 1
    assert ticket.registered_at.date() == date(2026, 11, 20)  # late logging stays visible


def test_answer_without_date(world: World, desk) -> None:
    desk().send(undated="on")
    ticket = Ticket.objects.get()
    assert (ticket.undated, ticket.deadlines.get().outcome) == (True, Outcome.LATE)


def test_meeting_after_the_fact(world: World, desk) -> None:
    person = desk(kind="meeting_request")
    assert person.send(meeting_on="20/11").status_code == 422
    person.send(received_on="16/11", proposed_on="17/11", meeting_on="20/11", met_on="20/11", place="Salle A")
    ticket = Ticket.objects.get()
    assert ticket.state == State.MET
    assert ticket.meeting_request.met_on == date(2026, 11, 20)


def test_details_are_kept(world: World, desk) -> None:
    desk(kind="site_update").send(page="/passeports")
    desk(kind="complaint").send(about=world.offices["DOT"].pk)
    assert Ticket.objects.get(kind__code="site_update").site_update.page == "/passeports"
    assert Ticket.objects.get(kind__code="complaint").complaint.about == world.offices["DOT"]


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("received_on", "21/11", "dans le futur"),
        ("received_on", "01/01/1900", "sort du calendrier"),
        ("received_on", "01/01/2060", "sort du calendrier"),
        ("received_on", "30/02", "n’est pas une date"),
        ("answered_on", "19/11", "précède l’arrivée"),
        ("answered_on", "23/11", "dans le futur"),
        ("postmark_on", "2026-11-21", "postérieur à l’arrivée"),
        ("subject", "x" * 10_000, "dépasse 500 caractères (10000)"),
        ("sender_name", "y" * 201, "dépasse 200 caractères"),
        ("sender_name", "  ", "Indiquez l’expéditeur"),
        ("office", "999999", "choix"),
    ],
)
def test_bad_input_is_said_beside_its_field(world: World, desk, field: str, typed: str, words: str) -> None:
    response = desk().send(**{field: typed})
    assert response.status_code == 422
    assert words in str(response.context["form"].errors[field]).replace("\xa0", " ")
    assert "Mairie d’Orvault" in text(response) or field == "sender_name"
    if field != "office":
        assert response.context["form"][field].value() == typed
    assert not Ticket.objects.exists()
    assert not Submission.objects.exists()


def test_emoji_stays_and_nul_goes(world: World, desk) -> None:
    desk().send(sender_name="Mme 🦊\x00 Renard", subject="Objet\x00", body="Ligne 1\r\nLigne 2")
    ticket = Ticket.objects.get()
    assert (ticket.sender_name, ticket.subject, ticket.body) == ("Mme 🦊 Renard", "Objet", "Ligne 1\nLigne 2")


def test_garbage_in_the_address_and_the_hidden_fields(world: World, desk) -> None:
    person = desk()
    assert person.open(recu="<b>", canal="x", bureau="9'9", reprendre="zz").status_code == 200
    assert "<b>" not in person.open(recu="<b>").content.decode()
    assert person.send(token="pas-un-jeton").status_code == 422
    assert person.send(site=world.branch.pk).status_code == 422  # not where this person's mail arrives
    assert person.client.post(person.url, {"forget": "zz"}).status_code == 404


# --- Once -------------------------------------------------------------------------------------------------------------


def test_same_form_sent_twice_registers_once(world: World, desk) -> None:
    person, token = desk(), str(uuid.uuid4())
    first, second = person.send(token=token), person.send(token=token)
    assert first["Location"] == second["Location"]
    assert "déjà enregistrée : ce formulaire avait été envoyé" in text(person.client.get(second["Location"]))
    assert Ticket.objects.count() == 1


def test_form_taken_back_and_changed_registers_another(world: World, desk) -> None:
    person, token = desk(), str(uuid.uuid4())
    person.send(token=token)
    person.send(token=token, subject="Tout autre chose")
    assert Ticket.objects.count() == 2


def test_the_token_of_somebody_else_opens_and_closes_nothing(world: World, desk) -> None:
    token = str(uuid.uuid4())
    own = desk().send(token=token)
    other = desk("colleague").send(token=token)
    assert (own.status_code, other.status_code) == (302, 302)
    assert own["Location"] != other["Location"]
    assert {ticket.registered_by for ticket in Ticket.objects.all()} == {world.users["agent"], world.users["colleague"]}


# --- Told while it is typed ------------------------------------------------------------------------------------------


def test_deadline_follows_what_is_typed_and_registers_nothing(world: World, desk) -> None:
    person = desk()
    letter = Channel.objects.get(code="letter").pk
    page = text(person.send(live="1", channel=letter, received_on="10/11", sender_name="", subject=""))
    assert "Au plus tard mercredi 25 novembre" in page
    assert "<html" not in page
    assert "Hors délai : réponse partie" in text(person.send(live="1", received_on="10/11", answered_on="20/11"))
    assert "dans le futur" in text(person.send(live="1", received_on="25/11"))
    assert not Ticket.objects.exists()


def test_duplicates_among_what_one_may_read(world: World, desk) -> None:
    near = world.register(sender_name="Mairie d’Orvault", subject="Subvention DETR", received_on=date(2026, 11, 18))
    old = world.register(sender_name="Mairie d’Orvault", subject="Subvention", received_on=date(2026, 9, 20))
    world.register(sender_name="Mairie d’Orvault", subject="Autre chose", received_on=date(2026, 9, 20))
    hidden = world.register(
        sender_name="Mairie d’Orvault",
        subject="Subvention",
        received_on=date(2026, 11, 19),
        office="DOT",
        by="director",
    )
    page = text(desk().send(live="1"))
    assert near.reference in page
    assert old.reference in page  # same subject
    assert hidden.reference not in page
    assert page.count('target="_blank"') == 2
    assert "Déjà enregistrée" not in text(desk("other_agent").send(live="1", sender_name="Personne"))


def test_referent_gets_no_duplicate_from_a_sensitive_bureau(world: World, desk) -> None:
    world.register(sender_name="Mme Secrète", office="ASI", by="asylum_agent", received_on=date(2026, 11, 19))
    page = text(desk("quality").send(live="1", sender_name="Mme Secrète", office=world.offices["SEJ"].pk))
    assert "Déjà enregistrée" not in page


def test_senders_complete_from_readable_demandes_alone(world: World, desk) -> None:
    for name, office, by in (("Mairie de Rezé", "SEJ", "agent"), ("Mairie de Vertou", "DOT", "director")):
        world.register(sender_name=name, sender_contact="mairie@exemple.test", office=office, by=by)
    Correspondent.objects.create(prefecture=world.prefecture, name="Mairie jamais vue", words="jamai mairie vue")
    person = desk()
    found = text(person.client.post(person.url, {"senders": "1", "sender_name": "mairie"}))
    assert 'data-value="Mairie de Rezé" data-contact="mairie@exemple.test"' in found
    assert "Vertou" not in found
    assert "jamais vue" not in found
    assert not text(person.client.post(person.url, {"senders": "1", "sender_name": "m"})).strip()


def test_duplicates_cost_the_same_whatever_their_number(world: World, desk) -> None:
    person = desk()
    world.register(sender_name="Mairie d’Orvault", received_on=date(2026, 11, 18))
    person.send(live="1")
    with CaptureQueriesContext(connection) as one:
        person.send(live="1")
    for _ in range(5):
        world.register(sender_name="Mairie d’Orvault", received_on=date(2026, 11, 18))
    with CaptureQueriesContext(connection) as six:
        person.send(live="1")
    assert len(six) == len(one)


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_draft_is_kept_offered_taken_up_and_forgotten(world: World, desk, frozen) -> None:
    person, token = desk(), str(uuid.uuid4())
    frozen.shift(timedelta(minutes=12))
    person.send(token=token, live="1", subject="À moitié", take=None)
    assert not Ticket.objects.exists()
    page = text(person.open())
    assert "Reprendre la saisie du 20 novembre à 10 h 12" in page
    form = person.open(reprendre=token).context["form"]
    assert (form["subject"].value(), form["take"].value(), str(form["token"].value())) == ("À moitié", False, token)
    person.send(token=token, subject="À moitié")
    assert not FormDraft.objects.exists()
    assert "Reprendre" not in text(person.open())


def test_two_letters_typed_side_by_side_are_two_drafts(world: World, desk) -> None:
    person = desk()
    for subject in ("Un", "Deux"):
        person.send(live="1", subject=subject)
    assert FormDraft.objects.count() == 2
    one = FormDraft.objects.first()
    assert one is not None
    person.client.post(person.url, {"forget": str(one.token)})
    assert FormDraft.objects.count() == 1


def test_draft_is_of_its_author_and_lasts_fourteen_days(world: World, desk, frozen) -> None:
    token = str(uuid.uuid4())
    desk().send(token=token, live="1", subject="Secret")
    assert "Reprendre" not in text(desk("colleague").open())
    assert "Secret" not in text(desk("colleague").open(reprendre=token))
    frozen.shift(timedelta(days=14, minutes=1))
    assert "Reprendre" not in text(desk().open())
    assert drafts.purge(clock.now()) == 1
    assert not FormDraft.objects.exists()


# --- Rights -----------------------------------------------------------------------------------------------------------


def test_who_registers_nothing_gets_404(world: World, desk) -> None:
    for name in ("copil", "administrator"):
        assert desk(name).open().status_code == 404
        assert desk(name).send().status_code == 404
    assert desk(kind="inconnu").open().status_code == 404
    assert not Ticket.objects.exists()


def test_another_prefecture_s_offices_and_themes_are_not_offered(world: World, desk) -> None:
    from tests.factories import make_world

    other = make_world("49", "49")
    response = desk().send(office=other.offices["SEJ"].pk, theme=other.prefecture.themes.first().pk)
    assert response.status_code == 422
    assert {"office", "theme"} <= set(response.context["form"].errors)


def test_everything_shown_is_escaped(world: World, desk) -> None:
    shown = {"subject": "<script>1</script>", "sender_contact": '"><script>'}
    world.register(sender_name="<i>Isa</i>", received_on=date(2026, 11, 18), **shown)
    person = desk()
    page = person.send(live="1", sender_name="<i>Isa</i>").content.decode()
    assert "<script>1" not in page
    found = person.client.post(person.url, {"senders": "1", "sender_name": "<i>is"}).content.decode()
    assert "<script>" not in found
    assert "&lt;i&gt;Isa" in found


def test_the_side_of_a_refused_form_says_that_its_date_is_to_come(world: World, desk) -> None:
    page = text(desk().send(received_on="25/11/2026"))
    side = page[page.index("<aside") :]
    assert "Date d’arrivée à corriger : le 25/11/2026 est dans le futur." in side
    assert "L’échéance s’affiche dès que" not in side


def test_what_can_be_done_next_is_offered_once_it_is_registered(world: World, desk) -> None:
    person = desk()
    page = text(person.send(follow=True))
    address = reverse("ticket", args=[Ticket.objects.get().reference])
    assert f'href="{address}corriger/">Corriger</a>' in page
    assert "Enregistrer la suivante</a>" in page
    following = text(person.send(follow=True, next="1"))
    assert "Ouvrir</a>" in following and "Enregistrer la suivante</a>" not in following


# --- The next one, and taking the last one back ----------------------------------------------------------------------


def undo_of(response: Any) -> str:
    found = re.search(r'action="(/enregistrer/annuler/[^"]+)"', response.content.decode())
    return found.group(1) if found else ""


def test_next_keeps_the_mailbox_too(world: World, desk) -> None:
    mailbox = Mailbox.objects.create(prefecture=world.prefecture, name="contact")
    form = desk().send(follow=True, next="1", mailbox=mailbox.pk).context["form"]
    assert str(form["mailbox"].value()) == str(mailbox.pk)


def test_a_registration_is_taken_back_as_an_error_and_that_too(world: World, desk) -> None:
    person = desk()
    undo = undo_of(person.send(follow=True, next="1"))
    page = text(person.client.post(undo, follow=True))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.dismissal_reason) == (State.DISMISSED, DismissalReason.REGISTRATION_ERROR)
    assert ticket.deadlines.get().outcome == Outcome.EXCLUDED
    assert f"Enregistrement annulé : {ticket.reference} n’est plus comptée nulle part." in page
    person.client.post(f"/demandes/{ticket.reference}/annuler/?version={ticket.version}")
    assert Ticket.objects.get().state == State.IN_PROGRESS


def test_only_its_author_takes_it_back_and_only_as_it_was(world: World, desk) -> None:
    undo = undo_of(desk().send(follow=True, next="1"))
    for name in ("colleague", "supervisor", "quality", "other_agent", "mailroom", "copil"):
        assert desk(name).client.post(undo).status_code == 404
    ticket = Ticket.objects.get()
    world.act(ticket, Answer(date(2026, 11, 20)), by="colleague")
    assert "n’a pas été annulée" in text(desk().client.post(undo, follow=True))
    assert Ticket.objects.get().state == State.ANSWERED
    assert desk().client.get(undo).status_code == 405


def test_who_may_not_dismiss_is_offered_no_undo(world: World, desk) -> None:
    assert undo_of(desk("mailroom").send(follow=True, next="1")) == ""
    assert undo_of(desk().send(follow=True, office=world.offices["DOT"].pk)) == ""
    assert undo_of(desk().send(follow=True, answered_on="20/11")) == ""
