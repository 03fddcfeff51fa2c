"""The référent's and the administrator's settings."""

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from correspondence import reply_models
from tests.frontend.walk.reference import the_site
from tests.frontend.walk.stage import ADMINISTRATOR, AGENT, HANDLING, QUALITY, SUPERVISOR, Page, Stage
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import accounts, cataloguing, clock, jobs, membership, organising
from tracker.enums import JobState, Role
from tracker.models import Event, Job, Membership, Office, Outbox, User
from tracker.organisation_import import job as organisation_job
from tracker.writers import Author

HOUR = timedelta(hours=1)


def a_model(stage: Stage) -> dict[str, Any]:
    return {"model_id": stage.world.prefecture.reply_models.get(code="attente").pk}


def add_model(stage: Stage, number: int) -> None:
    terms = reply_models.Terms("reply", f"Modèle {number}", "Bonjour,", kinds=[stage.world.kind("complaint")])
    reply_models.add_model(stage.world.prefecture, terms, Author())


def change_a_model(stage: Stage, number: int) -> None:
    model = stage.world.prefecture.reply_models.get(code="attente")
    terms = reply_models.Terms("holding", "Réponse d’attente", f"Texte {number} [date promise]")
    reply_models.change_model(model.pk, terms, Author(), opened_version=model.version)


def an_office(stage: Stage) -> dict[str, Any]:
    return {"office_id": stage.world.offices["SEJ"].pk}


def add_office(stage: Stage, number: int) -> None:
    """Below the encadrant's own bureau, with one agent."""
    office = Office.objects.create(
        prefecture=stage.world.prefecture,
        site=stage.world.site,
        parent=stage.world.offices["SEJ"],
        code=f"S{number}",
        name=f"Section {number}",
    )
    agent = User.objects.create_user(f"section{number}@example.test", first_name="Agent", last_name=f"Section {number}")
    Membership.objects.create(user=agent, prefecture=stage.world.prefecture, office=office, role=Role.AGENT)


def a_person(stage: Stage) -> dict[str, Any]:
    return {"person_id": stage.world.users["agent"].pk}


def its_site(stage: Stage) -> dict[str, Any]:
    return {"site_id": stage.world.site.pk}


def an_entry(name: str) -> Callable[[Stage], dict[str, Any]]:
    """The first entry of a list of the préfecture: kinds, themes or mailboxes."""

    def arguments(stage: Stage) -> dict[str, Any]:
        rows = getattr(stage.world.prefecture, name)
        if name == "mailboxes" and not rows.exists():
            add_mailbox(stage, 0)
        return {"entry_id": rows.latest("pk").pk}

    return arguments


def add_kind(stage: Stage, number: int) -> None:
    cataloguing.add_kind(stage.world.prefecture, f"Type ajouté {number}", "reply", "reply", by_quality(stage))


def add_theme(stage: Stage, number: int) -> None:
    cataloguing.add_theme(stage.world.prefecture, f"Thème ajouté {number}", by_quality(stage))


def add_mailbox(stage: Stage, number: int) -> None:
    terms = cataloguing.MailboxTerms(f"pref-{number}", f"pref-{number}@example.test", stage.world.offices["SEJ"])
    cataloguing.add_mailbox(stage.world.prefecture, terms, by_quality(stage))


def by_quality(stage: Stage) -> Author:
    return Author(user=stage.user(QUALITY))


def a_bureau_by_code(stage: Stage) -> dict[str, Any]:
    return {"office_code": "SEJ"}


def add_bureau(stage: Stage, number: int) -> None:
    """Half of them below another, one in five closed."""
    world, author = stage.world, Author(user=stage.user(ADMINISTRATOR))
    parent = world.offices["DCL"] if number % 2 else None
    office = organising.add_office(
        world.prefecture, f"AJ{number}", organising.OfficeTerms(f"Bureau ajouté {number}", world.site, parent), author
    )
    if number % 5 == 4:
        organising.close_office(office, date(2026, 11, 2), author)


def an_account(stage: Stage) -> dict[str, Any]:
    return {"user_id": stage.world.users["colleague"].pk}


def a_role(stage: Stage) -> dict[str, Any]:
    return an_account(stage) | {"role_id": stage.world.users["colleague"].memberships.get().pk}


