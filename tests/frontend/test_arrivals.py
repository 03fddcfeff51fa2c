"""Arrivées: the morning's mail a line a letter, and what waits for a bureau."""

import uuid
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World
from tracker import search
from tracker.commands import Assign, SendBack, Take
from tracker.enums import State
from tracker.models import Channel, Ticket

URL = "/arrivees/"
HTMX = {"HX-Request": "true"}


def signed_in(world: World, name: str = "mailroom") -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def letter(prefix: str = "", **fields: Any) -> dict[str, Any]:
    """One line as a browser sends it."""
    prefix = prefix or f"l{uuid.uuid4().hex}"
    values = {
        "received_on": "20/11/2026",
        "sender_name": "Mairie d’Exemple",
        "subject": "Demande de subvention",
        "channel": Channel.objects.get(code="letter").pk,
        "office": "",
    } | fields
    return {"line": [prefix], **{f"{prefix}-{name}": value for name, value in values.items()}}


def lines(*each: dict[str, Any]) -> dict[str, Any]:
    together: dict[str, Any] = {"line": []}
    for one in each:
        together |= {name: value for name, value in one.items() if name != "line"}
        together["line"] += one["line"]
    return together


def send_one(world: World, line: dict[str, Any], **others: Any) -> HttpResponse:
    return signed_in(world).post(URL, line | {"only": line["line"][0]} | others, headers=HTMX)


# --- Who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "supervisor", "quality", "copil", "administrator"])
@pytest.mark.parametrize("address", ["", "bureau/", "expediteurs/", "affecter/", "annuler/"])
def test_only_the_mailroom_opens_the_mail(world: World, who: str, address: str) -> None:
    assert signed_in(world, who).post(URL + address).status_code == 404


def test_the_page_opens_with_five_lines_dated_today(world: World) -> None:
    response = signed_in(world).get(URL)
    assert [line["received_on"].value() for line in response.context["lines"]] == ["20/11/2026"] * 5
    assert "Tout est affecté." in body(response)
    assert body(response).count("20/11/2026") == 6  # and the model of the lines that the browser adds


# --- One line -----------------------------------------------------------------------------------------------------


def test_enter_registers_the_line_and_offers_to_correct_it(world: World) -> None:
    office = world.offices["SEJ"]
    response = send_one(world, letter(office=office.pk))
    ticket = Ticket.objects.get()
    assert (response.status_code, ticket.by_mailroom, ticket.office, ticket.state) == (
        200,
        True,
        office,
        State.ASSIGNED,
    )
    assert (ticket.channel.code, ticket.received_on, ticket.sender_name) == (
        "letter",
        date(2026, 11, 20),
        "Mairie d’Exemple",
    )
    page = body(response)
    assert ticket.reference in page and "Bureau du séjour" in page and "au plus tard" in page
    assert 'name="line"' not in page  # the browser has its own blank lines: none is sent while a person types
    assert f'href="/demandes/{ticket.reference}/corriger/"' in page
    assert "<html" not in page


def test_a_line_without_a_bureau_waits_for_one(world: World) -> None:
    send_one(world, letter())
    assert Ticket.objects.get().state == State.REGISTERED
    assert "Jamais affectées" in body(signed_in(world).get(URL))


