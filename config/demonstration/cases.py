"""Who writes what to whom: one case is a demande before anything is done with it."""

import random
from dataclasses import dataclass
from datetime import date, datetime

from config.demonstration import wording
from config.demonstration.diary import Days, Diary
from config.demonstration.organisation import BRANCH, MAIN, Organisation
from config.demonstration.wording import Topic
from tracker.commands import Register
from tracker.deadlines import RuleBook, RuleScope
from tracker.models import Channel, Nature, Site, Ticket, User

KINDS = {"correspondence": 72, "complaint": 14, "meeting_request": 8, "site_update": 6}
CHANNELS = {
    "correspondence": {"email": 55, "letter": 32, "form": 13},
    "complaint": {
        "email": 30, "form": 25, "box": 18, "letter": 15, "counter": 4, "phone": 4, "online_review": 2, "social": 2,
    },
    "meeting_request": {"letter": 50, "email": 42, "phone": 8},
    "site_update": {"email": 80, "form": 12, "phone": 8},
}  # fmt: skip
OFFICES = {
    "correspondence": {
        "TIT": 22, "ACC": 14, "SEJ": 14, "ELE": 9, "LEG": 8, "DOT": 7, "SPR": 7, "ENV": 6, "SEC": 5, "BCP": 4, "APP": 3,
        "SPT": 4, "COM": 1,
    },
    "complaint": {"ACC": 8, "SPR": 2},
    "meeting_request": {"LEG": 4, "APP": 3, "SPT": 3, "BCP": 1},
    "site_update": {"COM": 1},
}  # fmt: skip
MAILBOXES = {
    "TIT": "pref-titres",
    "LEG": "pref-legalite",
    "DOT": "pref-legalite",
    "SPR": "sp-contact",
    "SPT": "sp-contact",
}
BY_MAILROOM = frozenset({"letter", "box"})
LOCAL_AUTHORITIES = 4


def weighted(draw: random.Random, weights: dict[str, int]) -> str:
    return draw.choices(list(weights), list(weights.values()))[0]


@dataclass(slots=True)
class Case:
    """A demande to register: its Register, the bureau that will handle it and by whom."""

    register: Register
    site: Site
    office: str
    channel: str
    agent: User
    # Working days of the first promise; None: « sans délai défini ».
    days: int | None

    @property
    def by_mailroom(self) -> bool:
        return self.channel in BY_MAILROOM


