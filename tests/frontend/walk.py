"""The table of every page, and the walks' stage. A URL name that is absent from `TABLE` fails the suite: whoever adds a
page says here who may open it, on what, and which control matters; rights, axe, CSP, keyboard, widths, JavaScript off,
query counts and screenshots then follow by themselves."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from correspondence import reply_models
from frontend.models import SavedView
from tests.factories import World, make_world
from tests.tracker.attachments.samples import png, upload
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import (
    absences,
    accounts,
    attachments,
    cataloguing,
    clock,
    closures,
    elimination,
    jobs,
    mass,
    membership,
    organising,
    recomputing,
    ruling,
    tokens,
)
from tracker.commands import Answer, Close, MarkSignature, Note
from tracker.enums import MassKind, Role, TokenScope
from tracker.importing import asking
from tracker.importing.options import ImportOptions
from tracker.models import (
    Absence,
    ApiToken,
    Elimination,
    ExternalIdentity,
    Job,
    MassAct,
    Membership,
    Office,
    Site,
    Ticket,
    User,
)
from tracker.organisation_import import job as organisation_job
from tracker.rulebooks import current_calendar
from tracker.writers import Author

MAILROOM, AGENT, SUPERVISOR, QUALITY = "mailroom", "agent", "supervisor", "quality"
COPIL, ADMINISTRATOR = "copil", "administrator"
SHARING = (SUPERVISOR, QUALITY)
HANDLING = (AGENT, SUPERVISOR, QUALITY)
READING = (AGENT, SUPERVISOR, QUALITY, MAILROOM)
EVERYBODY = (AGENT, SUPERVISOR, QUALITY, MAILROOM, COPIL, ADMINISTRATOR)
REGISTERING = (AGENT, SUPERVISOR, QUALITY, MAILROOM)
ACTS = (
    "answer", "hold", "ask_requester", "hand_over", "take", "forward", "send_back", "dismiss", "merge", "note",
    "correct",
)  # fmt: skip
"""Acts that a demande held by a bureau allows; their forms differ, so each is looked at."""
WITHOUT_FIELDS = ("take",)
A_LINE = "l00000000-0000-4000-8000-000000000000"
"""The name of a line of « Arrivées »."""
OUTSIDER = "outsider"
"""An agent of another préfecture."""


@dataclass
class Stage:
    """A small préfecture with a demande in the agent's bureau, and a second préfecture beside it."""

    world: World
    elsewhere: World
    ticket: Ticket
    made: dict[str, Any] = field(default_factory=dict)

    def user(self, name: str) -> User:
        return self.elsewhere.user(AGENT) if name == OUTSIDER else self.world.user(name)


def make_stage() -> Stage:
    world = make_world()
    elsewhere = make_world(code="85", department="85")
    return Stage(world, elsewhere, world.register(subject="Renouvellement d’un titre de séjour"))


def no_arguments(stage: Stage) -> dict[str, Any]:
    return {}


def add_ticket(stage: Stage, number: int) -> Ticket:
    """One more row for the lists; some late, some not, some on hold."""
    received_on = date(2026, 11, 2) + timedelta(days=number % 18)
    names = ("Mairie d’Exemple", "M. Exemple", "Association des riverains", "Mme Modèle")
    subjects = ("Renouvellement d’un titre de séjour", "Subvention : pièces complémentaires", "Permis de conduire")
    return stage.world.register(
        received_on=received_on,
        channel=("letter", "email", "form")[number % 3],
        sender_name=names[number % 4],
        subject=subjects[number % 3],
    )


def the_ticket(stage: Stage) -> dict[str, Any]:
    return {"reference": stage.ticket.reference}