def test_the_list_below_follows_a_line_without_a_bureau(world: World) -> None:
    assert "arrivals-section" in body(send_one(world, letter()))
    assert "arrivals-section" not in body(send_one(world, letter(office=world.offices["SEJ"].pk)))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("received_on", "21/11/2026", "Le 21/11/2026 est dans le futur. Indiquez au plus tard le 20/11/2026."),
        ("received_on", "31/02/2026", "n’est pas une date"),
        ("received_on", "01/01/2009", "sort du calendrier"),
        ("received_on", "", "Indiquez la date du tampon."),
        ("sender_name", "", "Indiquez l’expéditeur."),
        ("subject", "", "Indiquez l’objet en quelques mots."),
        ("subject", "x" * 10_000, "L’objet dépasse 500 caractères (10000)."),
        ("office", "999999", "Ce choix n’est pas proposé, ou ne l’est plus. Choisissez-en un autre dans la liste."),
        ("channel", "", "obligatoire"),
    ],
)
def test_a_refused_line_keeps_every_word_and_says_why(world: World, field: str, value: str, message: str) -> None:
    line = letter(**{"sender_name": "Expéditeur gardé", "subject": "Objet gardé", field: value})
    response = send_one(world, line)
    assert response.status_code == 422
    assert not Ticket.objects.exists()
    page = body(response)
    assert message in page
    for name, kept in (("sender_name", "Expéditeur gardé"), ("subject", "Objet gardé")):
        assert kept in page or name == field
    assert line["line"][0] in page


def test_a_bureau_of_another_prefecture_is_no_choice(world: World) -> None:
    from tests.factories import make_world

    other = make_world("13", "13")
    assert send_one(world, letter(office=other.offices["SEJ"].pk)).status_code == 422


def test_the_same_line_sent_twice_registers_one_demande(world: World) -> None:
    line = letter()
    assert send_one(world, line).status_code == 200
    again = send_one(world, line)
    assert "déjà enregistré" in body(again)
    assert Ticket.objects.count() == 1


def test_an_emoji_and_a_nul_are_taken_as_they_can_be(world: World) -> None:
    send_one(world, letter(sender_name="Mme Exem\0ple 🙂"))
    assert Ticket.objects.get().sender_name == "Mme Exemple 🙂"


def test_a_line_of_an_unknown_name_does_not_exist(world: World) -> None:
    assert send_one(world, letter("pirate")).status_code == 404


# --- Five lines, without JavaScript -------------------------------------------------------------------------------


def test_all_the_lines_begun_are_registered_and_the_blank_ones_forgotten(world: World) -> None:
    blank = letter(sender_name="", subject="")
    sent = lines(letter(subject="Un"), blank, letter(subject="Deux"))
    response = signed_in(world).post(URL, sent, follow=True)
    assert set(Ticket.objects.values_list("subject", flat=True)) == {"Un", "Deux"}
    assert "2 demandes enregistrées" in body(response)
    assert response.redirect_chain


def test_a_refused_line_refuses_no_other_and_comes_back_with_its_words(world: World) -> None:
    sent = lines(letter(subject="Bonne"), letter(subject="Mauvaise", received_on="21/11/2026"))
    response = signed_in(world).post(URL, sent)
    assert response.status_code == 422
    assert list(Ticket.objects.values_list("subject", flat=True)) == ["Bonne"]
    page = body(response)
    assert (
        'value="Mauvaise"' in page and "Le 21/11/2026 est dans le futur. Indiquez au plus tard le 20/11/2026." in page
    )
    assert 'value="Bonne"' not in page
    assert len(response.context["lines"]) == 5


def test_saving_one_line_keeps_what_is_typed_in_the_others(world: World) -> None:
    one, other = letter(subject="Celle-ci"), letter(subject="", sender_name="En cours de frappe")
    response = signed_in(world).post(URL, lines(one, other) | {"only": one["line"][0]})
    assert response.status_code == 200
    assert Ticket.objects.get().subject == "Celle-ci"
    assert "En cours de frappe" in body(response)
    assert "Indiquez l’objet" not in body(response)


# --- The bureau proposed ------------------------------------------------------------------------------------------


def proposal(world: World, sender: str, **fields: Any) -> HttpResponse:
    line = letter(sender_name=sender, **fields)
    return signed_in(world).post(f"{URL}bureau/", line | {"of": line["line"][0]}, headers=HTMX)


def selected(response: HttpResponse) -> list[str]:
    import re

    return re.findall(r'<option value="(\d+)" selected', response.content.decode())


