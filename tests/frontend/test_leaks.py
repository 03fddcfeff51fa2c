"""What one may not see leaves no trace behind any door: each answers word for word the same before and after demandes
that the person may not know of are registered, and no longer the same once one of theirs is.

A new list, search, count, completion or file is one more line of DOORS.
"""

import difflib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.test import Client

from frontend.models import SavedView
from tests.factories import World
from tests.frontend.walk.desk import A_LINE
from tests.frontend.walk.stage import AGENT, COPIL, MAILROOM, OUTSIDER, Stage, make_stage
from tests.tracker.api.programs import Program, program_of
from tracker import paging
from tracker.commands import Hold, Take
from tracker.models import Correspondent, Ticket
from tracker.senders import key_of

WATCHERS = (AGENT, MAILROOM, COPIL, OUTSIDER)
SENDER, SUBJECT, WORD = "Mairie de Confidence", "Passerelle du moulin", "moulin"
CHANGING = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|l[0-9a-f]{32}"  # names of forms
    r"|(?<=[\"'])[A-Za-z0-9]{64}(?=[\"'])"  # tokens against forgery
    r"|(?<=/actions/)\d+"
)


@dataclass
class Caller:
    """A person before a door. `secret`: the reference that the first hidden demande will have."""

    client: Client
    program: Program
    secret: str

    def get(self, address: str, **query: Any) -> str:
        return read(self.client.get(address, query))

    def post(self, address: str, data: dict[str, Any], **options: Any) -> str:
        return read(self.client.post(address, data, **options))

    def api(self, path: str, **query: Any) -> str:
        return read(self.program.get(path, **query))


def read(response: Any) -> str:
    """An answer as its reader has it: status, place, words; of a workbook its cells."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if "spreadsheet" in response.get("Content-Type", ""):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        words = repr([[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book])
    else:
        words = content.decode()
    return CHANGING.sub("…", f"{response.status_code} {response.get('Location', '')} {words}")


@dataclass(frozen=True)
class Door:
    """`ask` gives what the person reads. `witness`: who must read something else once a demande of theirs is there;
    empty where nothing of one's own shows."""

    name: str
    ask: Callable[[Caller], str]
    witness: str = AGENT


def page(address: str, witness: str = AGENT, **query: Any) -> Door:
    shown = "&".join(f"{name}={value}" for name, value in query.items())
    return Door(f"{address} {shown}".strip(), lambda who: who.get(address, **query), witness)


def api(path: str, witness: str = AGENT, **query: Any) -> Door:
    shown = "&".join(f"{name}={value}" for name, value in query.items())
    return Door(f"API {path} {shown}".strip(), lambda who: who.api(path, **query), witness)


LINE = {"of": A_LINE, f"{A_LINE}-sender_name": SENDER}
HTMX = {"HX-Request": "true"}

DOORS = [
    # lists, their totals and the badges of saved views
    page("/registre/"),
    page("/registre/", order="due", situation="overdue"),
    page("/registre/", state="open", agent="queue"),
    page("/ma-file/"),
    page("/mon-bureau/", witness=""),
    page("/registre/vues/", witness=""),
    page("/imports/", witness=""),
    # the search
    page("/registre/", text=WORD),
    page("/registre/", text=SENDER, order="received"),
    page("/registre/", text="Passer"),
    Door("a reference searched for", lambda who: who.get("/registre/", text=who.secret), witness=""),
    Door("the page of a demande", lambda who: who.get(f"/demandes/{who.secret}/"), witness=""),
    Door("the files of a demande", lambda who: who.api(f"tickets/{who.secret}/attachments/"), witness=""),
    # what may be filtered by
    page("/registre/filtres/", witness=""),
    page("/registre/", witness="", office="DOT"),
    page("/registre/", witness="", assignee="999999"),
    # files
    page("/registre/export.csv"),
    page("/registre/export.csv", text=WORD),
    page("/registre/export.xlsx", columns="sender-subject-due"),
    page("/registre/export.xlsx", situation="overdue"),
    # acts on many
    Door(
        "demandes chosen by reference",
        lambda who: who.post("/registre/selection/", {"act": "close", "demande": [who.secret]}, follow=True),
        witness="",
    ),
    Door(
        "the whole of a search",
        lambda who: who.post(f"/registre/selection/?text={WORD}", {"act": "export", "whole": "1"}),
    ),
    # « Arrivées »
    page("/arrivees/", MAILROOM),
    Door("the senders of « Arrivées »", lambda who: who.post("/arrivees/expediteurs/", LINE, headers=HTMX), MAILROOM),
    Door("the bureau of a sender", lambda who: who.post("/arrivees/bureau/", LINE, headers=HTMX), witness=""),
    Door(
        "a demande to dispatch",
        lambda who: who.post("/arrivees/affecter/", {"one": who.secret, f"office-{who.secret}": "1"}, follow=True),
        witness="",
    ),
    # the API
    api("tickets/"),
    api("tickets/", text=WORD),
    api("tickets/", text=WORD, order="relevance"),
    api("tickets/", situation="overdue", page_size=1),
    api("tickets/", witness="", office="DOT"),
    api("jobs/", witness=""),
    api("organisation/", witness=""),
    api("me/", witness=""),
    Door("API a demande", lambda who: who.api(f"tickets/{who.secret}/"), witness=""),
    Door("API its journal", lambda who: who.api(f"tickets/{who.secret}/journal/"), witness=""),
]