def add_person(stage: Stage, number: int) -> None:
    """Without a password yet, as after an import."""
    identity = accounts.Identity(f"personne{number}@example.test", "Personne", f"Ajoutée {number}", "Rédactrice")
    role = membership.RoleTerms("agent", office=stage.world.offices["SEJ"])
    accounts.add_account(stage.world.prefecture, identity, role, Author(user=stage.user(ADMINISTRATOR)))


def an_organisation_import(stage: Stage) -> dict[str, Any]:
    """A rehearsal that has ended, with a refused row."""
    if "organisation" not in stage.made:
        path = Path(tempfile.mkdtemp(prefix="sillage-walk-")) / "organisation.xlsx"
        rows = [("Code", "Libellé", "Site"), ("NEW", "Nouveau bureau", "PREF"), ("BAD", "Bureau sans site", "Ailleurs")]
        write_workbook(path, {"Bureaux": rows})
        stage.made["organisation"] = organisation_job.rehearse(
            stage.world.prefecture, stage.user(ADMINISTRATOR), path, path.name
        )
        jobs.run_pending_jobs()
    return {"job_id": stage.made["organisation"].pk}


def add_organisation_import(stage: Stage, number: int) -> None:
    an_organisation_import(stage)
    job = stage.made.pop("organisation")
    Job.objects.filter(pk=job.pk).update(params=job.params | {"name": f"organisation-{number}.xlsx"})


def add_sending(stage: Stage, number: int) -> None:
    """A message in each list: given up, waiting for another try, gone."""
    now, ticket = clock.now(), stage.world.register()
    event = Event.objects.filter(stream="ticket", object_id=ticket.pk).latest("number")
    for name, columns in {
        "failed": {"failed_at": now, "outcome": "refused", "attempts": 1, "last_error": "Refusé."},
        "later": {"outcome": "later", "attempts": 2, "last_error": "Plus tard.", "next_try_at": now + HOUR},
        "sent": {"done_at": now, "outcome": "sent", "attempts": 1},
    }.items():
        Outbox.objects.create(
            prefecture=stage.world.prefecture,
            key=f"{name}:{number}",
            channel="email",
            kind="notifications",
            event=event,
            user=stage.user(AGENT),
            **columns,
        )


def add_job(stage: Stage, number: int) -> None:
    """One that runs, one that waits, one that stopped, one that is done."""
    now, author = clock.now(), stage.user(QUALITY)
    for state, columns in {
        JobState.RUNNING: {"heartbeat_at": now, "total": 100, "done": number},
        JobState.QUEUED: {},
        JobState.FAILED: {"error": "Une erreur.", "ended_at": now},
        JobState.DONE: {"ended_at": now},
    }.items():
        params = {"name": f"registre-{number}.xlsx"}
        Job.objects.create(
            prefecture=stage.world.prefecture,
            kind="import_register",
            state=state,
            params=params,
            created_by=author,
            created_at=now,
            **columns,
        )


def a_job(state: str) -> Callable[[Stage], dict[str, Any]]:
    def arguments(stage: Stage) -> dict[str, Any]:
        if not Job.objects.filter(state=state).exists():
            add_job(stage, 0)
        return {"job_id": Job.objects.filter(state=state).latest("pk").pk}

    return arguments


def a_list(name: str, entry: str, add: Callable[[Stage, int], None]) -> dict[str, Page]:
    """The four pages of one of the référent's lists."""
    return {
        name: Page((QUALITY,), control="main a[href$='/ajouter/']", rows=add),
        f"{entry}-add": Page((QUALITY,), control="main input[type=text]", is_form=True),
        f"{entry}-change": Page((QUALITY,), an_entry(name), control="main input[type=text]", is_form=True),
        f"{entry}-offer": Page((QUALITY,), an_entry(name), method="post", status=302, to_look_at=False),
    }


