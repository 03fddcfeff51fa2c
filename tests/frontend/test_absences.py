"""Absences: indicated, changed, cancelled; demandes handed over; what a demande and « Ma file » say of it."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World, make_world
from tracker import absences, clock
from tracker.absences import Terms
from tracker.enums import Role
from tracker.models import Absence, Event, Membership, Ticket
from tracker.writers import Author

BUREAU, MINE = "/mon-bureau/absences/", "/compte/absences/"
DAYS = {"starts_on": "23/11", "ends_on": "27/11/2026"}


def signed_in(world: World, name: str = "supervisor") -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def away(world: World, name: str = "colleague", substitute: str | None = "agent", **days: date) -> Absence:
    days = {"starts_on": date(2026, 11, 18), "ends_on": date(2026, 11, 27)} | days
    terms = Terms(substitute=world.users[substitute] if substitute else None, **days)
    return absences.record(world.prefecture, world.users[name], terms, Author())


def key(world: World, name: str) -> str:
    return str(world.users[name].pk)


# --- Indicating ---------------------------------------------------------------------------------------------------


def test_the_encadrant_indicates_an_absence_and_takes_it_back(world: World) -> None:
    client = signed_in(world)
    data = DAYS | {"person": key(world, "agent"), "substitute": key(world, "colleague")}
    page = client.post(BUREAU, data, follow=True)
    words = "absence du 23 au 27 novembre, remplacement\xa0: Colleague Essai"
    assert f"Absence indiquée pour Agent Essai\xa0: {words.removeprefix('absence ')}." in body(page)
    assert f"Agent Essai\xa0: {words}" in body(page)
    absence = Absence.objects.get()
    assert (absence.user, absence.substitute) == (world.users["agent"], world.users["colleague"])
    page = client.post(f"/absences/{absence.pk}/annuler/?version=1", follow=True)
    assert "Absence annulée pour Agent Essai." in body(page)
    assert not Absence.objects.kept().exists()


def test_ones_own_absence(world: World) -> None:
    page = signed_in(world, "agent").post(MINE, DAYS, follow=True)
    assert "Absence indiquée\xa0: du 23 au 27 novembre." in body(page)
    absence = Absence.objects.get()
    assert (absence.user, absence.recorded_by) == (world.users["agent"], world.users["agent"])
    # The form speaks of nobody else.
    signed_in(world, "agent").post(MINE, {"starts_on": "1/12", "ends_on": "1/12", "person": key(world, "colleague")})
    assert Absence.objects.filter(user=world.users["colleague"]).count() == 0


def test_what_does_not_hold_is_said_beside_its_field_and_stays_typed(world: World) -> None:
    away(world, "agent", None)
    client = signed_in(world)
    wrong: list[tuple[dict[str, str], str, str]] = [
        ({"ends_on": "20/11/2026"}, "ends_on", "Le dernier jour précède le premier."),
        ({"person": ""}, "person", "Choisissez la personne."),
        ({"starts_on": ""}, "starts_on", "Indiquez le premier jour d’absence."),
        ({}, "starts_on", "Une absence est déjà indiquée du 18/11/2026 au 27/11/2026\xa0: modifiez-la plutôt."),
    ]
    for change, field, message in wrong:
        page = client.post(BUREAU, DAYS | {"person": key(world, "agent")} | change)
        assert (page.status_code, page.context["form"].errors[field]) == (422, [message])
        assert page.context["form"]["substitute"].data is None or "27/11/2026" in body(page)
    assert Absence.objects.count() == 1


def test_nobody_of_another_bureau_is_offered_nor_taken(world: World) -> None:
    client = signed_in(world)
    form = client.get(BUREAU).context["form"]
    people = {key(world, name) for name in ("agent", "colleague", "supervisor")}
    assert {value for value, _ in form.fields["person"].choices} == people | {""}
    for name in ("other_agent", "asylum_agent", "director"):
        page = client.post(BUREAU, DAYS | {"person": key(world, name)})
        assert (page.status_code, "person" in page.context["form"].errors) == (422, True)
    assert not Absence.objects.exists()


def test_a_substitute_who_shares_no_bureau_with_the_person_is_refused(world: World) -> None:
    data = DAYS | {"person": key(world, "agent"), "substitute": key(world, "other_agent")}
    page = signed_in(world, "quality").post(BUREAU, data)
    assert page.context["form"].errors["substitute"] == [
        "Choisissez une personne qui traite les demandes du même bureau."
    ]


def test_a_substitute_who_is_away_too_is_said(world: World) -> None:
    away(world, "colleague", None)
    data = DAYS | {"substitute": key(world, "colleague")}
    page = signed_in(world, "agent").post(MINE, data, follow=True)
    assert "Colleague Essai aussi a une absence du 18 au 27 novembre." in body(page)
    assert Absence.objects.count() == 2


# --- Changing -----------------------------------------------------------------------------------------------------


def test_an_absence_is_changed(world: World) -> None:
    absence = away(world)
    client = signed_in(world)
    address = f"/absences/{absence.pk}/"
    form = client.get(address).context["form"]
    assert form["ends_on"].value() == "27/11/2026"
    assert "person" not in form.fields
    page = client.post(address, {"opened_version": 1, "starts_on": "18/11", "ends_on": "30/11"}, follow=True)
    assert "Absence modifiée pour Colleague Essai\xa0: du 18 au 30 novembre." in body(page)


def test_a_stale_page_keeps_what_was_typed_and_says_what_is_recorded(world: World) -> None:
    absence = away(world)
    absences.change(absence.pk, Terms(date(2026, 11, 18), date(2026, 11, 30)), Author(), opened_version=1)
    client = signed_in(world)
    address, typed = f"/absences/{absence.pk}/", {"starts_on": "18/11", "ends_on": "20/11/2026"}
    page = client.post(address, typed | {"opened_version": 1})
    assert page.status_code == 409
    assert "Quelqu’un l’a modifiée entre-temps\xa0: absence du 18 au 30 novembre." in body(page)
    form = page.context["form"]
    assert (form["ends_on"].value(), form["opened_version"].value()) == ("20/11/2026", "2")
    client.post(address, typed | {"opened_version": 2})
    assert Absence.objects.get().ends_on == date(2026, 11, 20)
    absences.cancel(absence.pk, Author(), opened_version=3)
    assert client.post(address, typed | {"opened_version": 3}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("supervisor", 200), ("colleague", 200), ("quality", 200), ("agent", 404), ("director", 404), ("mailroom", 404)],
)
def test_whose_absence_one_opens(world: World, who: str, status: int) -> None:
    absence = away(world)
    assert signed_in(world, who).get(f"/absences/{absence.pk}/").status_code == status
    response = signed_in(world, who).post(f"/absences/{absence.pk}/annuler/", {"opened_version": "1"})
    assert response.status_code == (302 if status == 200 else status)
    assert Absence.objects.kept().exists() is (status == 404)


def test_what_is_past_or_cancelled_is_not_told_any_more(world: World, frozen: Any) -> None:
    past, cancelled = away(world), away(world, "agent", None)
    absences.cancel(cancelled.pk, Author(), opened_version=1)
    frozen.move_to("2026-11-28T09:00:00+00:00")
    client = signed_in(world)
    assert client.get(BUREAU).context["absences"] == []
    for absence in (past, cancelled):
        assert client.get(f"/absences/{absence.pk}/").status_code == 404


def test_another_prefecture_knows_nothing_of_it(world: World) -> None:
    absence = away(world)
    other = make_world("85", "85")
    client = signed_in(other, "supervisor")
    assert client.get(f"/absences/{absence.pk}/").status_code == 404
    assert client.get(f"/mon-bureau/confier/{key(world, 'colleague')}/").status_code == 404
    assert client.get(BUREAU).context["absences"] == []
    assert client.get(f"/absences/{2**70}/").status_code == 404


# --- Handing over -------------------------------------------------------------------------------------------------


def hand_over(world: World, name: str = "colleague", query: str = "") -> str:
    return f"/mon-bureau/confier/{key(world, name)}/{query}"


def test_all_the_demandes_of_an_absent_person_in_one_step(world: World) -> None:
    away(world)
    tickets = [world.register(assignee="colleague", received_on=date(2026, 11, day)) for day in (4, 17)]
    tickets.append(world.register(assignee="colleague", channel="letter", received_on=date(2026, 11, 20)))
    client = signed_in(world)
    page = client.get(hand_over(world))
    words = body(page)
    assert "Absence jusqu’au vendredi 27 novembre, remplacement\xa0: Agent Essai." in words
    assert "Les 3 demandes ouvertes" in words
    assert "Les 2 demandes urgentes, à traiter avant le retour ou dans les deux jours ouvrés" in words
    assert page.context["form"]["to"].value() == key(world, "agent")  # the substitute, proposed
    assert len(client.get(page.context["list_url"]).context["lines"]) == page.context["total"] == 3

    done = client.post(hand_over(world), {"what": "urgent", "to": key(world, "agent")}, follow=True)
    assert "2 demandes de Colleague Essai confiées à Agent Essai." in body(done)
    done = client.post(hand_over(world), {"what": "all", "to": key(world, "agent")}, follow=True)
    assert "1 demande de Colleague Essai confiée à Agent Essai." in body(done)
    assert Ticket.objects.filter(assignee=world.users["agent"]).count() == 3

    again = client.get(hand_over(world))
    assert "Il n’y a rien à confier." in body(again)
    twice = client.post(hand_over(world), {"what": "all", "to": key(world, "agent")}, follow=True)
    assert "Colleague Essai n’a plus de demande à confier." in body(twice)
    assert Event.objects.filter(kind="handed_over").count() == 3


def test_a_hand_over_is_taken_back(world: World) -> None:
    ticket = world.register(assignee="colleague")
    client = signed_in(world)
    done = client.post(hand_over(world), {"what": "all", "to": key(world, "agent")}, follow=True)
    address = done.content.decode().split('action="/mon-bureau/annuler/')[1].split('"')[0]
    client.post(f"/mon-bureau/annuler/{unescape(address)}")
    assert Ticket.objects.get(pk=ticket.pk).assignee == world.users["colleague"]


def test_how_many_each_may_take_is_said_before(world: World) -> None:
    Membership.objects.create(
        user=world.users["other_agent"], prefecture=world.prefecture, office=world.offices["SEJ"], role=Role.AGENT
    )
    world.register(assignee="other_agent")
    there = world.register(office="DOT", assignee="other_agent", by=None)
    client = signed_in(world, "quality")
    page = client.get(hand_over(world, "other_agent"))
    labels = dict(page.context["form"].fields["to"].choices)
    assert labels[key(world, "agent")] == "Agent Essai, 1 sur 2\xa0: les autres sont d’un autre bureau"
    assert labels[key(world, "director")] == "Director Essai, 1 sur 2\xa0: les autres sont d’un autre bureau"
    done = client.post(hand_over(world, "other_agent"), {"what": "all", "to": key(world, "agent")}, follow=True)
    assert "1 demande de Other Essai confiée à Agent Essai." in body(done)
    refused = f"{there.reference} n’a pas été affectée. Agent Essai ne traite pas les demandes de ce bureau."
    assert refused in body(done)


def test_nobody_is_chosen_yet(world: World) -> None:
    world.register(assignee="colleague")
    page = signed_in(world).post(hand_over(world), {"what": "all", "to": ""})
    assert (page.status_code, page.context["form"].errors["to"]) == (
        422, ["Choisissez à qui confier ces demandes."],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["other_agent", "asylum_agent", "mailroom"])
def test_who_has_nothing_to_do_with_the_bureau_does_not_exist(world: World, name: str) -> None:
    assert signed_in(world).get(hand_over(world, name)).status_code == 404


# --- Elsewhere ----------------------------------------------------------------------------------------------------


def test_the_demande_says_that_its_agent_is_away_and_who_stands_in(world: World) -> None:
    ticket = world.register(assignee="colleague")
    client = signed_in(world)
    assert "(absence" not in body(client.get(f"/demandes/{ticket.reference}/"))
    away(world)
    said = "Colleague Essai (absence jusqu’au vendredi 27 novembre, remplacement\xa0: Agent Essai)"
    assert said in body(client.get(f"/demandes/{ticket.reference}/"))
    form = client.get(f"/demandes/{ticket.reference}/confier/").context["form"]
    assert form["assignee"].value() == world.users["agent"].pk
    assert form.fields["assignee"].help_text == (
        "Colleague Essai\xa0: absence jusqu’au vendredi 27 novembre, remplacement\xa0: Agent Essai."
    )


def test_ma_file_of_the_substitute(world: World) -> None:
    away(world)
    theirs = [world.register(assignee="colleague", received_on=date(2026, 11, day)) for day in (17, 4)]
    world.register(office="DOT", assignee="colleague", by=None)
    world.register(assignee="agent")
    client = signed_in(world, "agent")
    page = client.get("/ma-file/")
    [group] = page.context["replaced"]
    assert group.label == "Vous remplacez Colleague Essai jusqu’au vendredi 27 novembre"
    assert [entry.line.reference for entry in group.entries] == [theirs[1].reference, theirs[0].reference]
    assert group.size == len(client.get(group.url).context["lines"]) == 2
    assert signed_in(world, "colleague").get("/ma-file/").context["replaced"] == []
    # Ones own file is what it was.
    assert sum(group.size for group in page.context["groups"]) == 1


def test_standing_in_for_many_costs_no_query_more(world: World) -> None:
    counts = []
    for name in ("colleague", "supervisor"):
        world.register(assignee=name)
        away(world, name)
        client = signed_in(world, "agent")
        client.get("/ma-file/")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/ma-file/")
        counts.append((len(page.context["replaced"]), len(queries)))
    assert [number for number, _ in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize(
    ("who", "shown"), [("agent", True), ("supervisor", True), ("quality", False), ("copil", False)]
)
def test_the_menu_offers_ones_own_absences_to_who_answers_demandes(world: World, who: str, shown: bool) -> None:
    assert (f'href="{MINE}"' in body(signed_in(world, who).get("/aide/"))) is shown


@pytest.mark.parametrize(("who", "status"), [("agent", 422), ("supervisor", 200), ("asylum_agent", 422)])
def test_the_registre_finds_by_person_those_of_ones_own_bureaux_alone(world: World, who: str, status: int) -> None:
    ticket = world.register(assignee="supervisor")
    world.register(office="ASI", assignee="asylum_agent", by=None)
    client = signed_in(world, who)
    known = client.get(f"/registre/?assignee={key(world, 'supervisor')}")
    expected = 422 if who == "asylum_agent" else 200
    assert known.status_code == expected
    if expected == 200:
        assert [line.reference for line in known.context["lines"]] == [ticket.reference]
        assert [tag.label for tag in known.context["tags"]] == ["confiées à Supervisor Essai"]
    stranger = client.get(f"/registre/?assignee={key(world, 'other_agent')}")
    assert stranger.status_code == 422


def test_the_registre_tells_a_referent_nothing_more_of_a_sensitive_bureau(world: World) -> None:
    away(world, "asylum_agent", None)
    held = world.register(office="ASI", assignee="asylum_agent", received_on=date(2026, 11, 4), by=None)
    client = signed_in(world, "quality")
    assert [line.reference for line in client.get("/registre/?situation=overdue").context["lines"]] == [held.reference]
    assert client.get("/registre/?situation=agent_absent").context["lines"] == []
    assert client.get("/registre/?situation=at_signature").context["lines"] == []
    assert client.get(f"/registre/?assignee={key(world, 'asylum_agent')}").status_code == 422
    mine = signed_in(world, "asylum_agent").get("/registre/?situation=agent_absent")
    assert [line.reference for line in mine.context["lines"]] == [held.reference]


# --- What is over -------------------------------------------------------------------------------------------------


def over(world: World, name: str, first: date, last: date, **more: Any) -> Absence:
    return Absence.objects.create(
        prefecture=world.prefecture, user=world.users[name], starts_on=first, ends_on=last, version=1, **more
    )


def test_the_encadrant_reads_what_is_over_of_the_bureau(world: World) -> None:
    world.user("supervisor")
    people = {"substitute": world.users["agent"], "recorded_by": world.users["supervisor"]}
    over(world, "colleague", date(2026, 8, 3), date(2026, 8, 14), **people)
    over(world, "agent", date(2025, 12, 29), date(2026, 1, 2), recorded_by=world.users["agent"])
    over(world, "agent", date(2025, 11, 3), date(2025, 11, 7))  # more than a year ago
    over(world, "agent", date(2026, 7, 1), date(2026, 7, 2), cancelled_at=clock.now())
    away(world)  # under way
    elsewhere = make_world(code="85", department="85")
    over(elsewhere, "agent", date(2026, 8, 3), date(2026, 8, 4))
    page = body(signed_in(world).get(f"{BUREAU}passees/"))
    august = "Colleague Essai\xa0: absence du 3 au 14 août, remplacement\xa0: Agent Essai"
    january = "Agent Essai\xa0: absence du 29 décembre 2025 au 2 janvier"
    assert page.index(august) < page.index(january)
    assert page.count("\xa0: absence ") == 2
    assert "Indiquée par vous." in page and "Indiquée par Agent Essai." in page


def test_everybody_reads_ones_own_that_are_over_and_no_others(world: World) -> None:
    world.user("agent")
    over(world, "agent", date(2026, 8, 3), date(2026, 8, 3))
    over(world, "colleague", date(2026, 9, 3), date(2026, 9, 3))
    page = body(signed_in(world, "agent").get(f"{MINE}passees/"))
    assert "Absence le 3 août" in page and "septembre" not in page
    assert "Indiquée" not in page
    assert signed_in(world, "agent").get(f"{BUREAU}passees/").status_code == 404
    assert signed_in(world, "copil").get(f"{MINE}passees/").status_code == 404
    assert "Aucune absence ne s’est terminée" in body(signed_in(world).get(f"{MINE}passees/"))
