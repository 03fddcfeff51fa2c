"""« Coller des lignes »: rows taken out and put back, a table registered once and for whom it is, and what it costs."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from frontend import drafts
from frontend.models import FormDraft, Submission
from frontend.rows.sheet import pasted
from tests.factories import World, make_world
from tests.frontend.rows_page import GOOD, TITLES, URL, Person, text_of
from tests.tracker.threads import together
from tracker import clock
from tracker.enums import State
from tracker.models import Office, Theme, Ticket
from tracker.registering import MOST

HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent(world: World) -> Person:
    return Person(world)


# --- Rows in and out ----------------------------------------------------------------------------------------------


def subjects(person: Person) -> list[str]:
    return [row.cells[2].value for row in person.page.context["grid"].rows]


def test_rows_taken_out_are_put_back_where_they_were(agent: Person) -> None:
    agent.paste(f"N°\t{GOOD.replace(chr(10), chr(10) + '7' + chr(9))}")
    agent.page = agent.client.get(agent.address)
    before = subjects(agent)
    page = text_of(agent.send("remove:0", headers=HTMX))
    assert "1 ligne retirée du tableau." in page
    assert "<html" not in page
    agent.send("remove:0")
    assert subjects(agent) == []
    assert "Il n’y a aucune ligne à enregistrer." in text_of(agent.page)
    assert agent.send("save").status_code == 422
    agent.send("restore")
    agent.send("restore")
    assert subjects(agent) == before
    assert [json.loads(row.rest) for row in agent.page.context["grid"].rows] == [["7"], ["7"]]
    agent.send("save")
    assert Ticket.objects.count() == 2


def test_a_row_added_and_left_empty_counts_for_nothing(agent: Person) -> None:
    agent.paste(GOOD)
    agent.send("add")
    assert subjects(agent) == ["Subvention", "Permis", ""]
    assert agent.errors == {}
    agent.send("save")
    assert Ticket.objects.count() == 2


def test_pasting_in_the_table_fills_from_the_cell_and_adds_rows(agent: Person) -> None:
    agent.paste(GOOD)
    page = text_of(agent.send("fill:1,1", paste="Mairie de Rezé\tÉcole\r\nMairie de Bouguenais\tCrèche\r\n"))
    assert "4 cellules collées à partir de la ligne 2." in page
    assert subjects(agent) == ["Subvention", "École", "Crèche"]
    assert set(agent.errors) == {(2, "received_on")}


@pytest.mark.parametrize(
    ("at", "text", "said"),
    [
        (
            "0,4",
            "a\tb\tc",
            "Ce collage a 3 colonnes, il n’en reste que 2 à partir de cette cellule : rien n’a été collé.",
        ),
        ("1,0", "a\n" * MOST, "Ce tableau aurait 201 lignes, la limite est de 200 à la fois"),
    ],
)
def test_a_paste_that_does_not_fit_changes_nothing(agent: Person, at: str, text: str, said: str) -> None:
    agent.paste(GOOD)
    assert said in text_of(agent.send(f"fill:{at}", paste=text))
    assert subjects(agent) == ["Subvention", "Permis"]


def test_more_rows_than_the_limit_are_refused_and_kept(agent: Person) -> None:
    agent.paste(f"{TITLES}\n" + "16/11/2026\tMairie\tÉcole\tmail\tSEJ\t\n" * MOST)
    data = agent.fields()
    for head in agent.page.context["grid"].heads:
        data[f"c{head.place}"].append(data[f"c{head.place}"][0])
    response = agent.client.post(agent.address, data | {"do": "save"})
    assert response.status_code == 422
    assert "201 lignes, la limite est de 200" in text_of(response)
    assert not Ticket.objects.exists()


def test_what_is_typed_is_followed_and_kept_row_by_row(world: World, agent: Person) -> None:
    agent.paste(GOOD)
    response = agent.send("live", cells={(1, "channel"): "pigeon", (0, "subject"): "Changé"}, rows="1", headers=HTMX)
    page = text_of(response)
    assert "n’est pas un canal connu" in page
    assert "Changé" not in page
    assert page.count("<tr>") == 1
    assert not Ticket.objects.exists()
    agent.page = agent.client.get(agent.address)
    assert subjects(agent) == ["Changé", "Permis"]
    assert set(agent.errors) == {(1, "channel")}


# --- Once, and for whom it is -------------------------------------------------------------------------------------


def test_sent_twice_is_registered_once(agent: Person) -> None:
    agent.paste(GOOD)
    addresses = {agent.send("save")["Location"] for _ in range(3)}
    assert len(addresses) == 1
    assert Ticket.objects.count() == 2
    assert "2 demandes enregistrées" in text_of(agent.client.get(addresses.pop()))
    assert agent.client.get(agent.address)["Location"].endswith("/enregistrees/")


def test_sent_changed_after_it_was_registered_is_another_table(agent: Person) -> None:
    agent.paste(GOOD)
    done = agent.send("save")["Location"]
    response = agent.send("save", cells={(1, "subject"): "Tout autre chose"})
    page = text_of(response)
    assert response.status_code == 422
    assert "Ce tableau a déjà été enregistré : rien ne l’a été une seconde fois." in page
    assert done in page
    assert Ticket.objects.count() == 2
    assert [row.known is not None for row in agent.page.context["grid"].rows] == [True, False]
    agent.address = response.context["address"]
    agent.send("remove:0")
    agent.send("save")
    assert sorted(Ticket.objects.values_list("subject", flat=True)) == ["Permis", "Subvention", "Tout autre chose"]


def test_a_refused_table_leaves_no_mark_of_having_been_sent(agent: Person) -> None:
    agent.paste(GOOD)
    agent.send("save", cells={(0, "subject"): ""})
    assert not Submission.objects.exists()


def test_a_draft_is_offered_taken_up_and_thrown_away(world: World, agent: Person, frozen: Any) -> None:
    agent.paste(GOOD)
    agent.send("check", cells={(0, "subject"): "Changé"}, take="on")
    page = text_of(agent.client.get(URL))
    assert "Un tableau de 2 lignes est resté en cours." in page
    assert agent.address in page
    agent.page = agent.client.get(agent.address)
    assert subjects(agent) == ["Changé", "Permis"]
    assert agent.page.context["form"]["take"].value()
    assert "est resté en cours" not in text_of(Person(world, "colleague").client.get(URL))
    agent.client.post(URL, {"forget": agent.address.split("/")[2]})
    assert agent.client.get(agent.address).status_code == 404
    assert not FormDraft.objects.exists()


def test_a_draft_lasts_fourteen_days(world: World, agent: Person, frozen: Any) -> None:
    agent.paste(GOOD)
    frozen.move_to(clock.now() + timedelta(days=14))
    agent.client.force_login(world.user("agent"))
    assert agent.client.get(agent.address).status_code == 404
    assert drafts.purge(clock.now()) == 1


def test_the_draft_goes_when_the_table_is_registered(agent: Person) -> None:
    agent.paste(GOOD)
    agent.send("save")
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("who", ["copil", "administrator"])
def test_who_registers_nothing_finds_no_page(world: World, agent: Person, who: str) -> None:
    agent.paste(GOOD)
    other = Person(world, who)
    for address in (URL, agent.address, f"{agent.address}enregistrees/"):
        assert other.client.get(address).status_code == 404
    assert other.client.post(URL, {"kind": "correspondence", "text": GOOD}).status_code == 404
    assert other.client.post(agent.address, agent.fields() | {"do": "save"}).status_code == 404
    assert not Ticket.objects.exists()


def test_a_colleague_finds_neither_the_table_nor_what_it_became(world: World, agent: Person) -> None:
    agent.paste(GOOD)
    done = agent.send("save")["Location"]
    for name in ("colleague", "quality"):
        assert Person(world, name).client.get(done).status_code == 404
        assert Person(world, name).client.get(agent.address).status_code == 404


def test_another_prefecture_s_bureau_theme_and_kind_are_unknown(world: World, agent: Person) -> None:
    other = make_world(code="85", department="85")
    Office.objects.filter(pk=other.offices["DOT"].pk).update(code="VEN", name="Bureau vendéen")
    theme = Theme.objects.create(prefecture=other.prefecture, code="marais", label="Marais", position=99)
    agent.paste(
        "Reçu le\tExpéditeur\tObjet\tService\tThème\n16/11/2026\tA\tB\tVEN\tMarais\n16/11/2026\tA\tC\tBureau vendéen\t"
    )
    assert set(agent.errors) == {(0, "office"), (0, "theme"), (1, "office")}
    assert "Vendée" not in text_of(agent.page).replace("Bureau vendéen", "")
    response = agent.send("save", office=other.offices["DOT"].pk, site=other.site.pk)
    assert {"office", "site"} <= set(response.context["form"].errors)
    assert not Ticket.objects.exists()
    assert theme.label


def test_a_closed_bureau_is_no_choice(world: World, agent: Person) -> None:
    Office.objects.filter(pk=world.offices["DOT"].pk).update(is_active=False)
    agent.paste(f"{TITLES}\n16/11/2026\tA\tB\tmail\tDOT\t")
    assert set(agent.errors) == {(0, "office")}


def test_the_mailroom_may_leave_the_bureau_for_later_and_answers_nothing(world: World) -> None:
    person = Person(world, "mailroom")
    person.paste(f"{TITLES}\n16/11/2026\tA\tB\tcourrier\t\t\n16/11/2026\tA\tAutre chose\tcourrier\tSEJ\t17/11/2026")
    assert set(person.errors) == {(1, "answered_on")}
    assert "Seul le bureau qui traite la demande" in person.errors[1, "answered_on"]
    person.send("save", cells={(1, "answered_on"): ""})
    assert set(Ticket.objects.values_list("state", "by_mailroom")) == {(State.REGISTERED, True), (State.ASSIGNED, True)}


def test_an_agent_needs_a_bureau_and_answers_for_their_own_alone(world: World, agent: Person) -> None:
    agent.paste(f"{TITLES}\n16/11/2026\tA\tB\tmail\t\t\n16/11/2026\tC\tD\tmail\tDOT\t17/11/2026")
    agent.send("check", office="")
    assert agent.errors[0, "office"] == "Choisissez le bureau qui répondra."
    assert "Seul le bureau" in agent.errors[1, "answered_on"]


# --- What somebody else than our page would send ------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"width": "9" * 5000, "shown": "0,1,²,-3,999999"},
        {"width": "3", "shown": "0", "c0": ["a", "b"], "rest": ["[", "[[[", '{"a": 1}', '["x", 3, null]']},
        {"width": "2", "shown": "0,1", "m0": "nulle part", "m1": "received_on", "c0": ["\0"], "c1": ["x"] * 500},
        {"removed": "[" * 5000, "do": "restore"},
        {"removed": '[[true, []], [5, ["a"]], ["x", 1], 4]', "do": "restore"},
        {"do": "remove:²"},
        {"do": "fill:99999,99999", "paste": "x\ty"},
        {"do": "live", "rows": "²,-1,9999999"},
        {"do": "save", "kind": "\0", "channel": "²", "received_on": "\0"},
    ],
)
def test_a_forged_table_is_a_table_or_a_refusal(agent: Person, forged: dict[str, Any]) -> None:
    response = agent.client.post(f"{URL}{uuid.uuid4()}/", forged)
    assert response.status_code in (200, 422)
    assert not Ticket.objects.exists()


def test_forgetting_what_is_no_token_is_unknown(agent: Person) -> None:
    assert agent.client.post(URL, {"forget": "\0"}).status_code == 404


# --- Cost ---------------------------------------------------------------------------------------------------------


def long_table(number: int) -> str:
    row = (
        "16/11/2026\tMairie de la commune {0}\tSubvention de l’école numéro {0}\tcourrier\tBureau du séjour\t18/11/2026"
    )
    return "\n".join([TITLES, *(row.format(rank) for rank in range(number))])


def test_two_hundred_rows_cost_as_many_queries_as_two(world: World, agent: Person) -> None:
    counts = []
    for number in (2, MOST):
        agent.paste(long_table(number))
        steps = []
        for do in ("check", "save"):
            with CaptureQueriesContext(connection) as captured:
                agent.send(do)
            steps.append(len(captured))
        counts.append(steps)
    assert counts[0][0] == counts[1][0]
    assert counts[1][1] <= counts[0][1] + 8, counts  # each table asks for its keys before its rows are copied


def test_two_hundred_rows_are_a_page_of_reasonable_weight(agent: Person) -> None:
    agent.paste(long_table(MOST))
    assert len(agent.page.content) < 300_000


def test_a_table_reads_its_titles_as_an_import_does(world: World) -> None:
    kind = world.kind("correspondence")
    titles = "Reçu(e) le\tNom du demandeur\tMotif\tVoie d'arrivée\tBureau concerné\tDate d'envoi de la réponse"
    sheet = pasted(f"{titles}\nx\tx\tx\tx\tx\tx", kind)
    assert sheet.codes == ["received_on", "sender", "subject", "channel", "office", "answered_on"]


# --- Two at once --------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_a_double_click_registers_one_set(transactional_db: None) -> None:
    world = make_world()
    person = Person(world)
    day = clock.today(world.site.time_zone)
    person.paste(f"{TITLES}\n{day:%d/%m/%Y}\tA\tUn\tmail\tSEJ\t\n{day:%d/%m/%Y}\tB\tDeux\tmail\tSEJ\t")
    data = person.fields() | {"do": "save"}

    def send(_number: int) -> Any:
        client = Client()
        client.force_login(world.user("agent"))
        return client.post(person.address, data)["Location"]

    [addresses] = together(1, send, send, send)
    assert len(set(addresses)) == 1
    assert Ticket.objects.count() == 2
