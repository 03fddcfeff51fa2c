"""From the ticked lines of the Registre to the report: what is foreseen, done, refused and taken back, page by page."""

import io
from datetime import date, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client

from tests.factories import World, make_world
from tracker import jobs, mass
from tracker.commands import Answer
from tracker.enums import MassStage, State
from tracker.models import MassAct, Ticket

URL = "/registre/"
ON = date(2026, 11, 17)


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def answered(world: World, **fields: Any) -> Ticket:
    return world.register(Answer(ON), **fields)


def select(client: Client, act: str, *tickets: Ticket, query: str = "", **typed: str) -> HttpResponse:
    data = {"act": act, "demande": [ticket.reference for ticket in tickets], **typed}
    return client.post(f"{URL}selection/{query}", data, follow=True)


def press(client: Client, response: HttpResponse, button: str) -> HttpResponse:
    """Send the form that `button` names, as the page has it."""
    act = response.context["act"]
    address = f"{URL}actions/{act.pk}/{button}/"
    assert f'action="{address}"' in body(response)
    return client.post(address, follow=True)


def followed(client: Client, response: HttpResponse) -> HttpResponse:
    assert response.context["busy"]
    assert "hx-get" in body(response)
    jobs.run_pending_jobs()
    return client.get(response.request["PATH_INFO"])


# --- The whole way ------------------------------------------------------------------------------------------------


def test_two_closed_one_refused_then_undone(world: World) -> None:
    client = signed_in(world, "agent")
    first, second, still_open = answered(world), answered(world), world.register()
    preview = select(client, "close", first, second, still_open)
    text = body(preview)
    assert "<h1>Clore 3 demandes</h1>" in text
    assert "<strong>2 demandes</strong> seront closes. 1 demande restera comme elle est." in text
    assert "1 demande\xa0: cette action n’est pas possible\xa0: la demande est «\xa0Affectée\xa0»." in text
    assert f'href="/demandes/{still_open.reference}/"' in text
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.ANSWERED, State.ASSIGNED}

    ended = followed(client, press(client, preview, "confirmer"))
    text = body(ended)
    assert "2 demandes closes." in text and "1 demande est restée comme elle était." in text
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{ended.request['PATH_INFO']}rapport.xlsx"))))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == ("Référence", "Suite", "Motif")
    assert [row[1] for row in rows[1:]] == ["Faite", "Faite", "Refusée"]

    back = followed(client, press(client, ended, "annuler"))
    assert "Action annulée pour 2 demandes\xa0: elles sont comme avant." in body(back)
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.ANSWERED, State.ASSIGNED}


def test_a_bureau_is_asked_for_then_checked(world: World) -> None:
    client = signed_in(world, "quality")
    ticket = world.register()
    asked = select(client, "office", ticket)
    assert asked.context["act"].stage == MassStage.CHOOSING
    address = f"{asked.request['PATH_INFO']}preciser/"
    refused = client.post(address, {"target": ""})
    assert refused.status_code == 422
    assert "Choisissez un bureau." in body(refused)
    checked = client.post(address, {"target": world.offices["DOT"].pk}, follow=True)
    assert "Confier 1 demande\xa0: Bureau des dotations" in body(checked)
    followed(client, press(client, checked, "confirmer"))
    ticket.refresh_from_db()
    assert ticket.office == world.offices["DOT"]


def test_the_people_to_choose_from_are_those_of_the_bureaux_one_sees(world: World) -> None:
    ticket = world.register()
    for who, names in (
        ("agent", {"Agent Essai", "Colleague Essai", "Supervisor Essai"}),
        ("director", {"Director Essai", "Other Essai"}),
    ):
        held = ticket if who == "agent" else world.register(office="DOT", by=None)
        page = select(signed_in(world, who), "agent", held)
        labels = {str(label) for value, label in page.context["form"].fields["target"].choices if value}
        assert labels == names


def test_the_whole_view_is_what_its_filters_say(world: World) -> None:
    client = signed_in(world, "agent")
    inside = [answered(world) for _ in range(3)]
    answered(world, channel="letter", received_on=date(2026, 11, 10))
    assert "Toute la vue (3 demandes)" in body(client.get(f"{URL}?channel=email"))
    preview = select(client, "close", query="?channel=email", whole="1")
    assert list(preview.context["act"].lines.order_by("ticket_id").values_list("ticket", flat=True)) == [
        ticket.pk for ticket in inside
    ]