def overdue(world: World, **fields: Any) -> Ticket:
    given = {"received_on": date(2026, 10, 1), "sender_name": SENDER, "subject": SUBJECT} | fields
    return world.register(**given)


def hide(stage: Stage) -> None:
    """Demandes of bureaux that none of the watchers is in, and of the préfecture where the watcher is not."""
    world = stage.world
    overdue(world, office="DOT", by="other_agent", assignee="other_agent")
    overdue(world, office="ASI", by="asylum_agent", assignee="asylum_agent")
    overdue(world, office="SPB", by=None, sender_name=f"{SENDER}-le-Secret")
    held = overdue(world, office="DOT", by="other_agent")
    world.act(held, Take(), Hold(date(2026, 10, 2), date(2026, 12, 1)), by="other_agent")
    # More senders than a completion looks at.
    names = [f"Aa {SENDER} {number}" for number in range(60)]
    Correspondent.objects.bulk_create(
        [Correspondent(prefecture=world.prefecture, name=name, words=key_of(name)) for name in names]
    )
    # The outsider's préfecture, but not their bureau.
    overdue(stage.elsewhere, office="DOT", by="other_agent")


def show(stage: Stage) -> None:
    """One demande for each of those who read some."""
    overdue(stage.world)
    overdue(stage.world, office=None, by=MAILROOM, by_mailroom=True, sender_name=f"{SENDER}-le-Neuf")
    overdue(stage.elsewhere)


@pytest.fixture
def stage(db: None, frozen: Any, monkeypatch: pytest.MonkeyPatch) -> Stage:
    cache.clear()
    # « plus de 3 demandes »: what is hidden is not what passes the bound.
    monkeypatch.setattr(paging.total, "__defaults__", (3,))
    stage = make_stage()
    overdue(stage.world)
    overdue(stage.world, office=None, by=MAILROOM, by_mailroom=True)
    overdue(stage.elsewhere)
    for number, name in enumerate(WATCHERS):
        user = stage.user(name)
        made = {"owner": user, "order": "due", "columns": "received-subject-due", "alert_above": 0, "position": number}
        SavedView.objects.create(name="À moi", query=f"text={WORD}", **made)
    for world in (stage.world, stage.elsewhere):
        owner = world.user("quality")
        shared = {"owner": owner, "prefecture": world.prefecture, "order": "due", "columns": "due", "alert_above": 0}
        SavedView.objects.create(name="En retard", query="situation=overdue", **shared)
        SavedView.objects.create(name="Dotations", query="office=DOT", **shared)
    return stage


def caller(stage: Stage, name: str) -> Caller:
    user, client = stage.user(name), Client()
    client.force_login(user)
    number = Ticket.objects.filter(prefecture=stage.world.prefecture).count() + 1
    return Caller(client, program_of(user), f"44-2026-{number:06d}")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_what_one_may_not_see_leaves_no_trace(stage: Stage, door: Door) -> None:
    callers = {name: caller(stage, name) for name in WATCHERS}
    for each in callers.values():
        door.ask(each)  # what a first visit keeps is kept by now
    before = {name: door.ask(each) for name, each in callers.items()}
    hide(stage)
    after = {name: door.ask(each) for name, each in callers.items()}
    for name, words in after.items():
        assert list(difflib.unified_diff(before[name].splitlines(), words.splitlines(), n=0)) == [], name
    show(stage)
    if door.witness:
        assert door.ask(callers[door.witness]) != before[door.witness]


def test_what_is_hidden_is_there(stage: Stage) -> None:
    """The demandes of `hide` are what these doors would show: to their own bureau, they do."""
    witness = caller(stage, "other_agent")
    doors = [door for door in DOORS if door.witness == AGENT]
    before = {door.name: door.ask(witness) for door in doors}
    hide(stage)
    assert [door.name for door in doors if door.ask(witness) == before[door.name]] == []
    assert Ticket.objects.filter(reference=witness.secret, office__code="DOT").exists()
