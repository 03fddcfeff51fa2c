"""Sites and bureaux: what may change, what is refused, what the journal keeps."""

from datetime import date

import pytest

from tests.factories import World, make_world
from tests.tracker.threads import together
from tracker import organising
from tracker.commands import Dismiss
from tracker.editing import history
from tracker.enums import DismissalReason
from tracker.errors import InvalidCommand
from tracker.models import Event, EventText, Mailbox, Membership, Office, Site
from tracker.organising import Holdings, OfficeTerms
from tracker.verification import verify_journal
from tracker.writers import Author


def by(world: World) -> Author:
    return Author(user=world.user("administrator"))


def terms(world: World, office: str = "SEJ", **changed: object) -> OfficeTerms:
    row = Office.objects.select_related("site", "parent").get(pk=world.offices[office].pk)
    kept = {"name": row.name, "site": row.site, "parent": row.parent, "is_sensitive": row.is_sensitive}
    return OfficeTerms(**(kept | changed))  # type: ignore[arg-type]


def refused(field: str | None, words: str, act: object, *args: object, **named: object) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        act(*args, **named)  # type: ignore[operator]
    assert (refusal.value.field, words in refusal.value.message) == (field, True), refusal.value.message


# --- Sites --------------------------------------------------------------------------------------------------------


def test_a_site_is_added_with_its_calendar(world: World) -> None:
    site = organising.add_site(
        world.prefecture, code="sp2", name=" Sous-préfecture  du Nord ", zone="la-reunion",
        time_zone="Indian/Reunion", author=by(world),
    )  # fmt: skip
    assert (site.code, site.name, site.is_main) == ("SP2", "Sous-préfecture du Nord", False)
    event = Event.objects.get(stream="site", object_id=site.pk)
    assert (event.kind, event.data["after"]["zone"]) == ("created", "la-reunion")
    assert event.texts.get(name="name.after").text == "Sous-préfecture du Nord"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "pref"}, "code"),
        ({"code": "é"}, "code"),
        ({"code": ""}, "code"),
        ({"name": "préfecture d'essai"}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"zone": "lune"}, "zone"),
        ({"time_zone": "Europe/Moon"}, "time_zone"),
    ],
)
def test_a_site_that_does_not_hold_is_refused(world: World, changed: dict[str, str], field: str) -> None:
    values = {"code": "SP2", "name": "Autre", "zone": "metropole", "time_zone": "Europe/Paris"} | changed
    refused(field, "", organising.add_site, world.prefecture, author=by(world), **values)
    assert Site.objects.count() == 2


def test_a_site_is_renamed_once(world: World) -> None:
    assert organising.rename_site(world.branch, "Sous-préfecture de l’Est", by(world))
    assert not organising.rename_site(world.branch, "Sous-préfecture de l’Est", by(world))
    events = Event.objects.filter(stream="site", object_id=world.branch.pk)
    assert [(event.kind, event.data["fields"]) for event in events] == [("changed", ["name"])]


# --- Bureaux ------------------------------------------------------------------------------------------------------


def test_a_bureau_is_added_below_another(world: World) -> None:
    office = organising.add_office(
        world.prefecture, "ele", OfficeTerms("Bureau des élections", world.site, world.offices["DCL"]), by(world)
    )
    assert (office.code, office.parent, office.position) == ("ELE", world.offices["DCL"], 5)
    assert world.user("director").scope.offices("supervisor") >= {office.pk}


def test_a_name_may_come_back_elsewhere_not_beside(world: World) -> None:
    add = organising.add_office
    add(world.prefecture, "S1", OfficeTerms("Secrétariat", world.site, world.offices["DCL"]), by(world))
    add(world.prefecture, "S2", OfficeTerms("Secrétariat", world.site, world.offices["SEJ"]), by(world))
    beside = OfficeTerms("secretariat", world.site, world.offices["SEJ"])
    refused("name", "même endroit", add, world.prefecture, "S3", beside, by(world))
    refused("code", "déjà pris", add, world.prefecture, "s1", OfficeTerms("Autre", world.site), by(world))


def test_moving_keeps_demandes_their_site_and_their_deadlines(world: World) -> None:
    ticket = world.register()
    before = (ticket.site_id, ticket.due_on)
    moved = terms(world, parent=world.offices["DCL"], site=world.branch, is_sensitive=True)
    assert organising.change_office(world.offices["SEJ"], moved, by(world))
    ticket.refresh_from_db()
    assert (ticket.office_id, ticket.site_id, ticket.due_on) == (world.offices["SEJ"].pk, *before)
    assert world.offices["SEJ"].pk in world.user("quality").scope.sealed_ids
    data = Event.objects.get(stream="office", object_id=world.offices["SEJ"].pk).data
    assert data["fields"] == ["is_sensitive", "parent", "site"]
    assert (data["before"]["parent"], data["after"]["parent"]) == (None, world.offices["DCL"].pk)


