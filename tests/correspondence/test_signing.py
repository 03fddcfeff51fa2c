"""Who writes: the block at the foot of a letter, its variant without the name, and who changes what."""

from typing import Any

import pytest

from correspondence import signing
from correspondence.sender import sender_of
from tests.factories import World, make_world
from tracker.enums import Role
from tracker.errors import InvalidCommand, NotAllowed
from tracker.models import Event, Membership, Office, Site, User
from tracker.writers import Author

OFFICE = {"address": "", "phone": "02 61 91 10 04", "email": "sej@prefecture.example", "opening_hours": ""}
PERSON = {"job_title": "Instructrice", "phone": "", "signs_anonymously": False, "agent_number": ""}


def by(world: World, name: str) -> Author:
    return Author(user=world.user(name))


def lines(world: World) -> list[str]:
    office = Office.objects.select_related("site").get(pk=world.offices["SEJ"].pk)
    return sender_of(world.user("agent"), office.site, office).lines()


@pytest.fixture
def filled(world: World) -> World:
    Site.objects.filter(pk=world.site.pk).update(address="1 place de l’Exemple, 44000 Exemple")
    Office.objects.filter(pk=world.offices["SEJ"].pk).update(
        phone="02 61 91 10 04", email="sej@prefecture.example", opening_hours="de 9 h à 12 h"
    )
    User.objects.filter(pk=world.users["agent"].pk).update(job_title="Instructrice", phone="02 61 91 20 01")
    return world


def test_the_block(filled: World) -> None:
    assert lines(filled) == [
        "Agent Essai",
        "Instructrice",
        "Préfecture d’essai",
        "Bureau du séjour",
        "1 place de l’Exemple, 44000 Exemple",
        "Tél.\xa0: 02 61 91 20 01 – sej@prefecture.example",
        "Accueil\xa0: de 9 h à 12 h",
    ]


def test_nobody_alone_decides_for_who_works_in_two_prefectures(world: World) -> None:
    """A change here would be read on the letters of the other one: its bureau there may have the name withheld."""
    elsewhere = make_world(code="85", department="85")
    agent = world.users["agent"]
    Membership.objects.create(
        user=agent, prefecture=elsewhere.prefecture, office=elsewhere.offices["SEJ"], role=Role.AGENT
    )
    User.objects.filter(pk=agent.pk).update(signs_anonymously=True)
    for keepers in (world, elsewhere):
        for role in ("supervisor", "quality"):
            assert agent not in signing.people_kept_by(keepers.user(role))
            with pytest.raises(NotAllowed):
                signing.change_person(agent, PERSON, by(keepers, role))
    assert signing.change_own(world.user("agent"), {"job_title": "Instructrice", "phone": ""}, by(world, "agent"))
    both = world.user("supervisor")
    Membership.objects.create(
        user=both, prefecture=elsewhere.prefecture, office=elsewhere.offices["DOT"], role=Role.AGENT
    )
    assert agent in signing.people_kept_by(world.user("supervisor"))


@pytest.mark.parametrize("of", ["person", "office"])
@pytest.mark.parametrize(
    ("number", "designation"), [("4401", "Agent n°\xa04401"), ("", "L’agent chargé de votre demande")]
)
def test_without_the_name_nor_the_direct_line(filled: World, of: str, number: str, designation: str) -> None:
    User.objects.filter(pk=filled.users["agent"].pk).update(agent_number=number, signs_anonymously=of == "person")
    Office.objects.filter(pk=filled.offices["SEJ"].pk).update(signs_anonymously=of == "office")
    block = lines(filled)
    assert block[0] == designation
    assert "Essai" not in " ".join(block)
    assert "Tél.\xa0: 02 61 91 10 04 – sej@prefecture.example" in block


