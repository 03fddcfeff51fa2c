"""« Registre »: the list, its views, mass acts."""

from collections.abc import Callable
from datetime import date
from typing import Any

from frontend.models import SavedView
from tests.frontend.walk.stage import AGENT, READING, Page, Stage, add_ticket
from tracker import jobs, mass
from tracker.commands import Answer
from tracker.enums import MassKind
from tracker.models import MassAct, Ticket
from tracker.writers import Author


def add_view(stage: Stage, number: int) -> SavedView:
    """One more of the agent's own views, with a number to pass; a third are shared."""
    return SavedView.objects.create(
        owner=stage.user(AGENT),
        prefecture=stage.world.prefecture if number % 3 == 1 else None,
        name=f"Courriels reçus, {number}",
        query="channel=email&office=SEJ&situation=overdue",
        order="due",
        columns="received-subject-due",
        alert_above=0,
        position=number,
    )


def add_ticket_and_view(stage: Stage, number: int) -> None:
    add_ticket(stage, number)
    add_view(stage, number)


def a_view(stage: Stage) -> dict[str, Any]:
    if "view" not in stage.made:
        add_view(stage, 2)
        stage.made["view"] = add_view(stage, 3)
    return {"view_id": stage.made["view"].pk}


def a_mass_act(kind: MassKind, step: str = "") -> Callable[[Stage], dict[str, Any]]:
    """Of two demandes, one already answered."""

    def made(stage: Stage) -> dict[str, Any]:
        if "mass" not in stage.made:
            stage.world.register(Answer(date(2026, 11, 17)))
            tickets = Ticket.objects.filter(prefecture=stage.world.prefecture)
            act = mass.draw_up(tickets, kind, Author(user=stage.user(AGENT)))
            if step:
                mass.confirm(act.pk, stage.user(AGENT))
                jobs.run_pending_jobs()
            stage.made["mass"] = act
        return {"act_id": stage.made["mass"].pk}

    return made


def add_mass_line(stage: Stage, number: int) -> None:
    """One more demande of the act, refused."""
    a_mass_act(MassKind.CLOSE)(stage)
    act: MassAct = stage.made["mass"]
    act.lines.create(ticket=add_ticket(stage, number), opened_version=1, reason=mass.CHANGED)


PAGES: dict[str, Page] = {
    "registry": Page(READING, rows=add_ticket_and_view, control="main a[href^='/demandes/']"),
    "registry:selection": Page(READING, rows=add_ticket, control="main input[name=demande]", is_form=True),
    "registry-changes": Page(READING, query="?depuis=2026-11-19T09:00:00%2B00:00", to_look_at=False),
    "registry-filters": Page(READING, control="main form button", is_form=True),
    "registry-export:csv": Page(READING, lambda stage: {"extension": "csv"}, names_something=False, to_look_at=False),
    "registry-export:xlsx": Page(READING, lambda stage: {"extension": "xlsx"}, names_something=False, to_look_at=False),
    "registry-display": Page(READING, method="post", data={"order": "due"}, status=302, to_look_at=False),
    "registry-select": Page(READING, method="post", status=302, to_look_at=False),
    "saved-views": Page(READING, rows=add_view, control="main form button"),
    "saved-view-add": Page(READING, method="post", data={"name": "En retard"}, status=302, to_look_at=False),
    "saved-view": Page((AGENT,), a_view, method="post", data={"name": "En retard"}, status=302, to_look_at=False),
    "saved-view-up": Page((AGENT,), a_view, method="post", status=302, to_look_at=False),
    "saved-view-delete": Page((AGENT,), a_view, method="post", status=302, to_look_at=False),
    "mass-act": Page((AGENT,), a_mass_act(MassKind.CLOSE), control="main form button[type=submit]", rows=add_mass_line),
    "mass-act:choosing": Page((AGENT,), a_mass_act(MassKind.AGENT), control="main select[name=target]", is_form=True),
    "mass-act:ended": Page((AGENT,), a_mass_act(MassKind.CLOSE, "done"), control="main form button"),
    "mass-act-aim": Page((AGENT,), a_mass_act(MassKind.AGENT), method="post", status=422, to_look_at=False),
    "mass-act-confirm": Page((AGENT,), a_mass_act(MassKind.CLOSE), method="post", status=302, to_look_at=False),
    "mass-act-undo": Page((AGENT,), a_mass_act(MassKind.CLOSE, "done"), method="post", status=302, to_look_at=False),
    "mass-act-resume": Page((AGENT,), a_mass_act(MassKind.CLOSE), method="post", status=409, to_look_at=False),
    "mass-act-report": Page((AGENT,), a_mass_act(MassKind.CLOSE, "done"), to_look_at=False),
}
