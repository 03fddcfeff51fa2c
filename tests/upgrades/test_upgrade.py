"""What an earlier version filled, brought to this one: nothing is lost, the journal still says the same."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.upgrades.snapshots import read

ROOT = Path(__file__).parents[2]
SNAPSHOTS = sorted((ROOT / "tests/data/upgrades").glob("*.json.gz"))
SEARCHED = """
from tracker.models import ExternalIdentity, Ticket
from tracker.search import document_of, looked_for
old = dict(ExternalIdentity.objects.exclude(old_number="").values_list("ticket_id", "old_number"))
right = 0
for ticket in Ticket.objects.select_related("search_document"):
    made, kept = document_of(ticket, old.get(ticket.pk, "")), ticket.search_document
    assert all(getattr(made, name) == getattr(kept, name) for name in ("numbers", "sender", "heading", "words"))
    right += Ticket.objects.filter(pk=ticket.pk, pk__found=looked_for(ticket.reference, "numbers", whole=True)).exists()
print(right)
"""
"""What the migrations make of the words is what the product would write, and the engine's index finds them."""
DATE_BY_DATE = ("check_deadlines", "verify_journal")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables that name an empty database of the engine under test: an installation's, not the tests' own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    kept |= {"SILLAGE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings.embedded"}
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield kept
        return
    name = f"sillage_upgrade_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield kept | {"DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def python(environment: dict[str, str], *args: str) -> str:
    done = subprocess.run(
        [sys.executable, *args], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_version_left_a_snapshot() -> None:
    assert SNAPSHOTS


@pytest.mark.slow
@pytest.mark.both_engines
@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: path.name.removesuffix(".json.gz"))
def test_an_earlier_version_is_upgraded(path: Path, engine: dict[str, str], tmp_path: Path) -> None:
    snapshot = read(path)
    (tmp_path / "journal.key").write_text(snapshot["journal_key"])
    python(engine, "-m", "tests.upgrades.snapshots", "load", str(path))
    python(engine, "manage.py", "migrate", "--verbosity", "0")
    tickets = snapshot["tables"]["tracker.Ticket"]
    for command in DATE_BY_DATE:
        report = json.loads(python(engine, "manage.py", command, "--json"))
        assert report["different"] == []
        assert report["checked"] >= len(tickets)
    period = ("--from", "2025-09-01", "--to", "2026-06-30")
    totals = json.loads(python(engine, "manage.py", "indicators", *period, "--json"))["totals"]
    assert {total["code"]: [total["n"], total["on_time"]] for total in totals} == snapshot["figures"]
    assert snapshot["figures"]
    assert int(python(engine, "manage.py", "shell", "--no-imports", "-c", SEARCHED)) == len(tickets)