def test_what_is_not_known_is_left_out(world: World) -> None:
    assert lines(world) == ["Agent Essai", "Préfecture d’essai", "Bureau du séjour"]
    assert sender_of(world.user("quality"), world.branch, None).lines() == ["Quality Essai", "Sous-préfecture d’essai"]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("agent", set()),
        ("supervisor", {"SEJ"}),
        ("director", {"DCL", "DOT"}),
        ("quality", {"DCL", "DOT", "SEJ", "SPB"}),  # not the sensitive bureau of asylum
        ("branch_quality", {"SPB"}),
        ("administrator", set()),
    ],
)
def test_bureaux_whose_signature_a_person_keeps(world: World, name: str, codes: set[str]) -> None:
    kept = signing.offices_kept_by(world.user(name))
    assert {code for code, office in world.offices.items() if office.pk in kept} == codes


def test_sites_and_people(world: World) -> None:
    assert set(signing.sites_kept_by(world.user("quality"))) == {world.site, world.branch}
    assert set(signing.sites_kept_by(world.user("branch_quality"))) == {world.branch}
    assert not signing.sites_kept_by(world.user("supervisor"))
    people = {person.email.partition("@")[0] for person in signing.people_kept_by(world.user("supervisor"))}
    assert people == {"agent", "colleague", "supervisor"}


def test_a_change_is_in_the_journal_by_its_fields(world: World) -> None:
    office = world.offices["SEJ"]
    assert signing.change_office(office, OFFICE | {"signs_anonymously": True}, by(world, "supervisor"))
    event = Event.objects.get(stream="office", object_id=office.pk)
    assert (event.kind, event.actor, event.prefecture) == (
        "signature_changed",
        world.users["supervisor"],
        world.prefecture,
    )
    assert event.data == {"fields": ["email", "phone", "signs_anonymously"], "anonymous": True}
    assert not signing.change_office(office, OFFICE | {"signs_anonymously": True}, by(world, "supervisor"))
    assert Event.objects.filter(stream="office").count() == 1


def test_nothing_personal_enters_an_event(world: World) -> None:
    agent = world.users["agent"]
    typed = {"job_title": "Instructrice", "phone": "02 61 91 20 01", "signs_anonymously": True, "agent_number": "12"}
    assert signing.change_person(agent, typed, by(world, "supervisor"))
    event = Event.objects.get(stream="user", object_id=agent.pk)
    assert event.data["anonymous"] is True
    assert "Instructrice" not in str(event.data) and "20 01" not in str(event.data)
    assert world.user("agent").agent_number == "12"


def test_one_never_decides_to_sign_without_ones_own_name(world: World) -> None:
    signing.change_own(world.user("agent"), PERSON | {"signs_anonymously": True}, by(world, "agent"))
    assert (world.user("agent").job_title, world.user("agent").signs_anonymously) == ("Instructrice", False)


@pytest.mark.parametrize("name", ["agent", "director", "branch_quality", "copil"])
def test_for_anybody_else_it_is_refused(world: World, name: str) -> None:
    author = by(world, name)
    with pytest.raises(NotAllowed):
        signing.change_office(world.offices["SEJ"], OFFICE | {"signs_anonymously": True}, author)
    with pytest.raises(NotAllowed):
        signing.change_person(world.users["agent"], PERSON, author)
    with pytest.raises(NotAllowed):
        signing.change_site(world.site, {"address": "", "city": "Nantes"}, author)
    assert not Event.objects.filter(kind="signature_changed").exists()


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"email": "nulle part"}, "email", "adresse"),
        ({"phone": "0" * 31}, "phone", "30"),
        ({"address": "a" * 251}, "address", "250"),
    ],
)
def test_refused_beside_its_field(world: World, values: dict[str, Any], field: str, words: str) -> None:
    typed = OFFICE | {"signs_anonymously": False} | values
    with pytest.raises(InvalidCommand) as refusal:
        signing.change_office(world.offices["SEJ"], typed, by(world, "quality"))
    assert refusal.value.field == field
    assert words in refusal.value.message