PAGES: dict[str, Page] = {
    "reply-models": Page((QUALITY,), rows=add_model, control="main a[href$='/ajouter/']"),
    "reply-model-add": Page((QUALITY,), control="main textarea[name=body]", is_form=True),
    "reply-model-change": Page(
        (QUALITY,), a_model, rows=change_a_model, control="main textarea[name=body]", is_form=True
    ),
    "reply-model-propose": Page((QUALITY,), a_model, method="post", status=302, to_look_at=False),
    "signature": Page(HANDLING, control="main input[name=job_title]", is_form=True),
    "signatures": Page((SUPERVISOR, QUALITY), rows=add_office, control="main a[href*='/bureaux/']"),
    "signature-office": Page((SUPERVISOR, QUALITY), an_office, control="main input[name=address]", is_form=True),
    "signature-person": Page((SUPERVISOR, QUALITY), a_person, control="main input[name=agent_number]", is_form=True),
    "signature-site": Page((QUALITY,), its_site, control="main input[name=city]", is_form=True),
    "settings": Page((QUALITY, ADMINISTRATOR), control="main a[href^='/reglages/']"),
    "national-lists": Page((QUALITY, ADMINISTRATOR), control="main a[href]"),
    **a_list("kinds", "kind", add_kind),
    **a_list("themes", "theme", add_theme),
    **a_list("mailboxes", "mailbox", add_mailbox),
    "prefecture-settings": Page((QUALITY,), control="main input[name=close_after_days]", is_form=True),
    "escalation": Page((QUALITY, ADMINISTRATOR), control="main input[name=agent_days]", is_form=True),
    "organisation": Page((ADMINISTRATOR,), control="main a[href$='/bureaux/ajouter/']", rows=add_bureau),
    "site-add": Page((ADMINISTRATOR,), control="main input[name=code]", is_form=True),
    "site-change": Page(
        (ADMINISTRATOR,), the_site, control="main input[name=name]", is_form=True, names_something=False
    ),
    "office-add": Page((ADMINISTRATOR,), control="main input[name=code]", is_form=True),
    "office-change": Page(
        (ADMINISTRATOR,), a_bureau_by_code, control="main input[name=name]", is_form=True, names_something=False
    ),
    "office-close": Page((ADMINISTRATOR,), a_bureau_by_code, control="main a[href]", names_something=False),
    "office-reopen": Page(
        (ADMINISTRATOR,), a_bureau_by_code, method="post", status=302, to_look_at=False, names_something=False
    ),
    "organisation-imports": Page(
        (ADMINISTRATOR,), rows=add_organisation_import, control="main input[type=file]", is_form=True
    ),
    "organisation-template": Page((ADMINISTRATOR,), to_look_at=False),
    "organisation-import": Page((ADMINISTRATOR,), an_organisation_import, control="main button"),
    "organisation-import-carry-out": Page(
        (ADMINISTRATOR,), an_organisation_import, method="post", status=302, to_look_at=False
    ),
    "organisation-import-refused": Page((ADMINISTRATOR,), an_organisation_import, to_look_at=False),
    "people": Page((ADMINISTRATOR,), rows=add_person, control="main a[href^='/reglages/comptes/']"),
    "person-add": Page((ADMINISTRATOR,), control="main input[name=email]", is_form=True),
    "passwords": Page((ADMINISTRATOR,), rows=add_person, control="main a[href]"),
    "person": Page((ADMINISTRATOR,), an_account, control="main form button"),
    "person-change": Page((ADMINISTRATOR,), an_account, control="main input[name=email]", is_form=True),
    "person-deactivate": Page((ADMINISTRATOR,), an_account, control="main form button[type=submit]"),
    "person-reactivate": Page((ADMINISTRATOR,), an_account, method="post", status=302, to_look_at=False),
    "person-unlock": Page((ADMINISTRATOR,), an_account, method="post", status=302, to_look_at=False),
    "person-password": Page((ADMINISTRATOR,), an_account, method="post", to_look_at=False),
    "role-add": Page((ADMINISTRATOR,), an_account, control="main select[name=role]", is_form=True),
    "outbox": Page((ADMINISTRATOR,), rows=add_sending, control="main a[href]"),
    "outbox-retry": Page((ADMINISTRATOR,), method="post", status=302, to_look_at=False),
    "jobs": Page((ADMINISTRATOR,), rows=add_job, control="main a[href]"),
    "job-take-up": Page((ADMINISTRATOR,), a_job("failed"), method="post", status=302, to_look_at=False),
    "job-withdraw": Page((ADMINISTRATOR,), a_job("queued"), method="post", status=302, to_look_at=False),
    "role-end": Page((ADMINISTRATOR,), a_role, control="main form button[type=submit]"),
}