def act(name: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: {"reference": stage.ticket.reference, "name": name}


def a_rule(stage: Stage) -> dict[str, Any]:
    return {"rule_id": ruling.in_force(stage.world.prefecture).filter(channel__code="email", module=None)[0].pk}


def a_changed_rule(stage: Stage, number: int) -> None:
    rule = ruling.in_force(stage.world.prefecture).filter(channel__code="email", module=None)[0]
    terms = ruling.Terms(days=11 + number, source="Note de service")
    ruling.record_rules(ruling.plan_replacement(rule, rule.valid_from, terms), Author())


def the_site(stage: Stage) -> dict[str, Any]:
    return {"site_code": stage.world.site.code}


def a_closed_day(stage: Stage, number: int) -> None:
    day = current_calendar(stage.world.site).add(date(2026, 6, 1), number + 1)
    closures.record_closures(closures.plan_closing(stage.world.site, day, "Pont"), Author())


def a_local_day(stage: Stage) -> dict[str, Any]:
    if not closures.local_days(stage.world.site).exists():
        a_closed_day(stage, 0)
    return the_site(stage) | {"day_id": closures.local_days(stage.world.site).earliest("pk").pk}


def a_customary_day(stage: Stage) -> dict[str, Any]:
    """Overseas, where the law's list and the custom differ: the second site is moved there."""
    Site.objects.filter(pk=stage.world.branch.pk).update(zone="martinique")
    return {"site_code": stage.world.branch.code, "day": "2027-07-21"}


def a_switch(stage: Stage) -> dict[str, Any]:
    return the_site(stage) | {"switch": "lundi-de-pentecote", "worked": "travaille"}


def a_recomputation(stage: Stage) -> dict[str, Any]:
    if "recomputation" not in stage.made:
        plan = closures.plan_closing(stage.world.site, date(2027, 5, 7), "Pont")
        stage.made["recomputation"] = recomputing.carry_out(plan, Author(user=stage.user(QUALITY)))
    return {"job_id": stage.made["recomputation"].pk}


def an_attachment(stage: Stage) -> dict[str, Any]:
    if "attachment" not in stage.made:
        outcome = attachments.attach(stage.ticket.pk, [upload("Lettre signée.pdf")], Author(user=stage.user(AGENT)))
        stage.made["attachment"] = outcome.added[0]
    return the_ticket(stage) | {"key": stage.made["attachment"].key}


def add_attachment(stage: Stage, number: int) -> None:
    """Every third one withdrawn: they are listed too."""
    author = Author(user=stage.user((AGENT, SUPERVISOR)[number % 2]))
    file = upload(f"Relevé {number}.png", png(number + 1))
    [added] = attachments.attach(stage.ticket.pk, [file], author).added
    if number % 3 == 2:
        attachments.withdraw(added, "Doublon", author)


def a_text(slug: str, **typed: str) -> dict[str, str]:
    return {"pour": slug, "opened": slug, "model": slug, "text": "Madame, Monsieur,", **typed}


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


def add_arrival(stage: Stage, number: int) -> Ticket:
    """A demande that no bureau has yet, as the mailroom sees it."""
    sender = "Mairie d’Exemple" if number % 2 else "Mme Modèle"
    return stage.world.register(office=None, by="mailroom", channel="letter", sender_name=sender)


def workbook(header: tuple[str, ...]) -> Path:
    """A register of two rendez-vous, the second refused: proposed before it was asked for."""
    rows = [
        header,
        (1, date(2026, 3, 2), "Mairie d’Exemple", date(2026, 3, 4)),
        (2, date(2026, 3, 9), "Mairie", date(2026, 3, 3)),
    ]
    path = Path(tempfile.mkdtemp(prefix="sillage-walk-")) / "rendez-vous.xlsx"
    return write_workbook(path, {"2026": rows})


def a_token(stage: Stage) -> dict[str, Any]:
    if "token" not in stage.made:
        owner = stage.user(AGENT)
        stage.made["token"] = tokens.create_token(
            owner,
            label="Tableau du cabinet",
            scope=TokenScope.READ,
            expires_on=date(2027, 5, 19),
            author=Author(user=owner),
        ).token
    return {"token_id": stage.made["token"].pk}


def add_token(stage: Stage, number: int) -> None:
    owner = stage.user(AGENT)
    now = clock.now()
    ApiToken.objects.create(
        user=owner,
        label=f"Programme {number}",
        digest=f"{number}",
        ending="abcd",
        created_at=now,
        expires_on=now.date() + timedelta(days=90),
    )


def an_import(stage: Stage) -> dict[str, Any]:
    """A rehearsal that has ended, with a refused row."""
    if "import" not in stage.made:
        path = workbook(("N°", "Demande reçue le", "Collectivité", "Date proposée le"))
        options = ImportOptions("rdv")
        job = asking.rehearse(stage.world.prefecture, stage.user(QUALITY), options, path, path.name)
        jobs.run_pending_jobs()
        stage.made["import"] = job
    return {"job_id": stage.made["import"].pk}


def an_import_to_withdraw(stage: Stage) -> dict[str, Any]:
    """Done for good, with a demande on which somebody has acted since."""
    if "withdrawn" not in stage.made:
        add_brought_in(stage, 0)
    return {"job_id": stage.made["withdrawn"].pk}


def add_brought_in(stage: Stage, number: int) -> None:
    """One more demande that came with the import, and a note on it."""
    prefecture, user = stage.world.prefecture, stage.user(QUALITY)
    if "withdrawn" not in stage.made:
        path = workbook(("N°", "Demande reçue le", "Collectivité", "Date proposée le"))
        done = asking.rehearse(prefecture, user, ImportOptions("rdv", register="Retrait"), path, path.name)
        jobs.run_pending_jobs()
        stage.made["withdrawn"] = asking.carry_out(prefecture, user, Job.objects.get(pk=done.pk))
        jobs.run_pending_jobs()
    like = ExternalIdentity.objects.filter(job=stage.made["withdrawn"]).earliest("pk")
    ticket = stage.world.register(kind="meeting_request", received_on=like.received_on)
    stage.world.act(ticket, Note("Rappelé"), by=AGENT)
    like.pk, like.ticket, like.key = None, ticket, f"{number}-{ticket.pk}"
    like.save(force_insert=True)


def an_import_in_doubt(stage: Stage) -> dict[str, Any]:
    """A file whose columns a person has to name."""
    if "doubt" not in stage.made:
        path = workbook(("Numéro", "Premier jour", "Qui", "Second jour"))
        options = ImportOptions("rdv", register="Autre")
        stage.made["doubt"] = asking.rehearse(stage.world.prefecture, stage.user(QUALITY), options, path, path.name)
    return {"job_id": stage.made["doubt"].pk}


def add_import(stage: Stage, number: int) -> None:
    an_import_in_doubt(stage)
    job = stage.made.pop("doubt")
    Job.objects.filter(pk=job.pk).update(params=job.params | {"name": f"rendez-vous-{number}.xlsx"})


def add_elimination(stage: Stage, number: int) -> Elimination:
    """A list of one demande, ended long ago."""
    ticket = stage.world.register(Answer(date(2026, 1, 9)), received_on=date(2026, 1, 5))
    stage.world.act(ticket, Close())
    return elimination.propose(stage.world.prefecture, date(2026, 1, 31), None, Author(user=stage.user(QUALITY)))


def an_elimination(stage: Stage) -> dict[str, Any]:
    if "elimination" not in stage.made:
        stage.made["elimination"] = add_elimination(stage, 0)
    return {"elimination_id": stage.made["elimination"].pk}


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


def an_absence(stage: Stage) -> dict[str, Any]:
    if "absence" not in stage.made:
        stage.made["absence"] = absent(stage, "colleague")
    return {"absence_id": stage.made["absence"].pk}


def the_colleague(stage: Stage) -> dict[str, Any]:
    stage.world.register(assignee="colleague")
    return {"user_id": stage.world.users["colleague"].pk}


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


@dataclass(frozen=True)
class Page:
    """`roles`: who may open it, the first being whose screen is photographed. `status`: what they get. Anybody
    else gets 404, and an anonymous visitor the sign-in page, unless `public`.
    `rows`: for a list, adds one row to it; the page must then ask as many queries for 50 rows as for 1.
    `control`: the selector of the control that the page is for; Tab must reach it."""

    roles: tuple[str, ...] = EVERYBODY
    arguments: Callable[[Stage], dict[str, Any]] = no_arguments
    query: str = ""
    # How the rights walk asks for it: « post » (with `data`) where nothing answers to a GET.
    method: str = "get"
    data: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    public: bool = False
    rows: Callable[[Stage, int], Any] | None = None
    control: str = "main a[href], main button"
    is_form: bool = False
    # For redirections, files and POST-only addresses there is nothing to look at.
    to_look_at: bool = True
    # Open to a person who has yet to replace a one-time password.
    before_password: bool = False
    # Whether the arguments name something of one préfecture, which another's people may not know.
    names_something: bool = True

    @property
    def takes_arguments(self) -> bool:
        return self.arguments is not no_arguments

    def url(self, name: str, stage: Stage) -> str:
        return reverse(name.partition(":")[0], kwargs=self.arguments(stage)) + self.query


def a_register_form(kind: str) -> Page:
    return Page(
        REGISTERING,
        lambda stage: {"kind": kind},
        names_something=False,
        control="main input[name=sender_name]",
        is_form=True,
    )


def a_list(name: str, entry: str, add: Callable[[Stage, int], None]) -> dict[str, Page]:
    """The four pages of one of the référent's lists."""
    return {
        name: Page((QUALITY,), control="main a[href$='/ajouter/']", rows=add),
        f"{entry}-add": Page((QUALITY,), control="main input[type=text]", is_form=True),
        f"{entry}-change": Page((QUALITY,), an_entry(name), control="main input[type=text]", is_form=True),
        f"{entry}-offer": Page((QUALITY,), an_entry(name), method="post", status=302, to_look_at=False),
    }


TABLE: dict[str, Page] = {
    "home": Page(status=302, to_look_at=False),
    "sign-in": Page(public=True, status=302, control="main input[name=username]", is_form=True),
    "sign-out": Page(status=405, to_look_at=False, before_password=True),
    "password-change": Page(before_password=True, control="main input[name=old_password]", is_form=True),
    "tokens": Page(rows=add_token, control="main input[name=label]", is_form=True),
    "token-revoke": Page((AGENT,), a_token, control="main form button[type=submit]"),
    "api-guide": Page(control="main a[href]"),
    "queue": Page(HANDLING, rows=add_ticket, control="main a[href^='/demandes/']"),
    "bureau": Page(SHARING, rows=add_free, control="main select[name^=to-]", is_form=True),
    "bureau-signature": Page(SHARING, rows=add_at_signature, control="main a[href^='/demandes/']"),
    "bureau-assign": Page(SHARING, method="post", status=302, to_look_at=False),
    "bureau-undo": Page(SHARING, method="post", status=302, to_look_at=False),
    "bureau-hand-over": Page(SHARING, the_colleague, control="main select[name=to]", is_form=True),
    "absences": Page(SHARING, rows=add_absence, control="main input[name=starts_on]", is_form=True),
    "my-absences": Page((AGENT, SUPERVISOR), rows=add_absence, control="main input[name=starts_on]", is_form=True),
    "absence": Page(SHARING, an_absence, control="main input[name=starts_on]", is_form=True),
    "absence-cancel": Page(SHARING, an_absence, method="post", status=302, to_look_at=False),
    "arrivals": Page((MAILROOM,), rows=add_arrival, control="main input", is_form=True),
    "arrivals-office": Page((MAILROOM,), method="post", data={"of": A_LINE}, to_look_at=False),
    "arrivals-senders": Page((MAILROOM,), method="post", data={"of": A_LINE}, to_look_at=False),
    "arrivals-dispatch": Page((MAILROOM,), method="post", status=302, to_look_at=False),
    "arrivals-undo": Page((MAILROOM,), method="post", status=302, to_look_at=False),
    "imports": Page((QUALITY,), rows=add_import, control="main input[type=file]", is_form=True),
    "import": Page((QUALITY,), an_import, control="main button"),
    "import-columns": Page((QUALITY,), an_import_in_doubt, control="main select", is_form=True),
    "import-settings": Page((QUALITY,), an_import, control="main form button", is_form=True),
    "import-carry-out": Page((QUALITY,), an_import, method="post", status=302, to_look_at=False),
    "import-withdraw": Page((QUALITY,), an_import_to_withdraw, rows=add_brought_in, control="main form button"),
    "import-refused": Page((QUALITY,), an_import, to_look_at=False),
    "ticket": Page(HANDLING, the_ticket, rows=add_attachment, control="main a[href*=repondre], main button"),
    "ticket-attach": Page(HANDLING, the_ticket, method="post", status=422, to_look_at=False),
    "attachment": Page(HANDLING, an_attachment, to_look_at=False),
    "attachment-withdraw": Page(HANDLING, an_attachment, control="main form button[type=submit]", is_form=True),
    **{
        f"ticket-act:{name}": Page(
            HANDLING, act(name), control="main form button[type=submit]", is_form=name not in WITHOUT_FIELDS
        )
        for name in ACTS
    },
    "register": a_register_form("correspondence"),
    "register:meeting_request": a_register_form("meeting_request"),
    "registry": Page(READING, rows=add_ticket_and_view, control="main a[href^='/demandes/']"),
    "registry:selection": Page(READING, rows=add_ticket, control="main input[name=demande]", is_form=True),
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
    "calculator": Page(control="main input[name=received_on]", is_form=True),
    "rules": Page(roles=(QUALITY,), control="main a[href$='/ajouter/']", rows=a_changed_rule),
    "rule-add": Page(roles=(QUALITY,), control="main select[name=promise]", is_form=True),
    "rule-change": Page(roles=(QUALITY,), arguments=a_rule, control="main input[name=from_date]", is_form=True),
    "rule-end": Page(roles=(QUALITY,), arguments=a_rule, control="main input[name=from_date]", is_form=True),
    "rule-withdraw": Page(roles=(QUALITY,), arguments=a_rule, control="main button[value=confirm]"),
    "calendar": Page(roles=(QUALITY,), control="main a[href$='/fermer/']", rows=a_closed_day),
    "closed-day-add": Page(roles=(QUALITY,), arguments=the_site, control="main input[name=date]", is_form=True),
    "closed-day-remove": Page(roles=(QUALITY,), arguments=a_local_day, control="main button[value=confirm]"),
    "closed-day-suggested": Page(roles=(QUALITY,), arguments=a_customary_day, control="main button[value=confirm]"),
    "closed-day-switch": Page(roles=(QUALITY,), arguments=a_switch, control="main button[value=confirm]"),
    "recompute": Page(roles=(QUALITY,), arguments=a_recomputation, control="main a[href]"),
    "eliminations": Page(roles=(QUALITY,), control="main input[name=ended_by]", is_form=True, rows=add_elimination),
    "elimination": Page((QUALITY,), an_elimination, control="main input[name=visa]", is_form=True),
    "elimination-abandon": Page((QUALITY,), an_elimination, method="post", status=302, to_look_at=False),
    "elimination-export": Page((QUALITY,), an_elimination, to_look_at=False),
    "ticket-text": Page(HANDLING, the_ticket, control="main textarea[name=text]", is_form=True),
    "ticket-text:attente": Page(
        HANDLING, the_ticket, "?pour=attente", control="main textarea[name=text]", is_form=True
    ),
    "ticket-text-odt": Page(HANDLING, the_ticket, method="post", data=a_text("attente"), to_look_at=False),
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
    "role-end": Page((ADMINISTRATOR,), a_role, control="main form button[type=submit]"),
    "help": Page(public=True, control="main a[href]"),
    "accessibility": Page(public=True, control="main a[href]"),
    "health": Page(public=True, to_look_at=False),
}

TO_LOOK_AT = tuple(name for name, page in TABLE.items() if page.to_look_at)
FORMS = tuple(name for name, page in TABLE.items() if page.is_form)
LISTS = tuple(name for name, page in TABLE.items() if page.rows)
PUBLIC = tuple(name for name, page in TABLE.items() if page.public)


def url_names(patterns: list[Any] | None = None) -> Iterator[str | None]:
    """The name of every page's address, None for one without a name. The API has its own table (tests/tracker/api)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "api":
                continue
            yield from url_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name
