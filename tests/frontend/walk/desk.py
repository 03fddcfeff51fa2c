"""What comes in and who does it: registering, « Arrivées », « Ma file », « Mon bureau », absences."""

import uuid
from datetime import date, timedelta
from typing import Any

from frontend import drafts
from frontend.forms.rows import first_shared
from frontend.models import Submission
from frontend.rows.sheet import pasted
from tests.frontend.walk.stage import (
    AGENT,
    HANDLING,
    MAILROOM,
    REGISTERING,
    SHARING,
    SUPERVISOR,
    Page,
    Stage,
    add_ticket,
)
from tracker import absences, clock
from tracker.commands import MarkSignature
from tracker.desks import desk_of
from tracker.enums import Role
from tracker.models import Absence, Membership, Ticket, User
from tracker.writers import Author

A_LINE = "l00000000-0000-4000-8000-000000000000"
"""The name of a line of « Arrivées »."""


def add_arrival(stage: Stage, number: int) -> Ticket:
    """A demande that no bureau has yet, as the mailroom sees it."""
    sender = "Mairie d’Exemple" if number % 2 else "Mme Modèle"
    return stage.world.register(office=None, by="mailroom", channel="letter", sender_name=sender, by_mailroom=True)


def add_free(stage: Stage, number: int) -> Ticket:
    """A demande that nobody has yet; another, urgent, of somebody who is away; a few more people."""
    if "away" not in stage.made:
        stage.made["away"] = absent(stage, "colleague")
    world = stage.world
    world.register(received_on=date(2026, 11, 9), assignee="colleague", subject="Changement d’adresse")
    person = User.objects.create_user(f"n{number}@44.example.test", first_name="Alix", last_name=f"Essai {number:02d}")
    Membership.objects.create(user=person, prefecture=world.prefecture, office=world.offices["SEJ"], role=Role.AGENT)
    return add_ticket(stage, number)


def add_at_signature(stage: Stage, number: int) -> Ticket:
    ticket = add_ticket(stage, number)
    return stage.world.act(ticket, MarkSignature(date(2026, 11, 20)), by="agent")


def absent(stage: Stage, name: str, first: date = date(2026, 11, 18), last: date = date(2026, 11, 27)) -> Absence:
    substitute = stage.world.users["agent"] if name != "agent" else None
    terms = absences.Terms(first, last, substitute)
    return absences.record(stage.world.prefecture, stage.world.users[name], terms, Author())


def add_absence(stage: Stage, number: int) -> Absence:
    day = date(2026, 12, 1) + timedelta(days=number)
    return absent(stage, "agent", day, day)


def add_past_absence(stage: Stage, number: int) -> Absence:
    """Recorded by the encadrant in its time; nothing past can be recorded now."""
    world, day = stage.world, date(2026, 9, 1) + timedelta(days=number)
    return Absence.objects.create(
        prefecture=world.prefecture,
        user=world.users["agent"],
        starts_on=day,
        ends_on=day,
        substitute=world.users["colleague"],
        recorded_by=world.users["supervisor"],
        version=1,
    )


def an_absence(stage: Stage) -> dict[str, Any]:
    if "absence" not in stage.made:
        stage.made["absence"] = absent(stage, "colleague")
    return {"absence_id": stage.made["absence"].pk}


def the_colleague(stage: Stage) -> dict[str, Any]:
    stage.world.register(assignee="colleague")
    return {"user_id": stage.world.users["colleague"].pk}


A_TABLE = uuid.UUID("00000000-0000-4000-8000-0000000000aa")
A_TABLE_DONE = uuid.UUID("00000000-0000-4000-8000-0000000000bb")


def a_table(stage: Stage) -> dict[str, Any]:
    """Pasted by the agent: a good row, one with something to mend in each cell, a column left aside."""
    if "table" not in stage.made:
        text = "N°\tReçu le\tExpéditeur\tObjet\tService\tObservations\n1\t16/11/2026\tMairie\tÉcole\tSEJ\tÀ relancer"
        stage.made["table"] = pasted(f"{text}\n2\t31/12/2026\t\t\tNulle part\t", stage.world.kind("correspondence"))
        keep_table(stage)
    return {"token": A_TABLE}


