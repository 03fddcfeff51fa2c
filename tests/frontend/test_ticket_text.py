"""« Préparer le texte » over HTTP: what is filled, what is kept, what is checked, what is downloaded, and for whom."""

import html
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from odfdo import Document

from correspondence import reply_models
from correspondence.models import ReplyModel
from frontend import drafts
from frontend.models import FormDraft
from tests.factories import World
from tracker import clock
from tracker.commands import Answer, Forward, Hold
from tracker.models import Event, Office, Site, Ticket, User
from tracker.writers import Author

HTMX = {"HTTP_HX_REQUEST": "true"}


class Desk:
    """One person who writes about one demande."""

    def __init__(self, world: World, ticket: Ticket, name: str = "agent") -> None:
        self.client, self.ticket, self.user = Client(), ticket, world.user(name)
        self.client.force_login(self.user)
        self.url = reverse("ticket-text", args=[ticket.reference])

    def open(self, slug: str = "", **typed: Any) -> str:
        """As the form of an act opens it."""
        return area(self.client.post(self.url, {"pour": slug, **typed}, **HTMX))

    def send(self, text: str, model: str = "attente", **typed: Any) -> Any:
        data = {"text": text, "model": model, "opened": model, "pour": "attente", **typed}
        return self.client.post(self.url, data, **HTMX)


@pytest.fixture
def desk(world: World) -> Desk:
    Site.objects.filter(pk=world.site.pk).update(address="1 place de l’Exemple, 44000 Exemple", city="Exemple")
    Office.objects.filter(pk=world.offices["SEJ"].pk).update(phone="02 61 91 10 04", email="sej@prefecture.example")
    User.objects.filter(pk=world.users["agent"].pk).update(job_title="Instructrice")
    return Desk(world, world.register(subject="Titre de séjour", channel="email"))


def page(response: Any) -> str:
    return str(response.content.decode().replace("\xa0", " ").replace("&nbsp;", " "))


def typed_area(response: Any) -> str:
    """What stands in the text area, as a browser sends it back."""
    assert response.status_code == 200
    found = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", response.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1]).strip().replace("\n", "\r\n")


def area(response: Any) -> str:
    """The same, with ordinary spaces and line breaks."""
    return typed_area(response).replace("\r\n", "\n").replace("\xa0", " ")


def chosen(response: Any) -> str:
    found = re.search(r'<option value="([^"]*)" selected', page(response))
    assert found
    return found[1]


# --- Filling ------------------------------------------------------------------------------------------------------


def test_holding_reply_is_filled_from_the_demande_and_the_act(desk: Desk) -> None:
    text = desk.open("attente", promised_on="4/12", sent_on="20/11/2026", opened_version="2")
    assert text.startswith(f"Objet : Titre de séjour\nRéférence à rappeler : {desk.ticket.reference}")
    assert "parvenue par courriel le 16 novembre 2026." in text
    assert "au plus tard le vendredi 4 décembre 2026." in text
    assert text.endswith(
        "Agent Essai\nInstructrice\nPréfecture d’essai\nBureau du séjour\n1 place de l’Exemple, 44000 Exemple\n"
        "Tél. : 02 61 91 10 04 – sej@prefecture.example"
    )


def test_the_date_written_is_the_one_that_recording_will_promise(desk: Desk) -> None:
    assert "lundi 7 décembre 2026" in desk.open("attente", promised_on="5/12/2026"), "a Saturday is moved"


def test_a_date_that_cannot_be_read_is_left_to_complete(desk: Desk) -> None:
    assert "[date promise]" in desk.open("attente", promised_on="bientôt")


def test_pieces_are_listed(desk: Desk) -> None:
    text = desk.open("pieces", missing="Passeport\n- Justificatif de domicile", until="14/12/2026")
    assert "il manque :\n\n- Passeport\n- Justificatif de domicile\n\nMerci" in text
    assert "au plus tard le lundi 14 décembre 2026" in text


def test_forwarding(desk: Desk) -> None:
    text = desk.open("transmission", to="Mairie d’Orvault", forwarded_on="20/11/2026")
    assert "je l’ai transmise le 20 novembre 2026 à l’administration compétente : Mairie d’Orvault." in text


def test_once_recorded_the_act_itself_fills_the_text(world: World, desk: Desk) -> None:
    world.act(desk.ticket, Hold(clock.today("Europe/Paris"), clock.today("Europe/Paris") + timedelta(14)), by="agent")
    assert "vendredi 4 décembre 2026" in desk.open("attente")
    world.act(desk.ticket, Forward("Mairie d’Orvault", clock.today("Europe/Paris"), clock.today("Europe/Paris")))
    assert "le 20 novembre 2026 à l’administration compétente : Mairie d’Orvault." in desk.open("transmission")