class Cases:
    """Draws cases; always the same ones for the same seed and organisation."""

    def __init__(self, organisation: Organisation, rules: RuleBook, days: Days, draw: random.Random) -> None:
        self.organisation = organisation
        self.rules = rules
        self.days = days
        self.draw = draw
        self.kinds = {kind.code: kind for kind in organisation.prefecture.kinds.all()}
        self.channels = dict(Channel.objects.values_list("code", "pk"))
        self.natures = dict(Nature.objects.values_list("code", "pk"))
        self.themes = dict(organisation.prefecture.themes.values_list("code", "pk"))

    def case(self, received_on: date, *, kind: str = "", channel: str = "", office: str = "") -> Case:
        """A case of that day; what is not asked for is drawn."""
        draw, organisation = self.draw, self.organisation
        kind = kind or weighted(draw, KINDS)
        channel = channel or weighted(draw, CHANNELS[kind])
        office = office or weighted(draw, OFFICES[kind])
        site = organisation.sites[BRANCH if organisation.offices[office].site.code == BRANCH else MAIN]
        if channel not in ("email", "form", "online_review", "social"):
            received_on = min(self.days.calendar.next_working(received_on), self.days.today)
        topic, page = self.topic(kind, office)
        sender, contact = self.sender(kind, topic, channel)
        mailbox = organisation.mailboxes[MAILBOXES.get(office, "pref-contact")] if channel == "email" else None
        register = Register(
            kind=self.kinds[kind],
            channel_id=self.channels[channel],
            nature_id=self.natures[topic.nature],
            received_on=received_on,
            site_id=site.pk,
            module=topic.module,
            theme_id=self.themes[topic.theme],
            mailbox_id=mailbox.pk if mailbox else None,
            sender_name=sender,
            sender_contact=contact,
            subject=topic.subject,
            body=self.body(topic.subject, sender) if channel in ("email", "form") else "",
            by_mailroom=channel in BY_MAILROOM,
            details=self.details(kind, page),
        )
        return Case(register, site, office, channel, draw.choice(organisation.agents(office)), self.promised(register))

    def at_due(self, offset: int, *, kind: str, channel: str, office: str = "") -> Case:
        """A case whose first promise falls `offset` working days from today (0: today or the next working day)."""
        days = self.case(self.days.today, kind=kind, channel=channel, office=office).days or 1
        # The module may change the delay: draw until the topic has the delay that placed the arrival.
        while True:
            received_on = self.days.before(self.days.around(offset), days)
            case = self.case(received_on, kind=kind, channel=channel, office=office)
            if case.days == days:
                return case
            days = case.days or 1

    def promised(self, register: Register) -> int | None:
        scope = RuleScope(register.kind.pk, register.channel_id, register.module, register.nature_id, register.site_id)
        rule = self.rules.find(register.kind.purpose, scope, register.received_on)
        return rule.days if rule else None

    def topic(self, kind: str, office: str) -> tuple[Topic, str]:
        """What it is about, and for a site update the page."""
        if kind == "site_update":
            page, subject = self.draw.choice(wording.SITE_UPDATES)
            return Topic(wording.INFORMATION, "autre", subject), page
        if kind == "meeting_request":
            return Topic(
                wording.INFORMATION, "collectivites", self.draw.choice(wording.MEETINGS), LOCAL_AUTHORITIES
            ), ""
        return self.draw.choice(wording.COMPLAINTS if kind == "complaint" else wording.CORRESPONDENCE[office]), ""

    def sender(self, kind: str, topic: Topic, channel: str) -> tuple[str, str]:
        """A placeholder's name, and where an answer reaches it."""
        draw = self.draw
        if kind == "site_update":
            office = draw.choice([office for office in self.organisation.offices.values() if not office.is_sensitive])
            return office.name, ""
        if kind == "meeting_request" or topic.module == LOCAL_AUTHORITIES:
            commune = draw.choice(wording.COMMUNES)
            address = f"mairie{wording.COMMUNES.index(commune) + 1}@commune.example"
            name = f"Mairie – {commune}" if kind != "meeting_request" else f"Maire – {commune}"
            return name, address if channel == "email" else commune
        if topic.theme == "associations":
            return draw.choice(wording.ASSOCIATIONS), "contact@association.example"
        initial, surname = chr(ord("A") + draw.randrange(26)), draw.choice(wording.SURNAMES)
        name = f"{draw.choice(('Mme', 'M.'))} {initial}. {surname}"
        if channel == "box" and draw.random() < 0.3:
            return name, ""
        if channel in ("email", "form"):
            return name, f"{initial.lower()}.{wording.SURNAMES.index(surname) + 1:02d}@courriel.example"
        return name, f"{draw.randint(1, 90)} rue de l’Exemple, {draw.choice(wording.COMMUNES)}"

    def body(self, subject: str, sender: str) -> str:
        return wording.BODY.format(subject=subject, sentence=self.draw.choice(wording.SENTENCES), sender=sender)

    def details(self, kind: str, page: str) -> dict[str, object]:
        if kind == "complaint":
            about = self.draw.choice(["TIT", "SEJ", "ACC", "ELE", "SPR"])
            return {"about_id": self.organisation.offices[about].pk}
        return {"page": page} if kind == "site_update" else {}

    def diary(self, case: Case, loaded_at: datetime) -> Diary:
        return Diary(Ticket(prefecture=self.organisation.prefecture, site=case.site), self.draw, loaded_at)