def test_the_bureau_of_the_last_mail_of_this_sender_is_proposed_with_the_reason(world: World) -> None:
    first = world.register(office="SEJ", by="mailroom", by_mailroom=True, sender_name="Mairie d’Orvault")
    world.act(first, Take(), by="agent")
    search.index_tickets([first])
    assert not Ticket.objects.visible_to(world.user("mailroom")).exists()
    response = proposal(world, "mairie d’orvault")
    assert selected(response) == [str(world.offices["SEJ"].pk)]
    words = "Proposé : comme la dernière demande de cet expéditeur, reçue le 16 novembre."
    assert words in body(response).replace("\xa0", " ")


def test_what_others_sent_out_of_sight_is_no_trace(world: World) -> None:
    hidden = world.register(office="ASI", by="asylum_agent", sender_name="Mme Discrète")
    search.index_tickets([hidden])
    response = proposal(world, "Mme Discrète")
    assert selected(response) == []
    assert "Proposé" not in body(response)


def test_a_bureau_already_chosen_is_left_as_it_is(world: World) -> None:
    seen = world.register(office="SEJ", by="mailroom", by_mailroom=True, sender_name="Mairie d’Orvault")
    search.index_tickets([seen])
    chosen = world.offices["DOT"].pk
    assert selected(proposal(world, "Mairie d’Orvault", office=chosen)) == [str(chosen)]


# --- What waits for a bureau --------------------------------------------------------------------------------------


@pytest.fixture
def returned(world: World) -> Ticket:
    ticket = world.register(office="SEJ", by="mailroom", by_mailroom=True, subject="Permis de conduire")
    return world.act(ticket, SendBack("Voir le bureau des dotations"), by="agent")


def test_what_came_back_says_who_sent_it_and_why(world: World, returned: Ticket) -> None:
    page = body(signed_in(world).get(URL))
    assert "Renvoyée le 20 novembre par A. Essai (Bureau du séjour) : « Voir le bureau des dotations »" in page.replace(
        "\xa0", " "
    )


def dispatch(world: World, **data: Any) -> HttpResponse:
    return signed_in(world).post(f"{URL}affecter/", data, follow=True)


def test_one_step_sends_it_to_a_bureau_and_undo_takes_it_back(world: World, returned: Ticket) -> None:
    office = world.offices["DOT"]
    reference = returned.reference
    client = signed_in(world)
    response = client.post(
        f"{URL}affecter/",
        {"one": reference, f"office-{reference}": office.pk, f"version-{reference}": returned.version},
        follow=True,
    )
    returned.refresh_from_db()
    assert returned.office == office
    assert f"{reference} affectée : Bureau des dotations." in body(response).replace("\xa0", " ")
    address = next(message.extra_tags for message in response.context["messages"]).removeprefix("undo:")
    response = client.post(address, follow=True)
    assert Ticket.objects.get().state == State.REGISTERED
    assert "1 demande de nouveau à affecter" in body(response)


def test_several_at_once(world: World, returned: Ticket) -> None:
    other = world.register(office=None, by="mailroom", by_mailroom=True)
    office = world.offices["DOT"]
    shown = {f"version-{ticket.reference}": ticket.version for ticket in (returned, other)}
    response = dispatch(world, chosen=[returned.reference, other.reference], office=office.pk, **shown)
    assert set(Ticket.objects.values_list("office", flat=True)) == {office.pk}
    assert "2 demandes affectées" in body(response)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"office": "1"}, "Cochez au moins une demande"),
        ({"chosen": ["44-2026-000001"], "office": ""}, "Choisissez le bureau."),
        ({"chosen": ["44-2026-000001"], "office": "x"}, "Ce bureau n’existe plus"),
        ({"one": "44-2026-000001", "office": "1"}, "Choisissez le bureau."),
    ],
)
def test_what_is_missing_is_said(world: World, returned: Ticket, data: dict[str, Any], message: str) -> None:
    assert message in body(dispatch(world, **data))
    assert Ticket.objects.get().office is None


