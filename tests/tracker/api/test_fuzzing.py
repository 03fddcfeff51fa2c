"""Everything that the description allows, and much that it does not, sent to a live server."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.factories import World, make_world
from tests.tracker.api.programs import token_of
from tests.tracker.api.walk import REGISTRATION
from tracker import clock
from tracker.models import Channel, Event, Nature, Ticket

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
SEED, EXAMPLES = "44", "4"
HANGS_AFTER = 600
"""Seconds. Alone on two processors it ends in about one minute; a shared machine is no failure."""


@pytest.fixture
def unbounded(settings: Any) -> None:
    settings.SILLAGE_API_RATES = {"person": "1000000/min", "refused": "1000000/min"}


def described(address: str, secret: str) -> dict[str, Any]:
    with urlopen(Request(f"{address}/api/v1/schema/", headers={"Authorization": f"Bearer {secret}"})) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def pointed(schema: dict[str, Any], world: World, references: list[str]) -> dict[str, Any]:
    """The description with what exists here: drawn at random, no reference and no code would ever be met."""
    today = clock.today("Europe/Paris")
    days = [str(today - timedelta(days=days)) for days in (0, 1, 2)] + ["0001-01-01", "2050-12-31", "9999-12-31"]
    known = {
        "reference": references,
        "into": references,
        "kind": list(world.prefecture.kinds.values_list("code", flat=True)),
        "channel": list(Channel.objects.values_list("code", flat=True)),
        "nature": list(Nature.objects.values_list("code", flat=True)),
        "office": list(world.offices),
        "site": ["PREF", "SP1"],
    }

    def point(name: str, each: dict[str, Any]) -> None:
        if each.get("format") == "date":
            each["enum"] = days
        elif name in known and each.get("type") == "string":
            each["enum"] = known[name]

    for path in schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                point(parameter["name"], parameter["schema"])
    for component, content in schema["components"]["schemas"].items():
        if component.endswith("Request"):
            for name, each in content["properties"].items():
                point(name, each)
    schema["components"]["schemas"]["RegisterRequest"]["example"] = REGISTRATION | {"received_on": str(today)}
    schema["components"]["schemas"]["CorrectRequest"]["example"] = {"subject": "Objet corrigé par un programme"}
    return schema


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.postgresql  # the engine that serves programs; two minutes are not spent twice
def test_no_answer_is_outside_the_description(
    transactional_db: None, live_server: Any, unbounded: None, tmp_path: Path
) -> None:
    """Schemathesis, fixed seed, good and bad data; for the référent, to whom most is open."""
    world = make_world()
    references = [
        world.register(kind=kind, received_on=clock.today("Europe/Paris") - timedelta(days=5)).reference
        for kind in ("correspondence", "correspondence", "meeting_request")
    ]
    secret = token_of(world.user("quality")).secret
    schema = pointed(described(live_server.url, secret), world, references)
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", "schema.json", "--url", live_server.url,
            "--checks", CHECKS, "--mode", "all", "--phases", "examples,coverage,fuzzing", "--seed", SEED,
            "--generation-deterministic", "--max-examples", EXAMPLES, "--warnings", "off", "--no-color",
            "-H", f"Authorization: Bearer {secret}",
        ],
        cwd=tmp_path, env=os.environ | {"PYTHONWARNINGS": "ignore"}, capture_output=True, text=True,
        timeout=HANGS_AFTER, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
    assert Ticket.objects.count() > len(references), "no creation was good enough to be written"
    done = set(Event.objects.filter(stream="ticket", via="api").values_list("kind", flat=True))
    assert {"registered", "noted", "corrected"} <= done
