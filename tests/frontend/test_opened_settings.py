"""Two people before the same settings: nobody overwrites unseen what the other has changed, and nothing typed is
lost."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.factories import World, make_world
from tests.frontend.walk import reference, settings
from tests.frontend.walk.stage import Stage, make_stage
from tests.tracker.threads import together
from tracker.models import Event, Mailbox, Office, Site

PAGES = settings.PAGES | reference.PAGES
OVER_A_ROW = {
    "kind-change": ("label", "Le sien", "Le mien"),
    "theme-change": ("label", "Le sien", "Le mien"),
    "mailbox-change": ("name", "La sienne", "La mienne"),
    "prefecture-settings": ("close_after_days", "21", "31"),
    "escalation": ("supervisor_days", "3", "4"),
    "site-change": ("name", "Le sien", "Le mien"),
    "office-change": ("name", "Le sien", "Le mien"),
    "person-change": ("job_title", "Cheffe de bureau", "Rédactrice"),
    "signature": ("job_title", "Cheffe de bureau", "Rédactrice"),
    "signature-office": ("address", "1 rue d’Exemple", "2 rue d’Exemple"),
    "signature-person": ("job_title", "Cheffe de bureau", "Rédactrice"),
    "signature-site": ("city", "Nantes", "Rezé"),
    "reply-model-change": ("title", "Le sien", "Le mien"),
}
"""The field that both change: to what the other, to what the first."""
NEW = "a new row: a second one is another"
SUPERSEDED = "a row is replaced, never changed: the service refuses a second replacement (test_reference_pages)"
OTHERWISE = {
    "reply-model-add": NEW,
    "kind-add": NEW,
    "theme-add": NEW,
    "mailbox-add": NEW,
    "site-add": NEW,
    "office-add": NEW,
    "person-add": NEW,
    "role-add": NEW,
    "organisation-imports": NEW,
    "rule-add": NEW,
    "closed-day-add": NEW,
    "eliminations": NEW,
    "rule-change": SUPERSEDED,
    "rule-end": SUPERSEDED,
    "elimination": "a step that is taken once (test_eliminations)",
    "calculator": "writes nothing",
}


@pytest.fixture
def stage(db: None, frozen: object) -> Stage:
    return make_stage()


def test_every_form_of_settings_is_known() -> None:
    assert {name for name, page in PAGES.items() if page.is_form} == OVER_A_ROW.keys() | OTHERWISE.keys()


class Tab:
    """A form as somebody has it open."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.address = PAGES[name].url(name, stage)
        self.client = Client()
        self.client.force_login(stage.user(PAGES[name].roles[0]))
        self.page: Any = self.client.get(self.address)

    def fields(self) -> dict[str, Any]:
        """What a browser would send of the page as it stands."""
        form = self.page.context["form"]
        found = {}
        for name, each in form.fields.items():
            value = each.prepare_value(form[name].value())
            if value not in (None, False, []):
                found[name] = "on" if value is True else value
        hidden = re.search(r'name="opened" value="([^"]*)"', self.page.content.decode())
        return found | ({"opened": unescape(hidden[1])} if hidden else {})

    def send(self, **typed: str) -> int:
        data = {name: value for name, value in (self.fields() | typed).items() if value is not None}
        self.page = self.client.post(self.address, data)
        return int(self.page.status_code)

    @property
    def text(self) -> str:
        return unescape(self.page.content.decode())


@pytest.mark.parametrize("name", OVER_A_ROW)
def test_a_field_that_both_change_is_shown_with_both_values(stage: Stage, name: str) -> None:
    field, theirs, mine = OVER_A_ROW[name]
    first, second = Tab(stage, name), Tab(stage, name)
    assert second.send(**{field: theirs}) == 302, second.text
    events = Event.objects.count()
    assert first.send(**{field: mine}) == 409
    assert Event.objects.count() == events
    assert mine in first.text
    assert first.page.context["form"][field].value() == mine
    if name != "reply-model-change":  # which shows the text, the rest being in its history
        assert re.search(rf"<td>\s*{theirs}\s*</td><td>\s*{mine}\s*</td>", first.text)
    # Sent again, it is sent knowingly.
    assert first.send() == 302
    assert Tab(stage, name).page.context["form"][field].value() in (mine, int(mine) if mine.isdigit() else mine)


