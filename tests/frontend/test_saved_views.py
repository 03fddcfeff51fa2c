"""Saved views: filters under a name, counted within the rights of whoever looks."""

from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from frontend import saved_views
from frontend.models import RegistryDisplay, SavedView
from tests.factories import World, make_world
from tracker.models import Event, EventText
from tracker.verification import verify_journal

URL = "/registre/"
LATE = date(2026, 11, 2)


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def add(world: World, who: str = "agent", query: str = "situation=overdue", name: str = "En retard") -> SavedView:
    response = signed_in(world, who).post(f"{URL}vues/enregistrer/?{query}", {"name": name})
    assert response.status_code == 302, body(response)
    return SavedView.objects.latest("pk")


def change(world: World, view: SavedView, who: str, **typed: Any) -> HttpResponse:
    return signed_in(world, who).post(f"{URL}vues/{view.pk}/", {"name": view.name, **typed})


def shared(
    world: World, query: str = "situation=overdue", alert_above: int | str = "", name: str = "En retard"
) -> SavedView:
    view = add(world, "quality", query, name)
    assert change(world, view, "quality", shared="on", alert_above=alert_above).status_code == 302
    view.refresh_from_db()
    assert view.prefecture == world.prefecture
    return view


def shown(world: World, who: str, query: str = "") -> dict[str, saved_views.ViewLink]:
    response = signed_in(world, who).get(f"{URL}?{query}")
    assert response.status_code == 200
    return {view.name: view for view in response.context["views"]}


# --- Kept as the address has it -----------------------------------------------------------------------------------


def test_a_view_keeps_filters_order_and_columns_in_one_writing(world: World) -> None:
    query = "situation=overdue&office=SEJ&received_from=1/10/2026&unknown=1&from=abc&order=due&columns=subject-due"
    view = add(world, query=query, name="  Séjour,   en retard ")
    assert view.name == "Séjour, en retard"
    assert parse_qs(view.query) == {"office": ["SEJ"], "situation": ["overdue"], "received_from": ["2026-10-01"]}
    assert (view.order, view.columns) == ("due", "subject-due")


def test_opening_a_view_gives_the_address_that_its_author_had(world: World) -> None:
    view = add(world, query="situation=overdue&order=due&columns=subject-due")
    response = signed_in(world, "agent").get(saved_views.address(view))
    assert (response.context["order"].code, response.context["columns"]) == ("due", ("subject", "due"))
    assert [tag.label for tag in response.context["tags"]] == ["en retard"]
    assert response.context["views"][0].is_current


def test_a_value_that_one_may_not_filter_by_is_not_kept(world: World) -> None:
    response = signed_in(world, "agent").post(f"{URL}vues/enregistrer/?office=DOT", {"name": "Dotations"})
    assert response.status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(("name", "words"), [("", "Donnez un nom"), ("x" * 61, "dépasse 60 caractères (61)")])
def test_a_refused_name_comes_back_beside_its_field(world: World, name: str, words: str) -> None:
    response = signed_in(world, "agent").post(f"{URL}vues/enregistrer/?situation=overdue", {"name": name})
    assert response.status_code == 422
    assert words in body(response)
    assert [tag.label for tag in response.context["tags"]] == ["en retard"]


def test_two_views_of_one_name_could_not_be_told_apart(world: World) -> None:
    add(world, name="En retard")
    client = signed_in(world, "agent")
    response = client.post(f"{URL}vues/enregistrer/?situation=today", {"name": "en  retard"})
    assert response.status_code == 422
    assert "s’appelle déjà" in body(response)
    other = add(world, name="Autre")
    assert change(world, other, "agent", name="En retard").status_code == 422
    assert change(world, other, "agent", alert_above="3").status_code == 302
    shared(world)  # a shared view beside one's own is told apart by its heading


def test_views_are_limited_in_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 1)
    add(world)
    response = signed_in(world, "agent").post(f"{URL}vues/enregistrer/?situation=today", {"name": "Aujourd’hui"})
    assert response.status_code == 422
    assert "supprimez-en une" in body(response)