def test_acknowledgement_gives_the_implicit_decision(desk: Desk) -> None:
    text = desk.open("accuse")
    assert "Si vous n’avez pas reçu de réponse le 16 janvier 2027" in text
    assert "Bureau du séjour, 1 place de l’Exemple, 44000 Exemple, téléphone 02 61 91 10 04." in text


def test_what_a_citizen_wrote_is_never_a_field(world: World, desk: Desk) -> None:
    desk.ticket = world.register(subject="[signature] {{ 7 }} <b>", channel="email")
    text = Desk(world, desk.ticket).open("reponse")
    assert text.startswith("Objet : [signature] {{ 7 }} <b>")


def test_the_model_that_fits_comes_first_and_the_act_decides(world: World, desk: Desk) -> None:
    first = {slug: chosen(desk.client.get(f"{desk.url}?pour={slug}")) for slug in ("reponse", "attente", "pieces", "")}
    assert first == {"reponse": "reponse-courriel", "attente": "attente", "pieces": "pieces", "": "reponse-courriel"}
    complaint = Desk(world, world.register(kind="complaint", channel="box"))
    assert chosen(complaint.client.get(f"{complaint.url}?pour=reponse")) == "reclamation"


def test_without_a_model_one_writes_freely(world: World, desk: Desk) -> None:
    author = Author(user=world.user("quality"))
    for model in ReplyModel.objects.filter(prefecture=world.prefecture):
        reply_models.propose_model(model.pk, author, proposed=False, opened_version=0)
    text = desk.open("attente")
    assert "[à compléter : votre texte]" in text
    assert "Instructrice" in text
    assert chosen(desk.client.get(desk.url)) == "-"


# --- Drafts -------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_for_its_author_alone(world: World, desk: Desk) -> None:
    assert "Brouillon gardé." in page(desk.send("Mon texte", live="1"))
    assert desk.open("attente") == "Mon texte"
    assert "Mon texte" not in Desk(world, desk.ticket, "colleague").open("attente")
    assert "Mon texte" not in desk.open("reponse"), "each letter has its own draft"
    assert Event.objects.filter(stream="ticket", object_id=desk.ticket.pk).count() == 2, "nothing enters the journal"


def test_the_letter_being_written_is_taken_up_again(desk: Desk) -> None:
    desk.send("Refus motivé", model="refus", live="1", pour="reponse")
    again = desk.client.get(f"{desk.url}?pour=reponse")
    assert (chosen(again), area(again)) == ("refus", "Refus motivé")


def test_a_model_left_as_it_is_makes_no_draft(desk: Desk) -> None:
    untouched = typed_area(desk.client.post(desk.url, {"pour": "attente", "promised_on": "4/12"}))
    assert "rien à garder" in page(desk.send(untouched, promised_on="4/12", live="1"))
    assert not FormDraft.objects.exists()
    assert "jeudi 3 décembre" in desk.open("attente", promised_on="3/12"), "the date typed since is the one written"


def test_a_draft_fills_what_has_become_known(desk: Desk) -> None:
    desk.send("Réponse le [date promise], merci.", live="1")
    assert desk.open("attente", promised_on="4/12") == "Réponse le vendredi 4 décembre 2026, merci."


def test_another_model_loses_nothing_of_the_first(desk: Desk) -> None:
    response = desk.send("Mon texte", choose="1", model="refus", opened="attente")
    assert chosen(response) == "refus"
    assert "Après examen" in area(response)
    assert area(desk.send(area(response), choose="1", model="attente", opened="refus")) == "Mon texte"


def test_begin_again(desk: Desk) -> None:
    desk.send("Mon texte", live="1")
    assert "Son examen" in area(desk.send("Mon texte, encore", reset="1"))
    assert not FormDraft.objects.exists()


def test_a_draft_lives_fourteen_days(desk: Desk, frozen: Any) -> None:
    desk.send("Mon texte", live="1")
    frozen.shift(timedelta(days=14))
    desk.client.force_login(desk.user)
    assert "Mon texte" not in desk.open("attente")
    assert drafts.purge(clock.now()) == 1


def test_a_text_too_long_is_refused_and_not_lost(desk: Desk) -> None:
    long = "é" * 20_001
    assert "dépasse 20000 caractères" in page(desk.send(long, live="1"))
    response = desk.send(long, choose="1")
    assert response.status_code == 422
    assert long in page(response)
    assert not FormDraft.objects.exists()


def test_a_model_that_does_not_exist_is_refused(desk: Desk) -> None:
    assert desk.send("Mon texte", choose="1", model="rien").status_code == 422
    assert area(desk.send("Mon texte", opened="retiré-depuis", check="1")) == "Mon texte"