@pytest.mark.parametrize("name", ["prefecture-settings", "signature-office"])
def test_a_third_change_meanwhile_is_shown_again(stage: Stage, name: str) -> None:
    field, theirs, mine = OVER_A_ROW[name]
    third = "45" if field == "close_after_days" else "Encore autre chose"
    first, second, last = (Tab(stage, name) for _ in range(3))
    second.send(**{field: theirs})
    assert last.send(**{field: third}) == 409
    assert last.send() == 302
    assert first.send(**{field: mine}) == 409
    assert Tab(stage, name).send(**{field: theirs}) == 302
    assert first.send() == 409  # what it showed at its conflict is no longer what stands


def test_what_each_changes_alone_is_kept(stage: Stage) -> None:
    first, second = Tab(stage, "office-change"), Tab(stage, "office-change")
    assert second.send(site=str(stage.world.branch.pk), is_sensitive="on") == 302
    assert first.send(name="Bureau rebaptisé") == 302
    code = first.page["Location"] and Tab(stage, "office-change").address.rstrip("/").rsplit("/", 1)[1]
    office = Office.objects.get(prefecture=stage.world.prefecture, code=code)
    assert (office.name, office.site, office.is_sensitive) == ("Bureau rebaptisé", stage.world.branch, True)


def test_a_choice_is_said_in_words(stage: Stage) -> None:
    first, second = Tab(stage, "mailbox-change"), Tab(stage, "mailbox-change")
    assert second.send(office=str(stage.world.offices["ASI"].pk)) == 302
    assert first.send(office=str(stage.world.offices["DOT"].pk)) == 409
    assert "<td>Bureau de l’asile</td><td>Bureau des dotations</td>" in first.text
    assert first.send() == 302
    assert Mailbox.objects.latest("pk").office == stage.world.offices["DOT"]


def test_a_mailbox_taken_from_its_bureau_meanwhile(stage: Stage) -> None:
    Tab(stage, "mailbox-change").send(office=str(stage.world.offices["SEJ"].pk))
    first, second = Tab(stage, "mailbox-change"), Tab(stage, "mailbox-change")
    assert second.send(office="") == 302
    assert first.send(name="Rebaptisée") == 302
    mailbox = Mailbox.objects.latest("pk")
    assert (mailbox.name, mailbox.office) == ("Rebaptisée", None)


def test_the_same_change_twice_is_no_conflict(stage: Stage) -> None:
    first, second = Tab(stage, "theme-change"), Tab(stage, "theme-change")
    assert [second.send(label="Séjour"), first.send(label="Séjour")] == [302, 302]


@pytest.mark.parametrize(
    "opened", ["", "{", "[]", "12", '{"name": null}', '{"name": [1]}', "[" * 5000, '{"unknown": 1}', "null"]
)
def test_a_spoilt_memory_breaks_nothing(stage: Stage, opened: str) -> None:
    tab = Tab(stage, "site-change")
    assert tab.send(name="Sous-préfecture", opened=opened) in (302, 409)


@pytest.mark.postgresql
@pytest.mark.parametrize("name", ["site-change", "signature-site"])
def test_two_at_the_same_instant(transactional_db: None, name: str) -> None:
    """One is written; the other is shown both values."""
    world: World = make_world()
    stage = Stage(world, world, world.register())
    field = OVER_A_ROW[name][0]
    for round_number in range(8):
        first, second = Tab(stage, name), Tab(stage, name)
        typed = {field: f"mon choix {round_number}"}, {field: f"le sien {round_number}"}
        [found] = together(1, lambda _: first.send(**typed[0]), lambda _: second.send(**typed[1]))  # noqa: B023
        assert sorted(found) == [302, 409]
        site = Site.objects.get(pk=world.site.pk)
        assert getattr(site, field) == typed[found.index(302)][field]
