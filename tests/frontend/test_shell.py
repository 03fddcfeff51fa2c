"""The frame around every page: menus by role, messages, refusals, what templates may not hold, uploads."""

import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from frontend import context, feedback
from frontend.pages import errors, support
from tests.factories import World
from tracker.commands import Assign

TEMPLATES = sorted((settings.BASE_DIR / "frontend" / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "frontend" / "static" / "frontend"
MEGABYTE = 1024 * 1024


def page_of(world: World, name: str, address: str = "/aide/") -> str:
    client = Client()
    client.force_login(world.user(name))
    return client.get(address).content.decode()


@pytest.mark.parametrize(
    ("role", "menu"),
    [
        ("mailroom", ["Arrivées", "Registre", "Calculer une échéance"]),
        ("agent", ["Ma file", "Registre", "Calculer une échéance"]),
        (
            "supervisor",
            ["Ma file", "Mon bureau", "Registre", "Suivi en direct", "Plan d’actions", "Calculer une échéance"],
        ),
        (
            "quality",
            [
                "Ma file",
                "Mon bureau",
                "Registre",
                "Suivi en direct",
                "Plan d’actions",
                "Calculer une échéance",
                "Imports",
                "Réglages",
            ],
        ),
        ("copil", ["Plan d’actions", "Calculer une échéance"]),
        ("administrator", ["Calculer une échéance", "Réglages"]),
    ],
)
def test_the_menu_is_that_of_the_role(world: World, role: str, menu: list[str]) -> None:
    request = RequestFactory().get("/aide/")
    request.user = world.user(role)
    assert [link.label for link in context.navigation(request)] == menu
    kinds = context.registrable(request)
    assert bool(kinds) == (role in ("mailroom", "agent", "supervisor", "quality"))


def test_the_page_one_is_on_is_marked(world: World) -> None:
    page = page_of(world, "agent", "/calculer-une-echeance/")
    assert re.search(r'href="/calculer-une-echeance/" aria-current="page"', page)


def test_the_kinds_offered_are_those_of_the_prefecture(world: World) -> None:
    world.prefecture.kinds.filter(code="complaint").update(is_active=False)
    request = RequestFactory().get("/aide/")
    request.user = world.user("agent")
    offered = [link.url for link in context.registrable(request)]
    assert reverse("register", args=["correspondence"]) in offered
    assert reverse("register", args=["complaint"]) not in offered


def test_no_mark_of_the_state_in_the_demonstration(world: World) -> None:
    page = page_of(world, "agent")
    assert "fr-logo" not in page and "fr-footer__brand" not in page
    assert "Préfecture" in page and "république" not in page.lower()


def test_a_message_may_offer_to_undo(rf: RequestFactory) -> None:
    sent: list[Message] = []

    class Storage:
        def add(self, level: int, message: str, extra_tags: str = "") -> None:
            sent.append(Message(level, message, extra_tags))

    request = rf.get("/")
    request._messages = Storage()  # type: ignore[attr-defined]
    feedback.done(request, "La réponse est enregistrée.", undo="/demandes/44-2026-000001/undo/")
    messages.error(request, "Rien.")
    html = render_to_string("frontend/components/messages.html", {"messages": sent, "csrf_token": "jeton"})
    assert html.count("<form") == 1
    assert 'action="/demandes/44-2026-000001/undo/"' in html and "Annuler" in html
    assert "fr-alert--success" in html and "fr-alert--error" in html


# --- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", errors.REFUSALS)
def test_each_refusal_says_what_to_do_and_offers_a_way_out(world: World, rf: RequestFactory, status: int) -> None:
    request = rf.get("/")
    request.user = world.user("agent")
    response = errors.page(request, status)
    html = response.content.decode()
    assert response.status_code == status
    assert errors.REFUSALS[status].title in html and 'href="/"' in html


def test_an_unknown_address_is_a_french_page(world: World) -> None:
    response = Client().get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.content.decode()


def test_a_form_of_another_session_is_refused_kindly(world: World) -> None:
    response = Client(enforce_csrf_checks=True).post("/connexion/", {"username": "a@b.test", "password": "x"})
    assert response.status_code == 403
    assert "Votre session a changé" in response.content.decode()


def test_what_was_typed_is_given_back_when_the_demande_is_gone(world: World) -> None:
    """Somebody gave it to another bureau while the agent was writing."""
    ticket = world.register(office="SEJ")
    client = Client(enforce_csrf_checks=False)
    client.force_login(world.user("agent"))
    world.act(ticket, Assign(world.offices["DOT"].pk), by="quality")
    typed = {
        "text": "Le demandeur a rappelé <b>deux</b> fois",
        "opened_version": "2",
        "password": "cheval agrafe batterie",
    }
    response = client.post(reverse("ticket-act", args=[ticket.reference, "note"]), typed)
    page = response.content.decode()
    assert response.status_code == 404
    assert "Ce que vous aviez écrit" in page
    assert "Le demandeur a rappelé &lt;b&gt;deux&lt;/b&gt; fois" in page
    assert "agrafe" not in page
    assert "Ce que vous aviez écrit" not in client.get(reverse("ticket", args=[ticket.reference])).content.decode()


def test_a_broken_request_is_a_400_and_a_too_long_text_a_413(world: World, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = world.user("agent")
    assert errors.bad_request(request, SuspiciousOperation()).status_code == 400
    too_long = errors.bad_request(request, RequestDataTooBig())
    assert too_long.status_code == 413
    assert "Le texte envoyé est trop long" in too_long.content.decode()


def test_a_text_beyond_the_limit_is_refused_whole(world: World) -> None:
    client = Client(raise_request_exception=False)
    response = client.post("/connexion/", "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), content_type="text/plain")
    assert response.status_code in (413, 422)
    data = "username=" + "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    response = client.post("/connexion/", data, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413


def test_the_page_of_a_breakdown_needs_no_database(rf: RequestFactory) -> None:
    # Without the `db` fixture, any query is an error here.
    html = errors.server_error(rf.get("/")).content.decode()
    assert "Une erreur est survenue" in html
    assert 'href="/"' in html


def test_health_asks_the_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/sante/").content == b"ok"

    class Down:
        def cursor(self) -> None:
            raise OperationalError("down")

    monkeypatch.setattr(support, "connection", Down())
    assert Client(raise_request_exception=False).get("/sante/").status_code == 500


# --- uploads ----------------------------------------------------------------------------------------------------


class Body(io.RawIOBase):
    """A multipart body made as it is read: `size` bytes of file that never stand whole in memory."""

    HEAD = b'--limite\r\nContent-Disposition: form-data; name="file"; filename="gros.xlsx"\r\n\r\n'
    TAIL = b"\r\n--limite--\r\n"

    def __init__(self, size: int) -> None:
        self.length = len(self.HEAD) + size + len(self.TAIL)
        self.given = 0
        self.parts = self.pieces(size)
        self.rest = b""
        self.watched: list[int] = []

    def pieces(self, size: int) -> Iterator[bytes]:
        yield self.HEAD
        while size > 0:
            self.watched.append(on_disk())
            piece = min(size, MEGABYTE)
            yield b"x" * piece
            size -= piece
        yield self.TAIL

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.rest = self.rest or next(self.parts, b"")
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        self.given += size
        return size


def on_disk() -> int:
    return sum(path.stat().st_size for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())


def post(body: Body) -> tuple[str, str]:
    """The status and page that a server would send for this body, whose token stands after the file: never read."""
    environ = RequestFactory()._base_environ(
        REQUEST_METHOD="POST", PATH_INFO="/connexion/", CONTENT_TYPE="multipart/form-data; boundary=limite",
        CONTENT_LENGTH=str(body.length),
    ) | {"wsgi.input": body, "HTTP_COOKIE": f"csrftoken={'a' * 32}"}  # fmt: skip
    status: list[str] = []
    with closing(WSGIHandler()(environ, lambda line, headers, *_: status.append(line))) as response:
        return status[0], b"".join(response).decode()


def test_a_file_beyond_the_limit_is_refused_and_never_fills_the_disk(db: None, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    body = Body(60 * MEGABYTE)
    status, page = post(body)
    assert status.startswith("413")
    assert "Le fichier dépasse 50 Mo" in page
    assert body.given == body.length, "read to its end, so that the browser shows the answer"
    assert 0 < max(body.watched) <= settings.MAX_UPLOAD_BYTES
    assert list(tmp_path.iterdir()) == []


def test_a_file_within_the_limit_passes(db: None, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    status, page = post(Body(5 * MEGABYTE))
    # No token in this body: the refusal is that of the session, after the whole file was taken.
    assert status.startswith("403") and "Votre session a changé" in page


# --- what a template may not hold ---------------------------------------------------------------------------------

FORBIDDEN = {
    "an inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "a handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "an evaluated expression": re.compile(r"hx-on|hx-vals=.js:|hx-trigger=\"[^\"]*\w\[", re.IGNORECASE),
    "an address elsewhere": re.compile(r"(?:src|href|action|hx-get|hx-post)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_that_the_policy_refuses_and_stay_small(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(), flags=re.DOTALL)
    for what, pattern in FORBIDDEN.items():
        assert not pattern.search(text), what
    assert text.count("\n") <= 200
    assert not re.search(r"[^\s\u00a0({\[«;:&=]+ [:;?!»](?:\s|<|$)", re.sub(r"<[^>]*>|\{\{.*?\}\}", "", text)), (
        "an ordinary space before a double punctuation mark"
    )


def test_style_sheets_and_scripts_ask_nothing_of_another_server() -> None:
    for path in (*STATIC.glob("*.css"), *STATIC.glob("*.js")):
        assert not re.search(r"https?://|url\(\s*[\"']?//", path.read_text()), path.name


SCRIPT = re.compile(r"""<script src="{% static ['"]([^'"]+)['"] %}\"""")
ON_EVERY_PAGE = ("frontend/base.html", "components/live.html")


def test_no_page_loads_120_kilobytes_of_our_javascript_and_htmx() -> None:
    def weight(*templates: Path) -> int:
        names = {name for path in templates for name in SCRIPT.findall(path.read_text())}
        return sum(Path(finders.find(name)).stat().st_size for name in names)

    shared = [path for path in TEMPLATES if path.as_posix().endswith(ON_EVERY_PAGE)]
    assert weight(*shared) > 60_000
    pages = [path for path in TEMPLATES if path.parent.name == "pages"]
    assert [path.name for path in pages if weight(*shared, path) >= 120_000] == []
    elsewhere = [path for path in TEMPLATES if path not in (*shared, *pages)]
    assert [path.name for path in elsewhere if "<script" in path.read_text()] == []