# --- Whose it is --------------------------------------------------------------------------------------------------


def test_a_view_of_one_s_own_is_nobody_else_s(world: World) -> None:
    view = add(world)
    assert list(shown(world, "agent")) == ["En retard"]
    assert shown(world, "colleague") == {} == shown(world, "quality")
    for action in ("", "supprimer/", "monter/"):
        response = signed_in(world, "colleague").post(f"{URL}vues/{view.pk}/{action}", {"name": "À moi"})
        assert response.status_code == 404
    view.refresh_from_db()
    assert view.name == "En retard"
    assert not Event.objects.filter(stream="savedview").exists()


def test_a_shared_view_is_everybody_s_and_each_counts_their_own(world: World) -> None:
    shared(world, alert_above=1)
    for _ in range(2):
        world.register(received_on=LATE)
    world.register(received_on=LATE, office="DOT")
    assert shown(world, "agent")["En retard"].alert == "2 demandes"
    assert shown(world, "other_agent")["En retard"].alert == ""
    assert shown(world, "quality")["En retard"].alert == "3 demandes"
    assert shown(make_world("85", "85"), "agent") == {}


def test_the_number_of_the_badge_is_that_of_the_list_behind_it(world: World) -> None:
    view = shared(world, "situation=overdue&situation=unassigned&text=", alert_above=0)
    for office in ("SEJ", "SEJ", "ASI", "DOT"):
        world.register(received_on=LATE, office=office, by=None)
    for who in ("agent", "director", "quality"):
        lines = signed_in(world, who).get(saved_views.address(view)).context["lines"]
        assert shown(world, who)["En retard"].alert.split()[0] == str(len(lines))


def test_a_shared_view_that_names_what_one_does_not_see_does_not_exist(world: World) -> None:
    shared(world, "office=ASI&situation=overdue")
    assert shown(world, "agent") == {}
    assert list(shown(world, "asylum_agent")) == ["En retard"]


def test_one_s_own_view_on_a_bureau_left_behind_stays_to_be_deleted(world: World) -> None:
    add(world, query="office=SEJ")
    world.user("agent").memberships.update(office=world.offices["DOT"])
    assert list(shown(world, "agent")) == ["En retard"]
    assert "un filtre qui ne vous est plus ouvert" in body(signed_in(world, "agent").get(f"{URL}vues/"))


@pytest.mark.parametrize("who", ["agent", "supervisor", "branch_quality", "mailroom"])
def test_the_referent_of_the_whole_prefecture_alone_shares(world: World, who: str) -> None:
    view = add(world, who)
    change(world, view, who, shared="on")
    view.refresh_from_db()
    assert not view.is_shared
    common = shared(world)
    assert change(world, common, who).status_code == 404


def test_the_page_of_views_lists_what_one_may_open_and_changes_what_is_one_s_own(world: World) -> None:
    common, mine = shared(world), add(world, name="À moi")
    shared(world, "office=ASI", name="Asile")
    rows = {row.view: row.form for row in signed_in(world, "agent").get(f"{URL}vues/").context["rows"]}
    assert list(rows) == [common, mine]
    assert rows[common] is None and "shared" not in rows[mine].fields


@pytest.mark.parametrize("name", ["text", "assignee"])
def test_a_shared_view_names_nobody(world: World, name: str) -> None:
    value = {"text": "Dupont", "assignee": str(world.users["agent"].pk)}[name]
    view = add(world, "quality", f"{name}={value}")
    response = change(world, view, "quality", shared="on")
    assert response.status_code == 422
    assert "ne nomme personne" in body(response)


def test_what_changes_of_a_shared_view_is_journalled_without_its_name_in_the_data(world: World) -> None:
    view = shared(world)
    change(world, view, "quality", name="Retards de M. Exemple", shared="on", alert_above="12")
    change(world, view, "quality", alert_above="12")
    view.refresh_from_db()
    assert (view.is_shared, view.owner) == (False, world.users["quality"])
    shared_again = shared(world, name="Encore")
    signed_in(world, "quality").post(f"{URL}vues/{shared_again.pk}/supprimer/")
    events = Event.objects.filter(stream="savedview").order_by("pk")
    assert [event.kind for event in events] == ["shared", "changed", "unshared", "shared", "deleted"]
    assert events[1].data["alert_above"] == 12 and events[1].data["filters"] == ["situation"]
    assert "Exemple" not in str([event.data for event in events])
    assert EventText.objects.get(event=events[1]).text == "Retards de M. Exemple"
    assert verify_journal().different == []


