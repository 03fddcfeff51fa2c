"""One-step acts: their form, what they announce, what they do, what refuses them, and that nothing typed is lost."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from frontend.pages.tickets.offers import FORMS
from tests.factories import World
from tracker.commands import Answer, AskRequester, Correct, Note, Propose, Take
from tracker.enums import State
from tracker.models import Event, Ticket

HTMX = {"HTTP_HX_REQUEST": "true"}


class Hand:
    """One person before the forms of a demande."""

    def __init__(self, client: Client, world: World, ticket: Ticket, by: str) -> None:
        client.force_login(world.user(by))
        self.client, self.ticket = client, ticket

    def url(self, name: str) -> str:
        return reverse("ticket-act", args=[self.ticket.reference, name])

    def open(self, name: str, **headers: Any) -> Any:
        return self.client.get(self.url(name), **headers)

    def send(self, name: str, version: int | None = None, htmx: bool = False, **typed: Any) -> Any:
        typed["opened_version"] = Ticket.objects.get(pk=self.ticket.pk).version if version is None else version
        return self.client.post(self.url(name), typed, **(HTMX if htmx else {}))

    def rehearse(self, name: str, **typed: Any) -> str:
        return text(self.send(name, htmx=True, rehearse="1", **typed))

    @property
    def now(self) -> Ticket:
        return Ticket.objects.get(pk=self.ticket.pk)


@pytest.fixture
def hand(world: World, client: Client):
    def by(ticket: Ticket, person: str = "agent") -> Hand:
        return Hand(client, world, ticket, person)

    return by


def text(response: Any) -> str:
    words = response.content.decode().replace("\xa0", " ").replace("&nbsp;", " ").replace("&#x27;", "'")
    return re.sub(r"\s+", " ", words)


# --- Each act does what its button says ---------------------------------------------------------------------------

REPLIES = {
    "answer": ({"answered_on": "19/11"}, State.ANSWERED),
    "hold": ({"sent_on": "19/11/2026", "promised_on": "4/12"}, State.ON_HOLD),
    "ask_requester": ({"asked_on": "19112026", "missing": "Le formulaire signé"}, State.AWAITING_REQUESTER),
    "take": ({}, State.IN_PROGRESS),
    "send_back": ({"note": "Voir les dotations"}, State.REGISTERED),
    "forward": ({"to": "CAF", "forwarded_on": "2026-11-19", "told_on": "19.11.2026"}, State.FORWARDED),
    "dismiss": ({"reason": "duplicate", "on": "20/11/26"}, State.DISMISSED),
    "note": ({"text": "Rappeler lundi"}, State.ASSIGNED),
    "mark_signature": ({"since": "19/11"}, State.ASSIGNED),
}


@pytest.mark.parametrize("name", REPLIES)
def test_act_is_done_and_said(world: World, hand, name: str) -> None:
    typed, state = REPLIES[name]
    person = hand(world.register())
    assert person.open(name).status_code == 200
    response = person.send(name, **typed)
    assert response.status_code == 302
    assert person.now.state == state
    page = text(person.client.get(response["Location"], follow=True))
    done = FORMS[name].done
    assert done.replace("\xa0", " ")[1:] in page


def test_acts_of_a_meeting(world: World, hand) -> None:
    person = hand(world.register(kind="meeting_request", module=4))
    person.send("propose", proposed_on="18/11", meeting_on="19/11", place="Salle Vendée")
    assert person.now.state == State.PROPOSED
    assert person.now.meeting_request.place == "Salle Vendée"
    person.send("confirm", confirmed_on="18/11")
    assert person.now.state == State.CONFIRMED
    person.send("cancel", on="19/11", by="prefecture")
    assert person.now.state == State.IN_PROGRESS
    person.send("propose", proposed_on="19/11", meeting_on="20/11")
    person.send("decline", on="20/11", ends="on")
    assert person.now.state == State.CLOSED


def test_meeting_before_its_proposal_is_refused(world: World, hand) -> None:
    person = hand(world.register(kind="meeting_request", module=4))
    response = person.send("propose", proposed_on="19/11", meeting_on="18/11")
    assert response.status_code == 422
    assert "Le rendez-vous précède sa proposition" in text(response)
    world.act(person.ticket, Propose(date(2026, 11, 18), date(2026, 11, 19)), by="agent")
    response = person.send("hold_meeting", met_on="17/11")
    assert response.status_code == 422
    assert "précède la proposition" in text(response)


def test_piece_received_then_closed_then_reopened(world: World, hand) -> None:
    person = hand(world.register(AskRequester(date(2026, 11, 17), "Une pièce")))
    person.send("complete", completed_on="18/11")
    assert person.now.due_on == date(2026, 11, 25)
    person.send("answer", answered_on="19/11")
    person.send("close")
    assert person.now.state == State.CLOSED
    assert person.send("reopen", cause="new_message").status_code == 422  # which day?
    person.send("reopen", cause="new_message", message_on="20/11")
    assert person.now.state == State.IN_PROGRESS


def test_handing_over_and_reassigning(world: World, hand) -> None:
    person = hand(world.register())
    person.send("hand_over", assignee=world.users["colleague"].pk)
    assert person.now.assignee == world.users["colleague"]
    assert person.send("hand_over", assignee=world.users["other_agent"].pk).status_code == 422
    assert person.send("assign", office=world.offices["DOT"].pk).status_code == 409  # not an agent's decision
    supervisor = hand(person.ticket, "supervisor")
    response = supervisor.send("assign", office=world.offices["DOT"].pk)
    assert supervisor.now.office == world.offices["DOT"]
    assert response["Location"] == reverse("home")  # no longer theirs to see


def test_merging_into_another(world: World, hand) -> None:
    kept = world.register(received_on=date(2026, 11, 17))
    hidden = world.register(office="DOT", by="other_agent")
    person = hand(world.register(received_on=date(2026, 11, 16)))
    assert "Aucune autre demande ouverte" in text(person.send("merge", target=hidden.reference))
    effect = person.rehearse("merge", target=kept.reference)
    assert f"{kept.reference} gardera l’arrivée la plus ancienne, lundi 16 novembre" in effect
    person.send("merge", target=kept.reference)
    assert person.now.merged_into == kept
    kept.refresh_from_db()
    assert kept.received_on == date(2026, 11, 16)


def test_correcting_sends_only_what_was_changed(world: World, hand) -> None:
    person = hand(world.register(subject="Objet premier"))
    form = person.open("correct").context["form"]
    typed = {f"initial-{name}": form[name].as_hidden(only_initial=True) for name in ()}
    for name in form.fields:
        value = form[name].value()
        typed[name] = typed[f"initial-{name}"] = "" if value is None else value
    typed["sender_name"] = "Mme Nouvelle"
    world.act(person.ticket, Correct({"subject": "Objet d’un autre"}), by="colleague")
    typed.pop("opened_version")
    response = person.send("correct", version=person.ticket.version, **typed)
    assert response.status_code == 302  # two people, two fields: no conflict
    assert (person.now.sender_name, person.now.subject) == ("Mme Nouvelle", "Objet d’un autre")


def test_undo_from_the_message_and_only_of_what_it_speaks_of(world: World, hand) -> None:
    person = hand(world.register())
    person.send("take")
    page = person.client.get(reverse("ticket", args=[person.ticket.reference]))
    address = re.search(r'action="([^"]*annuler/\?version=\d+)"', page.content.decode())
    assert address
    response = person.client.post(address[1])
    assert response.status_code == 302
    assert person.now.state == State.ASSIGNED
    assert person.client.post(address[1]).status_code == 409  # an undo is not undone


def test_a_merge_is_undone_from_its_message(world: World, hand) -> None:
    kept = world.register()
    person = hand(world.register())
    person.send("merge", target=kept.reference)
    page = person.client.get(reverse("ticket", args=[person.ticket.reference]))
    address = re.search(r'action="([^"]*annuler/\?version=\d+)"', page.content.decode())
    assert address
    world.act(kept, Note("Vu"), by="colleague")
    response = person.client.post(address[1])
    assert response.status_code == 409
    assert "L’autre demande a changé depuis la fusion" in text(response)
    assert person.now.state == State.MERGED


# --- What it will do to the deadline, said before -----------------------------------------------------------------


def test_effect_of_an_answer_in_time_and_late(world: World, hand) -> None:
    assert "La demande sera dans les délais." in text(hand(world.register()).open("answer"))
    late = hand(world.register(received_on=date(2026, 11, 10)))
    assert "La demande sera hors délai, avec 2 jours ouvrés de retard." in text(late.open("answer"))
    assert "La demande sera dans les délais." in late.rehearse("answer", answered_on="18/11")
    assert "comptée hors délai, faute de date" in late.rehearse("answer", undated="on")
    assert late.now.state == State.ASSIGNED


def test_effect_of_a_holding_reply(world: World, hand) -> None:
    email = hand(world.register())
    assert (
        "La demande sera dans les délais ; une nouvelle échéance est promise au vendredi 4 décembre."
        in email.rehearse("hold", sent_on="20/11", promised_on="4/12")
    )
    letter = hand(world.register(channel="letter"))  # ten days, that no holding reply meets
    effect = letter.rehearse("hold", sent_on="20/11", promised_on="29/11")
    assert "Une nouvelle échéance est promise au lundi 30 novembre ; la première échéance court toujours" in effect
    assert "La date choisie n’est pas un jour ouvré" in effect
    assert "décision implicite" not in effect
    assert "dépasse celle de la décision implicite" in letter.rehearse("hold", sent_on="20/11", promised_on="1/3/2027")


def test_effect_of_asking_a_piece_and_of_its_arrival(world: World, hand) -> None:
    person = hand(world.register())
    assert "Le délai s’arrête, il repartira en entier" in text(person.open("ask_requester"))
    person.send("ask_requester", asked_on="19/11", missing="RIB")
    assert "Un nouveau délai court jusqu’au vendredi 27 novembre." in text(person.open("complete"))


def test_effect_when_nothing_moves_or_would_be_refused(world: World, hand) -> None:
    person = hand(world.register())
    assert "L’échéance ne change pas : au plus tard lundi 23 novembre." in text(person.open("take"))
    assert "Le 23/11/2026 est dans le futur. Indiquez au plus tard le 20/11/2026." in person.rehearse(
        "answer", answered_on="23/11"
    )


# --- Refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(FORMS) - {"note"}))
def test_what_one_may_not_see_does_not_exist(world: World, hand, name: str) -> None:
    person = hand(world.register(), "other_agent")
    assert person.open(name).status_code == 404
    assert person.send(name).status_code == 404


def test_refused_by_the_state_or_the_role(world: World, hand) -> None:
    person = hand(world.register())
    world.act(person.ticket, Take(), Answer(date(2026, 11, 19)), by="colleague")
    for response in (
        person.open("answer"),
        person.open("answer", **HTMX),
        person.send("hold", sent_on="19/11", promised_on="4/12"),
    ):
        assert response.status_code == 409
        assert "Cette action n’est pas possible" in text(response)
    mailroom = hand(world.register(office=None, by="mailroom", by_mailroom=True), "mailroom")
    response = mailroom.send("answer", answered_on="19/11")
    assert response.status_code == 409
    assert "Votre rôle ne permet pas cette action." in text(response)
    assert mailroom.now.state == State.REGISTERED


def test_bad_dates_are_refused_beside_their_field(world: World, hand) -> None:
    person = hand(world.register())
    for typed, words in {
        "12/11": "précède l’arrivée",
        "21/11": "dans le futur",
        "31/02": "n’est pas une date",
        "demain": "n’est pas une date",
        "01/01/1900": "sort du calendrier",
        "01/01/2060": "sort du calendrier",
    }.items():
        response = person.send("answer", answered_on=typed)
        assert response.status_code == 422
        assert words in text(response)
        assert f'value="{typed}"' in response.content.decode()  # nothing typed is lost
        assert response.context["form"].errors["answered_on"]
    assert Event.objects.filter(object_id=person.ticket.pk, kind="answered").count() == 0


def test_missing_version_is_refused(world: World, hand) -> None:
    person = hand(world.register())
    assert person.client.post(person.url("take"), {}).status_code == 422


# --- Two people at once ---------------------------------------------------------------------------------------------


def test_stale_form_shows_both_versions_and_keeps_what_was_typed(world: World, hand) -> None:
    person = hand(world.register())
    opened = person.ticket.version
    world.act(person.ticket, Take(), Note("Je m’en charge"), by="colleague")
    response = person.send("send_back", version=opened, note="Un texte long à ne pas perdre")
    page = text(response)
    assert response.status_code == 409
    assert "La demande a changé pendant que vous remplissiez ce formulaire" in page
    assert "Prise en charge, par C. Essai" in page
    assert "Un texte long à ne pas perdre" in page
    assert "Enregistrer quand même" in page
    assert person.now.state == State.IN_PROGRESS
    again = response.context["form"]["opened_version"].value()
    assert person.send("send_back", version=again, note="Un texte long à ne pas perdre").status_code == 302
    assert person.now.state == State.REGISTERED


def test_stale_form_that_has_become_impossible_says_so(world: World, hand) -> None:
    person = hand(world.register())
    opened = person.ticket.version
    world.act(person.ticket, Take(), Answer(date(2026, 11, 19)), by="colleague")
    page = text(person.send("hold", version=opened, sent_on="20/11", promised_on="4/12"))
    assert "Réponse partie le 19 novembre" in page
    assert "Cette action n’est pas possible" in page
    assert 'value="4/12"' in page


def test_correction_in_conflict_shows_each_field_twice(world: World, hand) -> None:
    person = hand(world.register(subject="Objet premier"))
    form = person.open("correct").context["form"]
    typed: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        typed[name] = typed[f"initial-{name}"] = "" if value is None else value
    opened = typed.pop("opened_version")
    typed["subject"] = "Mon objet"
    world.act(person.ticket, Correct({"subject": "Objet d’un autre"}), by="colleague")
    response = person.send("correct", version=opened, **typed)
    page = text(response)
    assert response.status_code == 409
    assert '<th scope="row">Objet</th><td>Objet d’un autre</td><td>Mon objet</td>' in page.replace("> <", "><")
    assert "Ancien objet : Objet premier" in page.replace("</span> ", "")
    assert (
        person.send("correct", version=response.context["form"]["opened_version"].value(), **typed).status_code == 302
    )
    assert person.now.subject == "Mon objet"


def test_a_note_by_somebody_else_refuses_nobody(world: World, hand) -> None:
    person = hand(world.register())
    opened = person.ticket.version
    world.act(person.ticket, Note("Au passage"), by="colleague")
    assert person.send("answer", version=opened, answered_on="19/11").status_code == 302


# --- In place or on its own page --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["answer", "hold", "ask_requester", "forward", "dismiss", "correct", "note", "hand_over"]
)
def test_panel_and_page_hold_the_same_fields(world: World, hand, name: str) -> None:
    person = hand(world.register())
    page, panel = person.open(name), person.open(name, **HTMX)
    assert "<html" in page.content.decode()
    assert "<html" not in panel.content.decode()
    fields = [
        set(re.findall(r'name="([^"]+)"', re.search(r"<form[^>]*data-sillage-act.*?</form>", each, re.S)[0]))
        for each in (page.content.decode(), panel.content.decode())
    ]
    assert fields[1] >= {"opened_version", "csrfmiddlewaretoken"}
    assert fields[0] - {"rehearse"} == fields[1]  # the button that the panel does without


def test_panel_answers_by_a_redirection_of_the_browser(world: World, hand) -> None:
    person = hand(world.register())
    response = person.send("take", htmx=True)
    assert response["HX-Redirect"] == reverse("ticket", args=[person.ticket.reference])
    response = person.send("hold", htmx=True, sent_on="rien")
    assert response.status_code == 422
    assert "<html" not in response.content.decode()


def test_without_javascript_the_effect_is_a_button(world: World, hand) -> None:
    person = hand(world.register())
    page = person.send("answer", rehearse="1", answered_on="18/11")
    assert "La demande sera dans les délais." in text(page)
    assert "<html" in page.content.decode()
    assert person.now.state == State.ASSIGNED


def test_piece_cannot_arrive_before_it_was_asked_for(world: World, hand) -> None:
    person = hand(world.register(AskRequester(date(2026, 11, 18), "RIB")))
    response = person.send("complete", completed_on="17/11")
    assert response.status_code == 422
    assert "avant d’avoir été demandée" in text(response)
    assert response.context["form"].errors["completed_on"]


def test_pas_pour_nous_by_mistake_is_taken_back_although_out_of_sight(world: World, client: Client) -> None:
    ticket = world.register()
    client.force_login(world.user("agent"))
    sent = client.post(f"/demandes/{ticket.reference}/pas-pour-nous/", {"opened_version": ticket.version}, follow=True)
    assert client.get(f"/demandes/{ticket.reference}/").status_code == 404
    assert f"/demandes/{ticket.reference}/annuler/" in sent.content.decode()
    client.force_login(world.user("colleague"))
    assert client.post(f"/demandes/{ticket.reference}/annuler/").status_code == 404
    client.force_login(world.user("agent"))
    assert client.post(f"/demandes/{ticket.reference}/annuler/").status_code == 302
    assert Ticket.objects.get().office == world.offices["SEJ"]


def test_holding_reply_proposes_the_same_delay_again(world: World, hand) -> None:
    page = text(hand(world.register()).open("hold"))
    assert 'value="27/11/2026"' in page  # five days, as the rule gives for a courriel, from today on
    assert "Proposé : le même délai, 5 jours ouvrés, compté de nouveau à partir d’aujourd’hui." in page
    assert "vous restez tenu par l’échéance actuelle, lundi 23 novembre." in page


def test_holding_reply_without_a_date_is_never_an_accident(world: World, hand) -> None:
    person = hand(world.register())
    response = person.send("hold", sent_on="19/11", promised_on="")
    assert response.status_code == 422
    assert "Indiquez la date promise, ou cochez" in text(response)
    assert person.send("hold", sent_on="19/11", promised_on="27/11", undated="on").status_code == 302
    assert [each.purpose for each in Ticket.objects.get().deadlines.all()] == ["reply"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("20/11", "Réponse enregistrée. C’est dans le délai."), ("", "Sans date de départ, elle est comptée hors délai.")],
)
def test_an_answer_says_whether_it_is_in_time_and_what_is_next(world: World, hand, day: str, sentence: str) -> None:
    answered, following = world.register(), world.register()
    person = hand(answered)
    person.client.get("/registre/?text=titre")
    response = person.send("answer", answered_on=day, **({} if day else {"undated": "on"}))
    page = text(person.client.get(response.url))
    assert sentence in page
    assert f'href="/demandes/{following.reference}/">Demande suivante' in page
    assert 'href="/registre/?text=titre">Retour au registre' in page


def test_closing_a_form_leads_back_to_the_list_it_was_opened_from_and_nowhere_else(world: World, hand) -> None:
    person = hand(world.register())
    address = f"/demandes/{person.ticket.reference}/repondre/"
    assert f'href="/demandes/{person.ticket.reference}/" data-sillage-close' in text(person.client.get(address))
    person.client.get("/ma-file/")
    for referer, target in (
        ("http://testserver/ma-file/", "/ma-file/"),
        ("https://elsewhere.example/", f"/demandes/{person.ticket.reference}/"),
    ):
        page = text(person.client.get(address, headers={"Referer": referer}))
        assert f'href="{target}" data-sillage-close' in page
