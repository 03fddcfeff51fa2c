"""One table of keys: what templates declare, what the help and the printed list name."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from frontend import shortcuts
from frontend.models import KeyboardChoice
from frontend.pages.tickets.offers import KEYS
from tests.factories import World

TEMPLATES = sorted((settings.BASE_DIR / "frontend" / "templates").rglob("*.html"))
SCRIPTS = sorted((settings.BASE_DIR / "frontend" / "static" / "frontend").rglob("*.js"))
DECLARED = re.compile(r"{% key [\"\']([a-z-]+)[\"\'] %}")
LISTED = re.compile(r"{% page_keys [\"\']([a-z-]+)[\"\'] %}")


def text_of(paths: list[Path]) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_every_key_is_declared_by_a_page_and_by_the_table_alone() -> None:
    text = text_of(TEMPLATES)
    declared = set(DECLARED.findall(text)) | set(KEYS.values())
    declared |= {found.code for section in LISTED.findall(text) for found in shortcuts.told(section)}
    assert declared == set(shortcuts.TABLE)
    assert not re.search(r"data-sillage-shortcut=|aria-keyshortcuts=|data-sillage-label=", text)


def test_no_page_listens_to_keys_as_it_pleases() -> None:
    """Typing, held keys, windows, letters turned off: told once, in keys.js."""
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        if path.name != "keys.js":
            assert "isTyping" not in text, path.name
            assert not re.search(r"event\.key === \"[a-z?/]\"", text), path.name


def test_no_page_has_two_uses_of_one_key() -> None:
    """« Enregistrer la réponse » and « Proposer un rendez-vous » share theirs: no demande offers both."""
    for section in shortcuts.SECTIONS:
        if section == shortcuts.EVERYWHERE:
            continue
        here = [*shortcuts.of_section(section), *shortcuts.of_section(shortcuts.EVERYWHERE)]
        letters = [key for each in here if each.is_letter and each.code != "propose" for key in each.keys]
        assert len(set(letters)) == len(letters), section


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["help", "shortcuts"])
def test_each_list_names_every_key(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()
    for shortcut in shortcuts.TABLE.values():
        assert f"{shortcuts.shown(shortcut)}&nbsp;: {shortcut.label}" in page


def test_letters_are_turned_off_for_the_person_wherever_they_sit(world: World) -> None:
    here, elsewhere, colleague = Client(), Client(), Client()
    here.force_login(world.user("agent"))
    elsewhere.force_login(world.user("agent"))
    colleague.force_login(world.user("colleague"))
    on, off = 'data-sillage-letters="on"', 'data-sillage-letters="off"'
    assert on in here.get("/aide/").content.decode()
    response = here.post(reverse("shortcuts-choose"), {"letters": "off"}, headers={"HX-Request": "true"})
    assert off in response.content.decode()
    assert off in elsewhere.get("/ma-file/").content.decode()
    assert on in colleague.get("/ma-file/").content.decode()
    elsewhere.post(reverse("shortcuts-choose"), {"letters": "on"})
    assert on in here.get("/aide/").content.decode()


def test_the_list_says_which_keys_are_off(world: World) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    assert "(coupée)" not in client.get(reverse("shortcuts")).content.decode()
    client.post(reverse("shortcuts-choose"), {"letters": "off"})
    page = client.get(reverse("shortcuts")).content.decode()
    assert page.count("(coupée)") == sum(each.is_letter for each in shortcuts.TABLE.values())
    assert "(coupée)" not in Client().get(reverse("shortcuts")).content.decode()


def test_an_unknown_choice_changes_nothing(world: World) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    assert client.post(reverse("shortcuts-choose"), {"letters": "peut-être"}).status_code == 302
    assert not KeyboardChoice.objects.exists()
    assert client.get(reverse("shortcuts-choose")).status_code == 405


def test_nobody_signed_in_has_no_key_of_one_character(db: None, client: Client) -> None:
    assert "data-sillage-letters" not in client.get("/aide/").content.decode()