# --- Order, number, deletion --------------------------------------------------------------------------------------


def test_views_move_up_and_go(world: World) -> None:
    views = [add(world, name=name) for name in ("A", "B", "C")]
    client = signed_in(world, "agent")
    client.post(f"{URL}vues/{views[2].pk}/monter/")
    assert list(shown(world, "agent")) == ["A", "C", "B"]
    client.post(f"{URL}vues/{views[0].pk}/monter/")
    assert list(shown(world, "agent")) == ["A", "C", "B"]
    client.post(f"{URL}vues/{views[0].pk}/supprimer/")
    assert list(shown(world, "agent")) == ["C", "B"]


def test_a_number_that_is_none_is_refused_with_what_was_typed(world: World) -> None:
    view = add(world)
    response = change(world, view, "agent", name="Nouveau nom", alert_above="dix")
    assert response.status_code == 422
    assert "Écrivez un nombre entier" in body(response) and "Nouveau nom" in body(response)


# --- Columns and order --------------------------------------------------------------------------------------------


def test_columns_and_order_are_remembered_and_the_address_comes_first(world: World) -> None:
    world.register()
    client = signed_in(world, "agent")
    answer = client.post(
        f"{URL}affichage/?office=SEJ", {"show": "columns", "columns": ["due", "subject"], "order": "due"}
    )
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query == {"office": ["SEJ"], "order": ["due"], "columns": ["subject-due"]}
    page = client.get(URL)
    assert (page.context["order"].code, page.context["columns"]) == ("due", ("subject", "due"))
    assert '<th scope="col">Objet</th>' in body(page) and "Expéditeur</th>" not in body(page)
    assert client.get(f"{URL}?order=reference&columns=sender").context["columns"] == ("sender",)
    client.post(f"{URL}affichage/", {"order": "reference"})
    kept = RegistryDisplay.objects.get()
    assert (kept.order, kept.columns) == ("reference", "subject-due")


def test_the_bureau_is_no_column_for_whom_reads_one_alone(world: World) -> None:
    for who, shown in (("agent", False), ("mailroom", True), ("director", True), ("quality", True)):
        assert ("office" in signed_in(world, who).get(URL).context["columns"]) is shown, who
    assert "office" in signed_in(world, "agent").get(f"{URL}?columns=office-due").context["columns"]


def test_a_distant_deadline_is_its_day_under_its_heading(world: World) -> None:
    world.register(channel="letter")
    page = body(signed_in(world, "agent").get(URL))
    assert '<span class="sillage-lines__said">au plus tard </span>' in page
    assert 'title="au plus tard ' in page


def test_no_column_at_all_is_refused(world: World) -> None:
    world.register()
    response = signed_in(world, "agent").post(f"{URL}affichage/", {"show": "columns", "order": "due"})
    assert response.status_code == 422
    assert "Gardez au moins une colonne" in body(response)
    assert not RegistryDisplay.objects.exists()


def test_the_export_holds_the_columns_that_the_list_shows(world: World) -> None:
    ticket = world.register()
    client = signed_in(world, "agent")
    page = client.get(f"{URL}?columns=due-subject")
    assert f"export.csv{page.context['seen_query']}" in body(page)
    text = b"".join(client.get(f"{URL}export.csv?columns=due-subject")).decode("utf-8-sig")
    header, row = text.splitlines()
    assert header == "Référence;Objet;Au plus tard le;Résultat"
    assert row.startswith(f"{ticket.reference};Demande de renseignements;")
    whole = b"".join(client.get(f"{URL}export.csv")).decode("utf-8-sig")
    assert whole.splitlines()[0].count(";") == 31