# --- Control of form, file ----------------------------------------------------------------------------------------


def test_the_control_follows_the_text(desk: Desk) -> None:
    first = page(desk.client.post(desk.url, {"pour": "attente", "promised_on": "4/12"}, **HTMX))
    assert "1 point manque. Il signale" in re.sub(r"<[^>]+>", "", first)
    alone = page(desk.send("Bonjour", live="1", promised_on="4/12"))
    assert "textarea" not in alone, "a fragment"
    assert "8 points manquent." in alone
    assert f"Rappelez la référence {desk.ticket.reference}." in alone
    assert "La date saisie dans Sillage, 4 décembre 2026, n’est pas dans le texte." in alone


def test_the_bureau_without_names(desk: Desk, world: World) -> None:
    Office.objects.filter(pk=world.offices["SEJ"].pk).update(signs_anonymously=True)
    text = desk.open("attente", promised_on="4/12")
    assert "L’agent chargé de votre demande\nInstructrice" in text
    assert "Agent, sans son nom" in page(desk.send(text, live="1"))


def download(desk: Desk, text: str, **typed: Any) -> Any:
    data = {"text": text, "model": "attente", "opened": "attente", "pour": "attente", **typed}
    return desk.client.post(reverse("ticket-text-odt", args=[desk.ticket.reference]), data)


def test_the_letter_as_a_file(desk: Desk) -> None:
    text = typed_area(desk.client.post(desk.url, {"pour": "attente", "promised_on": "4/12"}))
    response = download(desk, text.replace("Madame", "Madame\x00\t«\xa0<&>\xa0» 😀"), promised_on="4/12")
    assert response["Content-Type"] == "application/vnd.oasis.opendocument.text"
    assert response["Content-Disposition"] == f'attachment; filename="attente-{desk.ticket.reference}.odt"'
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.testzip() is None
    assert archive.infolist()[0].filename == "mimetype"
    assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    body = Document(io.BytesIO(response.content)).body
    lines = [(part.text_recursive, part.style) for part in body.get_paragraphs()]
    assert ("Exemple, le 20 novembre 2026", "Lieu") in lines
    assert ("Objet\xa0: Titre de séjour", "Objet") in lines
    assert ("Agent Essai", "Signataire") in lines
    assert ("Bureau du séjour", "Signature") in lines
    assert any("<&>" in line and "😀" in line for line, _ in lines)
    assert "Essai" not in archive.read("meta.xml").decode()


def test_the_signature_moves_right_only_where_it_was_left_as_it_is(desk: Desk) -> None:
    response = download(desk, "Bonjour,\n- un\n- deux\n\nAgent Essai")
    styles = [
        (part.text_recursive, part.style) for part in Document(io.BytesIO(response.content)).body.get_paragraphs()
    ]
    assert styles[-4:] == [("Bonjour,", "Texte"), ("- un", "Liste"), ("- deux", "Liste"), ("Agent Essai", "Texte")]


def test_downloading_keeps_the_draft(desk: Desk) -> None:
    download(desk, "Mon texte")
    assert desk.open("attente") == "Mon texte"


# --- Where it is offered ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "slug"), [("answer", "reponse"), ("hold", "attente"), ("take", "")])
def test_offered_from_the_acts_that_write_to_the_requester(desk: Desk, act: str, slug: str) -> None:
    found = page(desk.client.get(reverse("ticket-act", args=[desk.ticket.reference, act])))
    assert (f'name="pour" value="{slug}"' in found) is bool(slug)


def test_offered_on_the_demande_even_once_it_is_answered(world: World, desk: Desk) -> None:
    world.act(desk.ticket, Answer(clock.today("Europe/Paris")), by="agent")
    assert f'href="{desk.url}"' in page(desk.client.get(reverse("ticket", args=[desk.ticket.reference])))


@pytest.mark.parametrize("name", ["mailroom", "other_agent", "copil", "administrator"])
def test_for_anybody_else_it_does_not_exist(world: World, name: str) -> None:
    ticket = world.register(office=None, by="mailroom") if name == "mailroom" else world.register()
    other = Desk(world, ticket, name)
    assert other.client.get(other.url).status_code == 404
    assert other.send("Texte", live="1").status_code == 404
    assert download(other, "Texte").status_code == 404
    assert not FormDraft.objects.exists()


def test_a_sensitive_bureau_is_sealed_for_the_referent(world: World) -> None:
    other = Desk(world, world.register(office="ASI", by="asylum_agent"), "quality")
    assert other.client.get(other.url).status_code == 404
    assert download(other, "Texte").status_code == 404
