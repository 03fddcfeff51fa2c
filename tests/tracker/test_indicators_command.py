"""`manage.py indicators`: its JSON, a table for people, one French sentence when it refuses."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import World
from tracker.commands import Answer
from tracker.models import Mailbox

PERIOD = ("--from", "2026-11-01", "--to", "2026-11-30")


def run(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    call_command("indicators", *PERIOD, *args)
    return capsys.readouterr().out


@pytest.fixture
def counted(world: World) -> World:
    mailbox = Mailbox.objects.create(prefecture=world.prefecture, name="pref-contact")
    world.register(Answer(date(2026, 11, 13)), received_on=date(2026, 11, 12), mailbox_id=mailbox.pk)
    world.register(Answer(date(2026, 11, 20)), received_on=date(2026, 11, 12), office="DOT", by=None)
    world.register(Answer(date(2026, 11, 16)), received_on=date(2026, 11, 12), office="SPB", site=world.branch, by=None)
    return world


def test_json_has_groups_and_totals(counted: World, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(run(capsys, "--json"))
    assert list(found) == ["groups", "totals"]
    assert len(found["groups"]) == 3
    (total,) = found["totals"]
    assert total["code"] == "reply.correspondence.email.1"
    assert total["label"] == "Réponse · Courriers et courriels · Courriel · module 1"
    assert total["scope"] == {
        "purpose": "reply",
        "kind": "correspondence",
        "channel": "email",
        "module": 1,
        "nature": None,
        "site": None,
        "office": None,
        "mailbox": None,
    }
    assert (total["n"], total["on_time"], total["rate"]) == (3, 2, 2 / 3)
    assert (total["mean_working_days"], total["target"], total["met"]) == (3.0, 0.9, False)
    first = found["groups"][0]
    assert set(first) == set(total)
    assert {group["scope"]["mailbox"] for group in found["groups"]} == {"pref-contact", None}


@pytest.mark.parametrize(
    ("options", "n"),
    [
        (["--site", "SP1"], 1),
        (["--office", "DCL"], 1),  # with DOT below it
        (["--office", "SEJ"], 1),
        (["--mailbox", "pref-contact"], 1),
        (["--site", "PREF"], 2),
        (["--prefecture", "44"], 3),
    ],
)
def test_options(counted: World, capsys: pytest.CaptureFixture[str], options: list[str], n: int) -> None:
    assert json.loads(run(capsys, "--json", *options))["totals"][0]["n"] == n


def test_table(counted: World, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys)
    assert "Demandes arrivées du 01/11/2026 au 30/11/2026" in shown
    assert "2/3" in shown and "66,7 %" in shown and "3,0 j" in shown


def test_nothing_to_show(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(run(capsys, "--json")) == {"groups": [], "totals": []}
    assert "Aucune demande" in run(capsys)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--site", "XX"], "Aucun site n’a le code « XX ». Connus : PREF, SP1."),
        (["--office", "XX"], "Aucun bureau n’a le code « XX ». Connus : ASI, DCL, DOT, SEJ, SPB."),
        (["--mailbox", "XX"], "Aucune boîte ne s’appelle « XX ». Connus : aucun."),
        (["--to", "2026-10-01"], "La période finit avant de commencer : --from doit précéder --to."),
        (["--from", "hier"], "«\xa0hier\xa0» n’est pas une date\xa0: écrivez 2026-11-20 ou 20/11/2026."),
    ],
)
def test_refusals(world: World, options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("indicators", *PERIOD, *options)
    assert str(refusal.value) == sentence
    assert refusal.value.returncode == 2


def test_dates_are_typed_as_people_do(counted: World, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys)
    assert run(capsys, "--from", "01/11/2026", "--to", "30/11/2026") == shown


def test_table_has_a_line_for_each_total_and_its_parts_on_demand(
    counted: World, capsys: pytest.CaptureFixture[str]
) -> None:
    short, long = run(capsys), run(capsys, "--detail")
    assert short.count("Réponse ·") == 1 and long.count("Réponse ·") == 4
    assert "Par nature, site, bureau et boîte" in long
