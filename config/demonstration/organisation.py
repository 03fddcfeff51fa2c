"""The demonstration préfecture: its sites, bureaux, mailboxes and accounts. Nobody in it exists.

Addresses are under `.example`, which the Internet reserves for examples: no message can reach anybody.
"""

from dataclasses import dataclass

from tracker import journal
from tracker.enums import Role
from tracker.models import Mailbox, Membership, Office, Prefecture, Site, User
from tracker.reference import install, profiles

CODE = "44"
DEPARTMENT = "44"
NAME = "Préfecture de démonstration"
MAIN, BRANCH = "PREF", "SP1"
BRANCH_NAME = "Sous-préfecture d’Exemple-sur-Mer"
DOMAIN = "prefecture.example"

# One password for all: it is printed by `manage.py demo` and opens nothing else (see config.authentication).
PASSWORD = "sillage-demonstration"  # noqa: S105

OFFICES = (
    # code, name, direction, site, sensitive
    ("CAB", "Direction du cabinet et des sécurités", None, MAIN, False),
    ("BCP", "Bureau du cabinet du préfet", "CAB", MAIN, True),
    ("SEC", "Bureau de la sécurité intérieure", "CAB", MAIN, False),
    ("DCL", "Direction de la citoyenneté et de la légalité", None, MAIN, False),
    ("TIT", "Bureau des titres et de la citoyenneté", "DCL", MAIN, False),
    ("ELE", "Bureau des élections et de la réglementation", "DCL", MAIN, False),
    ("LEG", "Bureau du contrôle de légalité", "DCL", MAIN, False),
    ("DOT", "Bureau des finances locales et des dotations", "DCL", MAIN, False),
    ("DMI", "Direction des migrations et de l’intégration", None, MAIN, False),
    ("SEJ", "Bureau du séjour et de l’asile", "DMI", MAIN, True),
    ("DCP", "Direction de la coordination et de l’appui territorial", None, MAIN, False),
    ("ENV", "Bureau de l’environnement et de l’urbanisme", "DCP", MAIN, False),
    ("APP", "Bureau de l’appui aux territoires", "DCP", MAIN, False),
    ("SGC", "Secrétariat général", None, MAIN, False),
    ("ACC", "Bureau de l’accueil et de la qualité", "SGC", MAIN, False),
    ("COM", "Bureau de la communication interministérielle", "SGC", MAIN, False),
    ("SPR", "Pôle réglementation de la sous-préfecture", None, BRANCH, False),
    ("SPT", "Pôle territoires de la sous-préfecture", None, BRANCH, False),
)

# What letters say of a place. Telephone numbers are of those kept for fiction.
ADDRESSES = {
    MAIN: ("1 place de l’Exemple, 44000 Exemple-Ville", "Exemple-Ville"),
    BRANCH: ("3 quai du Modèle, 44600 Exemple-sur-Mer", "Exemple-sur-Mer"),
}
PHONE = "02 61 91 {:02} {:02}"
OPENING_HOURS = "du lundi au vendredi, de 9 h à 12 h et de 14 h à 16 h"
UNNAMED = "SEC"
"""The bureau whose agents sign without their name."""