def test_a_bureau_never_depends_on_itself(world: World) -> None:
    change = organising.change_office
    for above in ("DCL", "DOT"):
        wrong = terms(world, "DCL", parent=world.offices[above])
        refused("parent", "dépend de ce bureau", change, world.offices["DCL"], wrong, by(world))


def test_another_prefecture_s_rows_do_not_exist(world: World) -> None:
    elsewhere = make_world("35", "35")
    change, office = organising.change_office, world.offices["SEJ"]
    refused("parent", "n’existe pas", change, office, terms(world, parent=elsewhere.offices["DCL"]), by(world))
    refused("site", "n’existe pas", change, office, terms(world, site=elsewhere.site), by(world))


def test_the_journal_holds_no_name(world: World) -> None:
    organising.change_office(world.offices["SEJ"], terms(world, name="Bureau de Mme Modèle"), by(world))
    event = Event.objects.get(stream="office")
    assert "Modèle" not in str(event.data)
    assert set(event.texts.values_list("name", flat=True)) == {"name.before", "name.after"}
    assert EventText.objects.get(name="name.after").text == "Bureau de Mme Modèle"
    assert verify_journal().different == []
    assert [row.pk for row in history(world.prefecture, ["office"], 10)] == [event.pk]


# --- Closing ------------------------------------------------------------------------------------------------------


def test_a_bureau_closes_once_it_holds_nothing(world: World) -> None:
    office, today = world.offices["DOT"], date(2026, 11, 20)
    Membership.objects.filter(office=office).delete()
    ticket = world.register(office="DOT", by=None)
    box = Mailbox.objects.create(prefecture=world.prefecture, name="Dotations", office=office)
    assert organising.holdings(office) == Holdings(1, 0, 1, 0)
    refused("ended_on", "encore", organising.close_office, office, today, by(world))
    world.act(ticket, Dismiss(DismissalReason.DUPLICATE, today))
    box.office = None
    box.save()
    refused("ended_on", "à venir", organising.close_office, office, date(2026, 11, 21), by(world))
    organising.close_office(office, date(2026, 11, 2), by(world))
    office.refresh_from_db()
    assert (office.is_active, office.ended_on) == (False, date(2026, 11, 2))
    event = Event.objects.get(stream="office", kind="closed")
    assert event.occurred_on == date(2026, 11, 2)
    ticket.refresh_from_db()
    assert ticket.office_id == office.pk
    refused(None, "déjà fermé", organising.close_office, office, today, by(world))
    refused(None, "est fermé", organising.change_office, office, terms(world, "DOT", name="X"), by(world))


def test_members_and_bureaux_below_hold_it_open(world: World) -> None:
    assert organising.holdings(world.offices["DCL"]) == Holdings(0, 1, 0, 1)
    assert not organising.holdings(world.offices["DCL"]).empty
    person = world.users["director"]
    person.is_active = False
    person.save()
    assert organising.holdings(world.offices["DCL"]).members == 0


def test_a_closed_bureau_is_reopened_after_its_direction(world: World) -> None:
    direction, office, today = world.offices["DCL"], world.offices["DOT"], date(2026, 11, 20)
    Membership.objects.filter(office__in=(direction, office)).delete()
    organising.close_office(office, today, by(world))
    organising.close_office(direction, today, by(world))
    refused(None, "rouvrez-le d’abord", organising.reopen_office, office, by(world))
    closed = OfficeTerms("Nouveau", world.site, direction)
    refused("parent", "est fermé", organising.add_office, world.prefecture, "NEW", closed, by(world))
    organising.reopen_office(direction, by(world))
    assert organising.reopen_office(office, by(world)).ended_on is None
    refused(None, "en service", organising.reopen_office, office, by(world))


# --- Two at once --------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_two_moves_never_make_a_circle(transactional_db: None) -> None:
    world = make_world()
    author = by(world)
    first, second = world.offices["SEJ"], world.offices["ASI"]
    for _ in range(10):
        Office.objects.filter(pk__in=(first.pk, second.pk)).update(parent=None)
        below_second, below_first = terms(world, "SEJ", parent=second), terms(world, "ASI", parent=first)
        [results] = together(
            1,
            lambda _number, terms=below_second: organising.change_office(first, terms, author),
            lambda _number, terms=below_first: organising.change_office(second, terms, author),
        )
        assert sorted(type(result).__name__ for result in results) == ["InvalidCommand", "bool"]
    assert verify_journal().different == []


@pytest.mark.postgresql
def test_one_code_is_given_once(transactional_db: None) -> None:
    world = make_world()
    author, new = by(world), OfficeTerms("Bureau", world.site)
    results = together(
        5, *(lambda number: organising.add_office(world.prefecture, f"N{number}", new, author) for _ in range(2))
    )
    names = [sorted(type(each).__name__ for each in pair) for pair in results]
    # The name stands beside that of the first round: from then on both are refused.
    assert names[0] == ["InvalidCommand", "Office"]
    assert Office.objects.filter(code__startswith="N").count() == 1
