"""The help of each page and the guides: none is missing, and what they quote is in the product."""

import ast
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from frontend import page_help
from frontend.pages.support import GUIDES
from tests.frontend.walk import TABLE, TO_LOOK_AT
from tests.frontend.walk.stage import make_stage

FRONTEND = Path(settings.BASE_DIR) / "frontend"
TEMPLATES = FRONTEND / "templates" / "frontend"
GUIDE_TEXTS = sorted((TEMPLATES / "pages").glob("guide_*.html"))
HELP_TEXTS = sorted((FRONTEND / "page_help").glob("*.toml"))
FILES = {"organisation-import"}  # the same page as « import »
QUOTED = re.compile("«\xa0(.+?)\xa0»", re.DOTALL)
KEY = re.compile(r"<kbd>(.*?)</kbd>")


def plain(text: str) -> str:
    """As it is read, in lower case and with ordinary spaces."""
    text = unescape(re.sub(r"<[^>]*>", "", re.sub(r"{%.*?%}|{#.*?#}", " ", text, flags=re.DOTALL)))
    return re.sub(r"\s+", " ", text).casefold()


@cache
def product() -> str:
    """Everything the product writes on a page, but for the help itself."""
    own = {*GUIDE_TEXTS, TEMPLATES / "pages" / "help.html"}
    said = [path.read_text() for path in TEMPLATES.rglob("*.html") if path not in own]
    for package in ("frontend", "actions", "tracker", "complaints", "correspondence"):
        for path in (Path(settings.BASE_DIR) / package).rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text()))
            said += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\n".join(plain(each) for each in said)


@pytest.mark.parametrize("name", TO_LOOK_AT)
def test_every_page_that_is_looked_at_has_its_help(name: str) -> None:
    text = page_help.texts()[name.partition(":")[0]]
    assert 20 < len(text.purpose) < 200
    assert len(text.steps) <= 3


def test_no_help_is_left_of_a_page_that_is_gone() -> None:
    sealed = {"ticket-sealed"}  # the page of a demande, for whom may only locate it
    assert set(page_help.texts()) == {name.partition(":")[0] for name in TO_LOOK_AT} | sealed | FILES


def test_the_help_is_on_its_page(db: None, frozen: object) -> None:
    stage = make_stage()
    client = Client()
    client.force_login(stage.user("agent"))
    for name in ("queue", "ticket", "registry", "calculator"):
        page = unescape(client.get(TABLE[name].url(name, stage)).content.decode())
        assert page_help.texts()[name].purpose in page
    assert "Sur cette page" not in client.get("/nulle-part/").content.decode()


def test_its_letters_are_not_told_to_whom_has_turned_them_off(db: None, frozen: object) -> None:
    stage = make_stage()
    client = Client()
    client.force_login(stage.user("agent"))
    told = "<kbd>f</kbd>&nbsp;: ouvrir les filtres"
    assert told in client.get("/registre/").content.decode()
    client.post(reverse("shortcuts-choose"), {"letters": "off"})
    assert told not in client.get("/registre/").content.decode()


@pytest.mark.parametrize("path", [*HELP_TEXTS, *GUIDE_TEXTS], ids=lambda path: path.stem)
def test_every_label_quoted_is_in_the_product(path: Path) -> None:
    text = unescape(path.read_text())
    quoted = {plain(each) for each in QUOTED.findall(text)}
    assert quoted or path.suffix == ".toml"
    assert {each for each in quoted if each not in product()} == set()


@pytest.mark.parametrize("path", GUIDE_TEXTS, ids=lambda path: path.stem)
def test_every_key_and_command_of_a_guide_exists(path: Path) -> None:
    from frontend import shortcuts  # beside its only use

    known = {word for each in shortcuts.TABLE.values() for key in each.keys for word in shortcuts.key_words(key)}
    text = path.read_text()
    assert {key for key in KEY.findall(text) if not re.fullmatch(r"\d+/\d+", key)} <= known
    commands = {found.stem for found in Path(settings.BASE_DIR).glob("*/management/commands/*.py")} | {"check"}
    assert set(re.findall(r"manage\.py (\w+)", text)) <= commands


@pytest.mark.parametrize("path", HELP_TEXTS, ids=lambda path: path.stem)
def test_the_texts_are_typed_as_french_is(path: Path) -> None:
    text = path.read_text()
    shown = "\n".join(line for line in text.splitlines() if not line.startswith(("#", "[", "pages", "keys")))
    assert not re.search(r"[^\s\xa0=] [:;?!»]|« ", shown.replace('" ', "")), (
        "an ordinary space beside a punctuation mark"
    )
    assert "'" not in shown


def test_the_guides_are_open_to_all_and_no_other(client: Client, db: None) -> None:
    for name, guide in GUIDES.items():
        assert guide.title in unescape(client.get(reverse("guide", args=[name])).content.decode())
    assert client.get(reverse("guide", args=["prefet"])).status_code == 404
