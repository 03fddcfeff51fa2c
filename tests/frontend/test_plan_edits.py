"""The référent adds an action on one line, and changes what it keeps of it."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actions.commands import Edit
from actions.enums import Strand
from actions.models import Action
from tests.factories import World, make_world
from tests.plans import OPENED, Desk
from tracker.models import Engagement, Event


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def post(desk: Desk, url: str, data: dict[str, Any], by: str = "quality") -> Any:
    client = Client()
    client.force_login(desk.world.user(by))
    return client.post(url, data)


# --- One line -----------------------------------------------------------------------------------------------------


def test_one_line_goes_straight_into_the_plan(desk: Desk) -> None:
    line = {"title": "Refaire la signalétique", "part": "steering", "source": desk.source("users_committee").pk}
    assert post(desk, reverse("plan-add"), {**line, "due_on": "30/6/2027"})["Location"] == "/plan/"
    action = Action.objects.get()
    assert (action.state, action.strand, action.due_on, action.opened_on) == (
        "planned", "steering", date(2027, 6, 30), date(2026, 11, 20),
    )  # fmt: skip
    events = Event.objects.filter(stream="action").order_by("number")
    assert list(events.values_list("kind", flat=True)) == ["recorded", "planned"]
    assert len(set(events.values_list("act_id", flat=True))) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Dites en une phrase"),
        ({"part": ""}, "Choisissez un module ou un volet."),
        ({"source": ""}, "Dites d’où elle vient."),
        ({"source": "99999"}, "Choisissez-en un autre dans la liste."),
        ({"due_on": "31/2/2027"}, "n’est pas une date"),
        ({"due_on": "1/11/2026"}, "précède l’ouverture"),
    ],
)
def test_a_refused_line_keeps_what_was_typed(desk: Desk, wrong: dict[str, str], said: str) -> None:
    line = {"title": "Refaire la signalétique", "part": "module-1", "source": str(desk.source().pk), "due_on": ""}
    response = post(desk, reverse("plan-add"), line | wrong)
    assert response.status_code == 422
    text = response.content.decode()
    assert said in text
    assert wrong.get("title") == "" or "Refaire la signalétique" in text
    assert not Action.objects.exists()


def test_a_source_of_another_prefecture_is_no_choice(desk: Desk) -> None:
    other = Desk(make_world("85", "85")).source()
    response = post(desk, reverse("plan-add"), {"title": "Une", "part": "module-1", "source": other.pk})
    assert response.status_code == 422


@pytest.mark.parametrize("by", ["agent", "supervisor", "copil", "branch_quality", "administrator"])
def test_only_who_keeps_the_whole_plan_adds_to_it(desk: Desk, by: str) -> None:
    assert post(desk, reverse("plan-add"), {"title": "Une", "part": "module-1"}, by).status_code == 404


# --- The whole ----------------------------------------------------------------------------------------------------


def typed(action: Action, **changes: Any) -> dict[str, Any]:
    """What the form of this action sends, with some fields typed otherwise."""
    opened = {
        "title": action.title,
        "part": f"module-{action.module}" if action.module else action.strand,
        "source": action.source_id,
        "priority": action.priority,
        "opened_on": f"{action.opened_on:%d/%m/%Y}",
        "opened_version": action.version,
    }
    return opened | changes


def test_every_column_is_written_in_one_event(desk: Desk) -> None:
    action = desk.planned(pilot_name="Mme Untel")
    world = desk.world
    engagement = Engagement.objects.get(number=16)
    changes = {
        "title": "Diffuser une signature type",
        "engagement": engagement.pk,
        "source": desk.source("control_grid").pk,
        "pilot": world.users["agent"].pk,
        "contributors": "Tous les bureaux",
        "office": world.offices["SEJ"].pk,
        "site": world.site.pk,
        "priority": "1",
        "due_on": "31/12/2026",
        "description": "Signatures incomplètes",
        "expected_result": "100 % de signatures",
    }
    assert post(desk, reverse("action-edit", args=[action.reference]), typed(action, **changes)).status_code == 302
    action.refresh_from_db()
    assert (action.engagement, action.pilot, action.pilot_name, action.office, action.site, action.priority) == (
        engagement, world.users["agent"], "", world.offices["SEJ"], world.site, 1,
    )  # fmt: skip
    last = Event.objects.filter(stream="action").latest("number")
    assert (last.kind, last.number) == ("changed", 3)
    assert set(last.data["changes"]) == {
        "engagement_id", "source_id", "pilot_id", "office_id", "site_id", "priority", "due_on",
    }  # fmt: skip


def test_nothing_changed_writes_nothing(desk: Desk) -> None:
    action = desk.planned()
    assert post(desk, reverse("action-edit", args=[action.reference]), typed(action)).status_code == 302
    assert Event.objects.filter(stream="action").count() == 2


def test_a_bureau_that_has_closed_and_a_person_who_left_are_not_forgotten(desk: Desk) -> None:
    office, person = desk.world.offices["SEJ"], desk.world.users["agent"]
    action = desk.planned(office_id=office.pk, pilot_id=person.pk)
    office.is_active = person.is_active = False
    office.save()
    person.save()
    sent = typed(action, office=office.pk, pilot=person.pk, title="Autrement")
    assert post(desk, reverse("action-edit", args=[action.reference]), sent).status_code == 302
    action.refresh_from_db()
    assert (action.office, action.pilot, action.title) == (office, person, "Autrement")


def test_a_module_left_for_a_strand_takes_its_engagement_along(desk: Desk) -> None:
    action = desk.planned(engagement_id=Engagement.objects.get(number=3).pk)
    url = reverse("action-edit", args=[action.reference])
    kept = typed(action, part=Strand.STEERING, engagement=action.engagement_id)
    refused = post(desk, url, kept)
    assert refused.status_code == 422 and "Un engagement est d’un module" in refused.content.decode()
    assert post(desk, url, kept | {"engagement": ""}).status_code == 302
    action.refresh_from_db()
    assert (action.strand, action.module, action.engagement) == ("steering", None, None)


def test_dates_that_cross_are_refused_beside_their_field(desk: Desk) -> None:
    action = desk.planned()
    url = reverse("action-edit", args=[action.reference])
    response = post(desk, url, typed(action, due_on=f"{OPENED:%d/%m/%Y}", opened_on="20/11/2026"))
    assert response.status_code == 422
    assert "précède l’ouverture" in response.content.decode()


def test_somebody_else_has_changed_the_same_field(desk: Desk) -> None:
    action = desk.planned()
    url = reverse("action-edit", args=[action.reference])
    desk.act(action, Edit({"due_on": date(2026, 12, 1)}))
    response = post(desk, url, typed(action, due_on="31/12/2026"))
    assert response.status_code == 409
    assert Action.objects.get(pk=action.pk).due_on == date(2026, 12, 1)


@pytest.mark.parametrize("by", ["agent", "copil", "supervisor"])
def test_only_the_referent_changes_the_whole(desk: Desk, by: str) -> None:
    world = desk.world
    action = desk.planned(pilot_id=world.users["agent"].pk, office_id=world.offices["SEJ"].pk)
    assert post(desk, reverse("action-edit", args=[action.reference]), typed(action), by).status_code == 404
