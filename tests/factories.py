"""A small préfecture with every role, made by the product's own services."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker import clock, journal, senders, writers
from tracker.commands import Assign, Command, Register
from tracker.enums import Role, Via
from tracker.models import Channel, Membership, Nature, Office, Prefecture, Site, Ticket, User
from tracker.reference import install, profiles


@dataclass
class World:
    prefecture: Prefecture
    site: Site
    branch: Site
    offices: dict[str, Office]
    users: dict[str, User] = field(default_factory=dict)

    def user(self, name: str) -> User:
        """The person, read afresh: `scope` is kept per instance."""
        return User.objects.get(pk=self.users[name].pk)

    def kind(self, code: str) -> Any:
        return self.prefecture.kinds.get(code=code)

    def register(
        self,
        *then: Command,
        kind: str = "correspondence",
        channel: str = "email",
        nature: str = "general_information",
        received_on: date = date(2026, 11, 16),
        office: str | None = "SEJ",
        assignee: str | None = None,
        by: str | None = "agent",
        now: datetime | None = None,
        **fields: Any,
    ) -> Ticket:
        """A demande registered (and held by `office`), then `then`, all in one act."""
        fields = {"sender_name": "Mairie d’Exemple", "subject": "Demande de renseignements"} | fields
        first = Register(
            kind=self.kind(kind),
            channel_id=Channel.objects.get(code=channel).pk,
            nature_id=Nature.objects.get(code=nature).pk,
            received_on=received_on,
            site_id=fields.pop("site", self.site).pk,
            **fields,
        )
        acts: list[Command] = [first]
        if office:
            acts.append(Assign(self.offices[office].pk, self.users[assignee].pk if assignee else None))
        author = writers.Author(user=self.users[by] if by else None, now=now)
        ticket = writers.register(self.prefecture, [*acts, *then], author)
        senders.remember([ticket])  # as pages and programs do once it is committed
        return ticket

    def act(self, ticket: Ticket, *acts: Command, by: str | None = None, **options: Any) -> Ticket:
        """Acts by one person (None: the system) on a demande."""
        now = options.pop("now", None)
        author = writers.Author(user=self.user(by) if by else None, now=now)
        return writers.write_one(ticket.pk, acts, author, **options)


OFFICES = (
    # code, name, parent, site, sensitive
    ("DCL", "Direction de la citoyenneté et de la légalité", None, "PREF", False),
    ("DOT", "Bureau des dotations", "DCL", "PREF", False),
    ("SEJ", "Bureau du séjour", None, "PREF", False),
    ("ASI", "Bureau de l’asile", None, "PREF", True),
    ("SPB", "Bureau du cabinet de la sous-préfecture", None, "SP1", False),
)

PEOPLE = (
    # name, role, site, office
    ("mailroom", Role.MAILROOM, None, None),
    ("agent", Role.AGENT, None, "SEJ"),
    ("colleague", Role.AGENT, None, "SEJ"),
    ("other_agent", Role.AGENT, None, "DOT"),
    ("asylum_agent", Role.AGENT, None, "ASI"),
    ("supervisor", Role.SUPERVISOR, None, "SEJ"),
    ("director", Role.SUPERVISOR, None, "DCL"),
    ("quality", Role.QUALITY, None, None),
    ("branch_quality", Role.QUALITY, "SP1", None),
    ("copil", Role.COPIL, None, None),
    ("administrator", Role.ADMINISTRATOR, None, None),
)

PASSWORD = "mot-de-passe-de-test"


def make_prefecture(code: str = "44", department: str = "44", name: str = "Préfecture d’essai") -> Prefecture:
    act = journal.Act(actor_id=None, via=Via.COMMAND, now=clock.now())
    return install.create_prefecture(
        code=code, department_code=department, name=name, profile=profiles.DEFAULT_PROFILE, act=act
    )


def make_world(code: str = "44", department: str = "44") -> World:
    prefecture = make_prefecture(code, department)
    site = prefecture.sites.get(is_main=True)
    branch = Site.objects.create(
        prefecture=prefecture,
        code="SP1",
        name="Sous-préfecture d’essai",
        zone=site.zone,
        time_zone=site.time_zone,
        position=1,
    )
    sites = {"PREF": site, "SP1": branch}
    offices: dict[str, Office] = {}
    for position, (office_code, name, parent, site_code, sensitive) in enumerate(OFFICES):
        offices[office_code] = Office.objects.create(
            prefecture=prefecture,
            site=sites[site_code],
            parent=offices[parent] if parent else None,
            code=office_code,
            name=name,
            is_sensitive=sensitive,
            position=position,
        )
    world = World(prefecture, site, branch, offices)
    for name, role, site_code, office_code in PEOPLE:
        user = User.objects.create_user(
            f"{name}@{code}.example.test", PASSWORD, first_name=name.split("_")[0].title(), last_name="Essai"
        )
        Membership.objects.create(
            user=user,
            prefecture=prefecture,
            site=sites[site_code] if site_code else None,
            office=offices[office_code] if office_code else None,
            role=role,
        )
        world.users[name] = user
    return world