MAILBOXES = (
    # name, bureau
    ("pref-contact", "ACC"),
    ("pref-titres", "TIT"),
    ("pref-legalite", "LEG"),
    ("sp-contact", "SPR"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One person of the demonstration; `offices` empty: the whole préfecture, or `site` alone."""

    login: str
    first_name: str
    last_name: str
    job_title: str
    role: Role
    look_at: str
    offices: tuple[str, ...] = ()
    site: str | None = None

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


ACCOUNTS = (
    Account("courrier", "Andrea", "Pervenche", "Gestionnaire du courrier", Role.MAILROOM,
            "« Arrivées » : la pile du matin, les demandes renvoyées"),
    Account("agent", "Camille", "Aubépine", "Gestionnaire des titres d’identité", Role.AGENT,
            "« Ma file » : quoi faire d’abord, répondre, demander une pièce", ("TIT",)),
    Account("agent.elections", "Dominique", "Bruyère", "Gestionnaire des titres et des élections", Role.AGENT,
            "deux bureaux dans une même file", ("TIT", "ELE")),
    Account("agent.legalite", "Claude", "Chênevert", "Juriste, conseil aux collectivités", Role.AGENT,
            "les collectivités (module 4), les rendez-vous d’élus", ("LEG", "DOT")),
    Account("agent.sejour", "Sacha", "Genévrier", "Gestionnaire du séjour", Role.AGENT,
            "un bureau sensible, vu de l’intérieur", ("SEJ",)),
    Account("agent.environnement", "Alix", "Houblon", "Responsable de dossiers, environnement", Role.AGENT,
            "les réponses d’attente et les transmissions", ("ENV", "APP")),
    Account("agent.accueil", "Noa", "Lavande", "Responsable de la relation avec les usagers", Role.AGENT,
            "les réclamations, les mises à jour du site", ("ACC", "COM")),
    Account("agent.securite", "Morgan", "Muguet", "Gestionnaire des polices administratives", Role.AGENT,
            "les armes, les interventions", ("BCP", "SEC")),
    Account("agent.sp", "Lou", "Néflier", "Gestionnaire de la réglementation", Role.AGENT,
            "les deux pôles de la sous-préfecture", ("SPR", "SPT")),
    Account("encadrant", "Maxime", "Olivier-Sauvage", "Responsable de la légalité", Role.SUPERVISOR,
            "une direction et ses quatre bureaux : les retards, la répartition", ("DCL",)),
    Account("encadrant.sejour", "Jo", "Prunellier", "Responsable des migrations et de l’intégration", Role.SUPERVISOR,
            "l’encadrement d’un bureau sensible", ("DMI",)),
    Account("referent", "Charlie", "Romarin", "Responsable qualité", Role.QUALITY,
            "le registre, les délais, le calendrier, les imports ; les bureaux sensibles sans leur texte"),
    Account("referent.sp", "Ange", "Sureau", "Responsable qualité de la sous-préfecture", Role.QUALITY,
            "la même chose pour la sous-préfecture seule", site=BRANCH),
    Account("copil", "Sasha", "Tilleul", "Membre du comité de pilotage", Role.COPIL,
            "les chiffres, sans aucun texte de demande"),
    Account("administrateur", "Eden", "Verveine", "Responsable informatique", Role.ADMINISTRATOR,
            "les comptes et les réglages, sans aucun texte de demande"),
)  # fmt: skip


@dataclass(slots=True)
class Organisation:
    """The rows of the demonstration préfecture, by code, name or login."""

    prefecture: Prefecture
    sites: dict[str, Site]
    offices: dict[str, Office]
    mailboxes: dict[str, Mailbox]
    users: dict[str, User]

    def agents(self, office: str) -> list[User]:
        """Those who handle the demandes of a bureau, in the order of ACCOUNTS; each has one, but the directions."""
        held = [account for account in ACCOUNTS if account.role == Role.AGENT and office in account.offices]
        return [self.users[account.login] for account in held]


def create(act: journal.Act) -> Organisation:
    """Write the préfecture with its profile, and all of its people. The caller has checked that it may exist."""
    prefecture = install.create_prefecture(
        code=CODE,
        department_code=DEPARTMENT,
        name=NAME,
        profile=profiles.DEFAULT_PROFILE,
        act=act,
        is_demonstration=True,
    )
    main = prefecture.sites.get(is_main=True)
    branch = Site.objects.create(
        prefecture=prefecture, code=BRANCH, name=BRANCH_NAME, zone=main.zone, time_zone=main.time_zone, position=1
    )
    journal.record(branch, journal.Entry("created", act.now.date()), act, prefecture_id=prefecture.pk)
    sites = {MAIN: main, BRANCH: branch}
    for code, site_row in sites.items():
        site_row.address, site_row.city = ADDRESSES[code]
        site_row.save(update_fields=["address", "city"])
    offices: dict[str, Office] = {}
    for position, (code, name, parent, site, is_sensitive) in enumerate(OFFICES):
        offices[code] = Office.objects.create(
            prefecture=prefecture,
            site=sites[site],
            parent=offices[parent] if parent else None,
            code=code,
            name=name,
            is_sensitive=is_sensitive,
            position=position,
            phone=PHONE.format(10, position),
            email=f"{code.lower()}@{DOMAIN}",
            opening_hours=OPENING_HOURS,
            signs_anonymously=code == UNNAMED,
        )
    mailboxes = {
        name: Mailbox.objects.create(
            prefecture=prefecture, name=name, address=f"{name}@{DOMAIN}", office=offices[office]
        )
        for name, office in MAILBOXES
    }
    users = {account.login: create_account(account, prefecture, sites, offices) for account in ACCOUNTS}
    return Organisation(prefecture, sites, offices, mailboxes, users)


def create_account(
    account: Account, prefecture: Prefecture, sites: dict[str, Site], offices: dict[str, Office]
) -> User:
    user = User.objects.create_user(
        account.email,
        PASSWORD,
        first_name=account.first_name,
        last_name=account.last_name,
        job_title=account.job_title,
        phone=PHONE.format(20, ACCOUNTS.index(account)) if account.role == Role.AGENT else "",
        agent_number=str(4400 + ACCOUNTS.index(account)),
        is_demonstration=True,
    )
    for office in account.offices or (None,):
        Membership.objects.create(
            user=user,
            prefecture=prefecture,
            site=sites[account.site] if account.site else None,
            office=offices[office] if office else None,
            role=account.role,
        )
    return user
