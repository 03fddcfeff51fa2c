"""The table of every action of the API: who may call it, on what. One that is absent from `TABLE` fails the suite."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

from tests.frontend.walk.imports import an_import
from tests.frontend.walk.stage import (
    ADMINISTRATOR,
    AGENT,
    COPIL,
    HANDLING,
    MAILROOM,
    QUALITY,
    READING,
    SUPERVISOR,
    Stage,
)
from tests.tracker.attachments.samples import PDF, upload
from tests.tracker.clocks import nov
from tracker import attachments
from tracker.commands import Answer, AskRequester, Propose, Take
from tracker.writers import Author

METHODS = ("get", "post", "put", "patch", "delete")
OPEN_TO_ALL = (AGENT, SUPERVISOR, QUALITY, MAILROOM, COPIL, ADMINISTRATOR)
REGISTRATION = {
    "kind": "correspondence",
    "channel": "email",
    "nature": "general_information",
    "received_on": "2026-11-16",
    "sender_name": "Mairie d’Exemple",
    "subject": "Demande de renseignements",
    "office": "SEJ",
}


@dataclass(frozen=True)
class Action:
    """`roles`: who is answered with `status`. Anybody else gets 404, but `forbidden`, who get 403: they may know that
    it exists. `ready` makes what it is called on."""

    roles: tuple[str, ...] = OPEN_TO_ALL
    status: int = 200
    forbidden: tuple[str, ...] = ()
    ready: Callable[[Stage], dict[str, Any]] | None = None
    body: Any = None
    query: str = ""
    # Files sent, in place of a body.
    files: tuple[tuple[str, bytes], ...] = ()
    # What a token for reading may do as well.
    reads: bool = True

    def address(self, name: str, stage: Stage) -> str:
        arguments = self.ready(stage) if self.ready else {}
        return reverse(f"api:{name.partition(':')[0]}", kwargs=arguments) + self.query


def a_ticket(*acts: Any, **options: Any) -> Callable[[Stage], dict[str, Any]]:
    """A demande of the agent's bureau, to which `acts` have been done."""

    def ready(stage: Stage) -> dict[str, Any]:
        return {"reference": stage.world.register(*acts, **options).reference}

    return ready


def just_taken(stage: Stage) -> dict[str, Any]:
    ticket = stage.world.register()
    stage.world.act(ticket, Take(), by="agent")
    return {"reference": ticket.reference}


def an_attachment(stage: Stage) -> dict[str, Any]:
    ticket = stage.world.register()
    author = Author(user=stage.world.user("agent"))
    [row] = attachments.attach(ticket.pk, [upload("Lettre.pdf")], author).added
    return {"reference": ticket.reference, "key": row.key}


def a_meeting(*acts: Any) -> Callable[[Stage], dict[str, Any]]:
    return a_ticket(*acts, kind="meeting_request")


def act(body: dict[str, Any], ready: Callable[[Stage], dict[str, Any]] | None = None, **more: Any) -> Action:
    return Action(**{"roles": HANDLING, "ready": ready or a_ticket(), "body": body, "reads": False} | more)


def another(stage: Stage) -> str:
    """The reference of the stage's own demande."""
    return stage.ticket.reference


PROPOSED = Propose(nov(17), nov(19))
ASKED = AskRequester(nov(17), "Le justificatif")
ANSWERED = Answer(nov(18))

TABLE: dict[str, Action] = {
    "tickets:get": Action(READING),
    "tickets:post": Action(READING, 201, body=REGISTRATION, reads=False),
    "ticket:get": Action(HANDLING, ready=a_ticket()),
    "journal:get": Action(HANDLING, ready=a_ticket()),
    "colleagues:get": Action(HANDLING, ready=a_ticket()),
    "assign:post": act({"office": "DOT"}, roles=(SUPERVISOR, QUALITY), forbidden=(AGENT,)),
    "take:post": act({}),
    "send_back:post": act({"note": "Pour la DCL"}),
    "ask_requester:post": act({"asked_on": "2026-11-18", "missing": "Le justificatif"}),
    "complete:post": act({"completed_on": "2026-11-19"}, a_ticket(ASKED)),
    "hold:post": act({"sent_on": "2026-11-18", "promised_on": "2026-12-01"}),
    "answer:post": act({"answered_on": "2026-11-18"}),
    "propose:post": act({"proposed_on": "2026-11-18", "meeting_on": "2026-11-25"}, a_meeting()),
    "confirm:post": act({"confirmed_on": "2026-11-18"}, a_meeting(PROPOSED)),
    "hold_meeting:post": act({"met_on": "2026-11-19"}, a_meeting(PROPOSED)),
    "decline:post": act({"on": "2026-11-18"}, a_meeting(PROPOSED)),
    "cancel:post": act({"on": "2026-11-18", "by": "prefecture"}, a_meeting(PROPOSED)),
    "close:post": act({}, a_ticket(ANSWERED)),
    "forward:post": act({"to": "Commune d’Exemple", "forwarded_on": "2026-11-18", "told_on": "2026-11-18"}),
    "dismiss:post": act({"reason": "unwanted", "on": "2026-11-18"}),
    "merge:post": act({"into": another}),
    "reopen:post": act({}, a_ticket(ANSWERED)),
    # Its author alone undoes an act.
    "undo:post": act({}, just_taken, roles=(AGENT,), status=200),
    "note:post": act({"text": "Vu avec la mairie."}),
    "remind:post": act({"note": "À traiter d’abord."}, roles=(SUPERVISOR, QUALITY), forbidden=(AGENT,)),
    "mark_signature:post": act({"since": "2026-11-18"}),
    "correct:post": act({"subject": "Autre objet"}),
    "attachments:get": Action(HANDLING, ready=a_ticket()),
    "attachments:post": Action(HANDLING, 201, ready=a_ticket(), files=(("Lettre.pdf", PDF),), reads=False),
    "attachment:get": Action(HANDLING, ready=an_attachment),
    "withdraw_attachment:post": act({"reason": "Illisible"}, an_attachment),
    "deadline:get": Action(query="?received_on=2026-11-16&days=5&department=44"),
    "calendar:get": Action(query="?site=PREF&year=2026"),
    "organisation:get": Action(),
    "me:get": Action(),
    "jobs:get": Action(),
    "job:get": Action((QUALITY,), ready=an_import),
    "notifications:get": Action(READING),
    "mark_notifications_read:post": Action(READING, body={"ids": [1]}, reads=False),
    "schema:get": Action(),
}
CONFLICTING = {"undo:post": (SUPERVISOR, QUALITY)}
"""Who is told 409: the act is not theirs to undo."""


def actions() -> Iterator[str]:
    """Every address and method of the API."""
    for pattern in get_resolver().url_patterns:
        if getattr(pattern, "namespace", None) == "api":
            for each in pattern.url_patterns:
                assert isinstance(each, URLPattern)
                yield from (f"{each.name}:{method}" for method in METHODS if hasattr(each.callback.cls, method))


def body_of(action: Action, stage: Stage) -> Any:
    body = action.body or {}
    return {name: value(stage) if callable(value) else value for name, value in body.items()}