def test_a_demande_sent_elsewhere_meanwhile_is_refused_alone(world: World, returned: Ticket) -> None:
    other = world.register(office=None, by="mailroom", by_mailroom=True)
    world.act(returned, Assign(world.offices["SPB"].pk), by="quality")
    response = dispatch(
        world,
        chosen=[returned.reference, other.reference],
        office=world.offices["DOT"].pk,
        **{f"version-{returned.reference}": returned.version, f"version-{other.reference}": other.version},
    )
    returned.refresh_from_db()
    other.refresh_from_db()
    assert (returned.office, other.office) == (world.offices["SPB"], world.offices["DOT"])
    assert f"{returned.reference} n’a pas été affectée" in body(response)


def test_a_form_that_hides_what_it_showed_does_not_undo_what_somebody_did(world: World, returned: Ticket) -> None:
    world.act(returned, Assign(world.offices["SPB"].pk), by="mailroom")
    response = dispatch(world, chosen=[returned.reference], office=world.offices["DOT"].pk)
    returned.refresh_from_db()
    assert returned.office == world.offices["SPB"]
    assert f"{returned.reference} n’a pas été affectée" in body(response)


def test_what_a_bureau_has_taken_is_out_of_reach(world: World, returned: Ticket) -> None:
    world.act(returned, Assign(world.offices["SEJ"].pk), by="mailroom")
    world.act(returned, Take(), by="agent")
    response = dispatch(world, chosen=[returned.reference], office=world.offices["DOT"].pk)
    returned.refresh_from_db()
    assert returned.office == world.offices["SEJ"]
    assert "Ces demandes ont été affectées entre-temps." in body(response)


def test_the_count_equals_the_list_behind_it(world: World, returned: Ticket) -> None:
    for _ in range(3):
        world.register(office=None, by="mailroom", by_mailroom=True)
    client = signed_in(world)
    response = client.get(URL)
    shown = [row.line.reference for row in (*response.context["returned"], *response.context["unassigned"])]
    behind = [line.reference for line in client.get("/registre/?state=registered&order=due").context["lines"]]
    assert response.context["total"].number == len(shown) == len(behind) == 4
    assert set(shown) == set(behind)
    assert "4 demandes" in body(response)


def test_as_many_queries_for_one_row_as_for_fifty(world: World) -> None:
    counts = []
    signed_in(world).get(URL)
    for more in (1, 49):
        for _ in range(more):
            ticket = world.register(office="SEJ", by="mailroom", by_mailroom=True)
            world.act(ticket, SendBack("Pas pour nous"), by="agent")
        client = signed_in(world)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(URL)
        counts.append((len(response.context["returned"]), len(queries)))
    assert [rows for rows, _ in counts] == [1, 50]
    assert counts[0][1] == counts[1][1]


def test_senders_are_completed_from_what_one_may_read(world: World) -> None:
    send_one(world, letter(sender_name="Mairie d’Orvault"))
    line = letter(sender_name="orv")
    response = signed_in(world).post(f"{URL}expediteurs/", line | {"of": line["line"][0]}, headers=HTMX)
    assert "Mairie d’Orvault" in body(response)


def test_a_letter_saved_twice_is_said_among_what_one_may_read(world: World) -> None:
    world.register(office="ASI", by="asylum_agent", sender_name="Mairie d’Orvault", subject="Subvention de la piscine")
    assert "Ressemble à" not in body(
        send_one(world, letter(sender_name="Mairie d’Orvault", subject="Subvention piscine"))
    )
    first = Ticket.objects.latest("pk")
    page = body(send_one(world, letter(sender_name="MAIRIE D'ORVAULT", subject="Subvention de la piscine")))
    assert page.count("Ressemble à") == 1
    assert f">{first.reference}</a>, à affecter, courrier reçu vendredi 20 novembre." in page
    assert "Elle ressemble à une autre du même expéditeur." in page