# --- What is not there --------------------------------------------------------------------------------------------


def test_what_one_may_not_see_is_counted_and_not_named(world: World) -> None:
    mine = answered(world)
    other, elsewhere = answered(world, office="DOT", by=None), make_world("85", "85").register(Answer(ON))
    preview = select(signed_in(world, "agent"), "close", mine, other, elsewhere)
    text = body(preview)
    assert "2 demandes cochées ne vous sont plus accessibles" in text
    assert "<h1>Clore 1 demande</h1>" in text
    assert other.reference not in text and elsewhere.reference not in text


def test_a_demande_gone_before_the_job_is_counted_and_not_named(world: World) -> None:
    client = signed_in(world, "agent")
    kept, gone = answered(world), answered(world)
    preview = select(client, "close", kept, gone)
    Ticket.objects.filter(pk=gone.pk).update(office=world.offices["DOT"])
    ended = followed(client, press(client, preview, "confirmer"))
    assert f"1 demande\xa0: {mass.GONE[0].lower()}{mass.GONE[1:]}" in body(ended)
    assert gone.reference not in body(ended)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{ended.request['PATH_INFO']}rapport.xlsx"))))
    assert [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)] == [kept.reference]


@pytest.mark.parametrize("who", ["colleague", "supervisor", "quality"])
def test_the_act_of_another_person_does_not_exist(world: World, who: str) -> None:
    select(signed_in(world, "agent"), "close", answered(world))
    act = MassAct.objects.get()
    client = signed_in(world, who)
    assert client.get(f"{URL}actions/{act.pk}/").status_code == 404
    assert client.get(f"{URL}actions/{act.pk}/rapport.xlsx").status_code == 404
    for step in ("preciser", "confirmer", "annuler", "reprendre"):
        assert client.post(f"{URL}actions/{act.pk}/{step}/").status_code == 404


# --- Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("close", "Cochez au moins une demande."),
        ("export", "Cochez au moins une demande."),
        ("", "Choisissez ce qu’il"),
    ],
)
def test_nothing_ticked_or_nothing_chosen_goes_back_to_the_list(world: World, act: str, words: str) -> None:
    ticket = answered(world)
    chosen = [] if act else [ticket]
    response = select(signed_in(world, "agent"), act, *chosen, query="?channel=email")
    assert response.request["PATH_INFO"] == URL and response.request["QUERY_STRING"] == "channel=email"
    assert words in body(response)
    assert not MassAct.objects.exists()


def test_an_act_that_the_role_never_has_is_refused(world: World) -> None:
    response = select(signed_in(world, "mailroom"), "close", world.register(office=None, by="mailroom"))
    assert "Choisissez ce qu’il faut faire" in body(response)
    assert "Clore" not in {label for _, label in response.context["acts"]}


def test_confirmed_twice_from_two_windows(world: World) -> None:
    client = signed_in(world, "agent")
    preview = select(client, "close", answered(world))
    press(client, preview, "confirmer")
    again = client.post(f"{preview.request['PATH_INFO']}confirmer/")
    assert again.status_code == 409
    assert "Cette action a déjà avancé" in body(again)


def test_too_late_to_undo(world: World, frozen: Any) -> None:
    client = signed_in(world, "agent")
    ended = followed(client, press(client, select(client, "close", answered(world)), "confirmer"))
    frozen.shift(timedelta(minutes=11))
    assert "annuler/" not in body(client.get(ended.request["PATH_INFO"]))
    refused = client.post(f"{ended.request['PATH_INFO']}annuler/")
    assert refused.status_code == 409
    assert "dans les dix minutes" in body(refused)


# --- The selection as a file --------------------------------------------------------------------------------------


def test_the_selection_is_exported_as_it_is_seen(world: World) -> None:
    first, second, other = world.register(), world.register(), world.register(office="DOT", by=None)
    world.register()
    client = signed_in(world, "agent")
    response = select(client, "export", first, second, other, query="?columns=office-subject&order=reference")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == ("Référence", "Objet", "Bureau")
    assert [row[0] for row in rows[1:]] == [second.reference, first.reference]
