"""What a hostile address or form must meet: a page that says no, never a failure; and nothing told in passing."""

import base64
import uuid
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from frontend import wording
from frontend.models import FormDraft
from tests.factories import World
from tracker.commands import Correct, Take
from tracker.models import Ticket

HTMX = {"HX-Request": "true"}
TOO_MANY_DIGITS = "9" * 5000
"""More than Python agrees to read as a number."""
NUL = "%00"
"""PostgreSQL takes it in no text."""


def signed_in(world: World, name: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.user(name))
    return client


# --- Addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cursor",
    [
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
        base64.urlsafe_b64encode(b'["received",0,[' + TOO_MANY_DIGITS.encode() + b",1]]").decode(),
        base64.urlsafe_b64encode(b'["received",0,["0001-01-01",1e400]]').decode(),
        NUL,
        quote("é"),
    ],
)
def test_a_forged_cursor_begins_the_list_at_its_beginning(world: World, cursor: str) -> None:
    ticket = world.register()

    response = signed_in(world, "agent").get(f"/registre/?from={cursor}")

    assert response.status_code == 200
    assert [line.reference for line in response.context["lines"]] == [ticket.reference]


@pytest.mark.parametrize("year", [TOO_MANY_DIGITS, "-1", quote("²"), NUL, "0", "3000"])
def test_a_year_that_is_none_of_the_calendar_shows_the_present_one(world: World, year: str) -> None:
    response = signed_in(world, "quality").get(f"/reglages/calendrier/?annee={year}")

    assert response.status_code == 200
    assert response.context["year"] == 2026


@pytest.mark.parametrize(
    "address",
    [
        f"/demandes/{NUL}/",
        f"/demandes/44-2026-000001{NUL}/repondre/",
        f"/demandes/44-2026-000001{NUL}/annuler/",
        f"/enregistrer/{NUL}/",
        f"/registre/export.{NUL}",
        f"/reglages/calendrier/{NUL}/fermer/",
        f"/reglages/calendrier/{NUL}/usages/2026-12-24/",
        f"/imports/{TOO_MANY_DIGITS}/",
    ],
)
@pytest.mark.parametrize("who", ["agent", "quality"])
def test_an_address_that_no_database_could_hold_is_unknown(world: World, address: str, who: str) -> None:
    assert signed_in(world, who).get(address).status_code == 404


@pytest.mark.parametrize("text", [NUL, f"44-2026-{TOO_MANY_DIGITS}", quote("😀"), quote("' OR 1=1 --")])
def test_a_search_for_anything_is_a_search(world: World, text: str) -> None:
    assert signed_in(world, "agent").get(f"/registre/?text={text}").status_code in (200, 302)


# --- Forms --------------------------------------------------------------------------------------------------------


def test_a_nul_pasted_in_a_form_is_neither_a_failure_nor_lost_text(world: World) -> None:
    client = signed_in(world, "agent")
    url = reverse("register", args=["correspondence"])
    opened = client.get(url).context["form"]
    typed = {name: opened[name].value() for name in opened.fields}
    typed = {name: value for name, value in typed.items() if value not in (None, False)}
    typed |= {
        "token": str(uuid.uuid4()),
        "received_on": "20/11/2026",
        "sender_name": "M. 😀\0 Essai",
        "subject": "Objet\0",
    }

    assert client.post(url, {**typed, "live": "1"}, headers=HTMX).status_code == 200
    assert FormDraft.objects.get().data["sender_name"] == "M. 😀 Essai"
    assert client.post(url, typed).status_code == 302
    assert Ticket.objects.get().sender_name == "M. 😀 Essai"


@pytest.mark.parametrize("unseen", ["\u200b", "\u202e", "\u2066", "\ufeff"])
def test_what_no_screen_shows_is_neither_kept_nor_taken_for_a_word(world: World, unseen: str) -> None:
    """A mark that turns the direction of writing would turn the rest of the line on every list."""
    client = signed_in(world, "agent")
    url = reverse("register", args=["correspondence"])
    opened = client.get(url).context["form"]
    typed = {name: value for name in opened.fields if (value := opened[name].value()) not in (None, False)}
    typed |= {"received_on": "20/11/2026", "sender_name": f"M. 👩\u200d🔧{unseen} Essai", "subject": unseen}

    assert client.post(url, typed).status_code == 422
    assert client.post(url, {**typed, "subject": f"Pièce {unseen}fdp.exe"}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.sender_name, ticket.subject) == ("M. 👩\u200d🔧 Essai", "Pièce fdp.exe")


