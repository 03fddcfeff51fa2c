"""The wall: figures for whoever passes by, opened by a person or by the address of a screen, and by nothing else."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from frontend import fragments, wall
from notifications.visitors import visitors_of
from tests.factories import World, make_world
from tests.frontend.walk import TABLE
from tests.frontend.walk.stage import Stage, make_stage
from tracker import screens
from tracker.errors import InvalidCommand
from tracker.models import Event, EventText, Office, WallScreen
from tracker.screens import NewScreen
from tracker.writers import Author

LATE = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def fresh() -> None:
    fragments.forget()
    cache.clear()


def made(world: World, **shows: Any) -> NewScreen:
    given = {"name": "Couloir", "site": None, "office": None} | shows
    return screens.create_screen(world.prefecture, author=Author(user=world.user("quality")), **given)


def opened(new: NewScreen) -> Client:
    """The browser of a screen, once its address has been opened."""
    client = Client()
    assert client.get(reverse("wall-open", args=[new.secret])).status_code == 302
    return client


def body(response: HttpResponse) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def figures(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-sillage-figure="([^"]+)">([^<]+)<', page))


def bureaux(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><span>([^<]+)</span>', page)


# --- What it shows ------------------------------------------------------------------------------------------------


def test_it_names_no_demande_and_nobody(world: World) -> None:
    ticket = world.register(
        received_on=LATE, assignee="agent", subject="Objet secret", sender_name="Mme Secrète", office="SEJ"
    )
    client = Client()
    client.force_login(world.user("quality"))
    for address in ("/mur/", "/mur/tableau/"):
        page = body(client.get(address))
        assert figures(page)["En retard"] == "1"
        for word in (ticket.reference, "Objet secret", "Secrète", "Agent Essai", world.user("quality").last_name):
            assert word not in page, word


def test_a_direction_that_holds_nothing_itself_has_no_line(world: World) -> None:
    client = opened(made(world))
    assert bureaux(body(client.get("/mur/"))) == [world.offices[code].name for code in ("DOT", "SEJ", "ASI", "SPB")]
    world.register(received_on=LATE, office="DCL", by=None)
    assert world.offices["DCL"].name in bureaux(body(client.get("/mur/")))


@pytest.mark.parametrize(("number", "pages"), [(4, 1), (30, 1), (31, 2), (75, 3)])
def test_every_bureau_stands_on_one_page(world: World, number: int, pages: int) -> None:
    for rank in range(number - 4):
        Office.objects.create(
            prefecture=world.prefecture, site=world.site, code=f"N{rank}", name=f"Bureau {rank}", position=20
        )
    page = body(opened(made(world)).get("/mur/"))
    assert len(set(bureaux(page))) == len(bureaux(page)) == number
    assert page.count("data-sillage-page") == pages
    assert page.count("data-sillage-page hidden") == pages - 1


@pytest.mark.parametrize(("shows", "late"), [({}, "4"), ({"site": "branch"}, "1"), ({"office": "DCL"}, "1")])
def test_a_screen_counts_its_part_of_the_tree(world: World, shows: dict[str, str], late: str) -> None:
    """A sensitive bureau is counted as far as its dates go."""
    for office in ("SEJ", "ASI", "DOT", "SPB"):
        world.register(received_on=LATE, office=office, by=None)
    make_world("85", "85").register(received_on=LATE)
    places = {"site": world.branch} if "site" in shows else {}
    places |= {"office": world.offices[shows["office"]]} if "office" in shows else {}
    assert figures(body(opened(made(world, **places)).get("/mur/")))["En retard"] == late


def test_a_person_may_narrow_it_to_a_bureau_of_theirs(world: World) -> None:
    world.register(received_on=LATE)
    client = Client()
    client.force_login(world.user("quality"))
    assert bureaux(body(client.get("/mur/?bureau=DCL"))) == [world.offices["DOT"].name]
    assert figures(body(client.get("/mur/tableau/?bureau=DCL")))["En retard"] == "–"
    client.force_login(world.user("supervisor"))
    assert bureaux(body(client.get("/mur/?bureau=DCL"))) == [world.offices["SEJ"].name]


# --- The address of a screen --------------------------------------------------------------------------------------


def test_the_secret_leaves_the_address_and_is_kept_nowhere(world: World) -> None:
    new = made(world)
    client = Client()
    response = client.get(reverse("wall-open", args=[new.secret]) + "?theme=sombre")
    assert response["Location"] == "/mur/?theme=sombre"
    for name, path in wall.COOKIES.items():
        cookie = response.cookies[name]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (path, True, "Lax")
        assert new.secret not in cookie.value
    page = body(client.get("/mur/?theme=sombre"))
    assert 'data-sillage-theme="dark"' in page and new.secret not in page
    stored = [*Event.objects.values_list("data", flat=True), *EventText.objects.values_list("text", flat=True)]
    assert new.secret not in str(stored)
    assert new.secret not in str(list(WallScreen.objects.values()))


def test_a_screen_is_shown_nothing_else(db: None, frozen: Any) -> None:
    """Before every other page it is nobody."""
    stage: Stage = make_stage()
    client = opened(made(stage.world))
    seen = {}
    for name, page in TABLE.items():
        if not page.public and not name.startswith("wall"):
            address = page.url(name, stage)
            response = getattr(client, page.method)(address, page.data)
            seen[name] = response.headers.get("Location", "").partition("?")[0]
    assert set(seen.values()) == {reverse("sign-in")}, seen
    assert client.get("/api/v1/tickets/").status_code == 401


def test_it_reads_and_writes_nothing(world: World) -> None:
    client = opened(made(world))
    assert client.post("/mur/").status_code == 405
    assert client.post("/mur/tableau/").status_code == 405


def test_once_withdrawn_it_is_nobody_s(world: World) -> None:
    new = made(world)
    client = opened(new)
    [visitor] = visitors_of({name: cookie.value for name, cookie in client.cookies.items()})
    assert visitor.user is None
    assert visitor.still_there()
    screens.withdraw_screen(new.screen.pk, Author(user=world.user("quality")))
    assert not visitor.still_there()
    assert visitors_of({name: cookie.value for name, cookie in client.cookies.items()}) == []
    assert client.get("/mur/")["Location"].startswith(reverse("sign-in"))
    assert client.get("/mur/tableau/")["Location"].startswith(reverse("sign-in"))
    assert Client().get(reverse("wall-open", args=[new.secret])).status_code == 404


def test_its_live_connection_follows_its_prefecture_alone(world: World) -> None:
    make_world("85", "85")
    ticket = world.register()
    client = opened(made(world))
    [visitor] = visitors_of({wall.LIVE_COOKIE: client.cookies[wall.LIVE_COOKIE].value})
    topics = ("prefecture:44", "prefecture:85", f"ticket:{ticket.reference}", "inbox", "")
    assert [visitor.allows(topic) for topic in topics] == [True, False, False, False, False]
    state = client.get("/direct/etat/", {"sujet": topics}).json()
    assert list(state["values"]) == ["prefecture:44"]


FORGED = ("", "x", "1", signing.dumps(1), signing.dumps(1, salt="other"), "\0", "é" * 500)


@pytest.mark.parametrize("cookie", FORGED, ids=range(len(FORGED)))
def test_a_forged_pass_opens_nothing(world: World, cookie: str) -> None:
    made(world)
    assert screens.screen_of_pass(cookie) is None
    assert wall.load_visitor(cookie) is None


def test_guesses_are_made_to_wait(world: World) -> None:
    new = made(world)
    client = Client()
    assert [client.get(f"/mur/devine{n}/").status_code for n in range(11)] == [404] * 10 + [429]
    assert client.get(reverse("wall-open", args=[new.secret])).status_code == 429
    assert client.get(reverse("wall-open", args=[new.secret]), REMOTE_ADDR="10.0.0.9").status_code == 302


def test_a_screen_opens_while_the_count_of_guesses_is_away(world: World, settings: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    new = made(world)
    assert Client().get(reverse("wall-open", args=[new.secret])).status_code == 302
    assert Client().get("/mur/devine/").status_code == 404


def test_its_last_sign_of_life_is_written_once_a_minute(world: World, frozen: Any) -> None:
    new = made(world)
    client = opened(new)
    client.get("/mur/")
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for seconds, seen in ((30, 0), (61, 61)):
        frozen.move_to(start + timedelta(seconds=seconds))
        client.get("/mur/tableau/")
        assert WallScreen.objects.get().last_seen_at == start + timedelta(seconds=seen)


# --- The list of screens ------------------------------------------------------------------------------------------


def test_the_referent_makes_a_screen_sees_its_address_once_and_withdraws_it(world: World) -> None:
    client = Client()
    client.force_login(world.user("quality"))
    page = body(client.post("/reglages/ecrans/", {"name": "Hall", "shown": f"bureau-{world.offices['SEJ'].pk}"}))
    found = re.search(r"http://testserver(/mur/[^<]+/)</code>", page)
    assert found
    assert Client().get(found[1]).status_code == 302
    again = client.get("/reglages/ecrans/")
    assert found[1] not in body(again)
    assert "Montre Bureau du séjour" in body(again) and "no-store" in again["Cache-Control"]
    screen = WallScreen.objects.get()
    assert client.post(f"/reglages/ecrans/{screen.pk}/retirer/").status_code == 302
    assert "Hall" not in body(client.get("/reglages/ecrans/")).split("Les écrans en service")[1]
    assert client.get(f"/reglages/ecrans/{screen.pk}/retirer/").status_code == 404


@pytest.mark.parametrize("typed", [{"name": ""}, {"name": "x" * 81}, {"shown": "bureau-0"}, {"shown": ""}])
def test_what_is_refused_keeps_what_was_typed(world: World, typed: dict[str, str]) -> None:
    client = Client()
    client.force_login(world.user("quality"))
    assert client.post("/reglages/ecrans/", {"name": "Hall", "shown": "prefecture"} | typed).status_code == 422
    assert not WallScreen.objects.exists()


def test_there_are_so_many_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "MOST", 1)
    made(world)
    with pytest.raises(InvalidCommand, match="déjà 1"):
        made(world)


def test_another_prefecture_s_screen_does_not_exist(world: World) -> None:
    new = made(make_world("85", "85"))
    client = Client()
    client.force_login(world.user("quality"))
    assert client.post(f"/reglages/ecrans/{new.screen.pk}/retirer/").status_code == 404