def add_pasted(stage: Stage, number: int) -> None:
    a_table(stage)
    stage.made["table"].rows.append([str(number), "17/11/2026", f"Mairie {number}", "Crèche", "Nulle part", "", "", ""])
    keep_table(stage)


def keep_table(stage: Stage) -> None:
    user, kind = stage.user(AGENT), stage.world.kind("correspondence")
    desk = desk_of(user)
    assert desk is not None
    typed = first_shared(kind, desk, date(2026, 11, 20)) | stage.made["table"].as_typed()
    drafts.save(user, "rows", A_TABLE, typed, clock.now())


def a_table_done(stage: Stage) -> dict[str, Any]:
    if "table done" not in stage.made:
        add_registered(stage, 0)
    return {"token": A_TABLE_DONE}


def add_registered(stage: Stage, number: int) -> None:
    """One more demande of the set, and one that another bureau holds."""
    world, user = stage.world, stage.user(AGENT)
    now = stage.made.setdefault("table done", clock.now())
    for office in ("SEJ", "DOT"):
        ticket = world.register(office=office, now=now)
    sent = {"user": user, "prefecture": world.prefecture, "sent_at": now, "ticket": ticket}
    Submission.objects.get_or_create(token=A_TABLE_DONE, defaults=sent)


def one_s_own(stage: Stage) -> dict[str, Any]:
    """The agent registered it: nobody else takes that back."""
    return {"reference": stage.ticket.reference}


def a_register_form(kind: str) -> Page:
    return Page(
        REGISTERING,
        lambda stage: {"kind": kind},
        names_something=False,
        control="main input[name=sender_name]",
        is_form=True,
    )


PAGES: dict[str, Page] = {
    "queue": Page(HANDLING, rows=add_ticket, control="main a[href^='/demandes/']"),
    "bureau": Page(SHARING, rows=add_free, control="main select[name^=to-]", is_form=True),
    "bureau-signature": Page(SHARING, rows=add_at_signature, control="main a[href^='/demandes/']"),
    "bureau-assign": Page(SHARING, method="post", status=302, to_look_at=False),
    "bureau-undo": Page(SHARING, method="post", status=302, to_look_at=False),
    "bureau-hand-over": Page(SHARING, the_colleague, control="main select[name=to]", is_form=True),
    "absences": Page(SHARING, rows=add_absence, control="main input[name=starts_on]", is_form=True),
    "my-absences": Page((AGENT, SUPERVISOR), rows=add_absence, control="main input[name=starts_on]", is_form=True),
    "absences-past": Page(SHARING, rows=add_past_absence, control="main a[href]"),
    "my-absences-past": Page((AGENT, SUPERVISOR), rows=add_past_absence, control="main a[href]"),
    "absence": Page(SHARING, an_absence, control="main input[name=starts_on]", is_form=True),
    "absence-cancel": Page(SHARING, an_absence, method="post", status=302, to_look_at=False),
    "arrivals": Page((MAILROOM,), rows=add_arrival, control="main input", is_form=True),
    "arrivals-office": Page((MAILROOM,), method="post", data={"of": A_LINE}, to_look_at=False),
    "arrivals-senders": Page((MAILROOM,), method="post", data={"of": A_LINE}, to_look_at=False),
    "arrivals-dispatch": Page((MAILROOM,), method="post", status=302, to_look_at=False),
    "arrivals-undo": Page((MAILROOM,), method="post", status=302, to_look_at=False),
    "register": a_register_form("correspondence"),
    "register:meeting_request": a_register_form("meeting_request"),
    "rows": Page(REGISTERING, control="main textarea", is_form=True),
    "rows-table": Page((AGENT,), a_table, control="main td input", is_form=True, rows=add_pasted),
    "rows-done": Page((AGENT,), a_table_done, control="main a[href^='/demandes/']", rows=add_registered),
    "register-undo": Page((AGENT,), one_s_own, method="post", status=302, to_look_at=False),
}