def test_a_nul_in_a_sender_completes_as_if_it_were_not_there(world: World) -> None:
    world.register(sender_name="Mairie d’Orvault", office="SEJ")

    found = signed_in(world, "agent").post("/enregistrer/correspondence/", {"senders": "1", "sender_name": "Mai\0rie"})

    assert found.status_code == 200
    assert "Mairie d’Orvault" in found.content.decode()


def test_the_bureau_of_a_line_of_the_mail_is_proposed_despite_a_nul(world: World) -> None:
    client, line = signed_in(world, "mailroom"), f"l{uuid.uuid4().hex}"

    for address in ("arrivals-office", "arrivals-senders"):
        response = client.post(reverse(address), {"of": line, f"{line}-sender_name": "Mai\0rie"})
        assert response.status_code == 200


def test_the_form_of_a_conflict_shows_what_is_recorded_in_the_fields_that_were_not_touched(world: World) -> None:
    ticket = world.register(subject="Ancien objet", body="Ancien texte")
    world.act(ticket, Take(), by="agent")
    client = signed_in(world, "agent")
    url = reverse("ticket-act", args=[ticket.reference, "correct"])
    form = client.get(url).context["form"]
    typed = {name: value for name in form.fields if (value := form[name].value()) is not None}
    typed |= {f"initial-{name}": value for name, value in typed.items() if name != "opened_version"}
    world.act(ticket, Correct({"subject": "Objet d’un autre", "body": "Texte d’un autre"}), by="agent")

    refused = client.post(url, {**typed, "subject": "Mon objet"})

    assert refused.status_code == 409
    again = refused.context["form"]
    assert (again["subject"].value(), again["body"].value()) == ("Mon objet", "Texte d’un autre")
    again = {name: value for name in again.fields if (value := again[name].value()) is not None}
    again |= {f"initial-{name}": refused.context["form"].data.get(f"initial-{name}", "") for name in again}
    assert client.post(url, again).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.body) == ("Mon objet", "Texte d’un autre")


# --- Bodies and headers that no browser sends ---------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-16", "idna", "none-such"])
def test_a_form_in_another_charset_is_refused_or_read(world: World, charset: str) -> None:
    content_type = f"application/x-www-form-urlencoded; charset={charset}"
    client = signed_in(world, "agent")
    client.raise_request_exception = False
    sent = client.generic("POST", "/coller-des-lignes/", b"kind=correspondence&text=%E9", content_type=content_type)
    assert sent.status_code in (400, 422)


@pytest.mark.parametrize("referer", ["http://[::1", "http://[x]/ma-file/", "//", "http://ex mple:abc/registre/"])
def test_an_address_before_that_is_none_is_no_list(world: World, referer: str) -> None:
    client, address = signed_in(world, "agent"), reverse("ticket-act", args=[world.register().reference, "answer"])
    client.get(reverse("registry"))
    assert client.get(address, headers={"Referer": referer}).status_code == 200


# --- Methods ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("name", ["help", "accessibility", "calculator", "password-change", "home", "ticket"])
def test_a_method_that_means_nothing_is_refused(world: World, name: str, method: str) -> None:
    ticket = world.register()
    address = reverse(name, args=[ticket.reference] if name == "ticket" else [])

    assert signed_in(world, "agent").generic(method, address).status_code == 405


# --- Words --------------------------------------------------------------------------------------------------------


def test_a_long_count_is_cut_in_thousands() -> None:
    assert wording.count_of(2000, "demande") == "2\u202f000 demandes"


def test_the_mailroom_s_forms_take_no_number_that_is_none(world: World, client: Client) -> None:
    ticket = world.register(office=None, by="mailroom", by_mailroom=True)
    client.force_login(world.user("mailroom"))
    office, digits = str(world.offices["SEJ"].pk), "9" * 5000
    for given in (
        {"chosen": "44\0", "office": office},
        {"chosen": ticket.reference, "office": office, f"version-{ticket.reference}": digits},
    ):
        assert client.post("/arrivees/affecter/", given).status_code == 302
    for asked in (f"44%00:{digits}", f"{ticket.reference}:{digits}"):
        assert client.post(f"{reverse('arrivals-undo')}?demande={asked}").status_code == 302
