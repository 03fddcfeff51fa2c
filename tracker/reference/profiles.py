"""What `init` gives a préfecture to start from: its kinds, and the delays of a real quality policy.

Each delay is data that the référent then changes from a date on.
"""

from dataclasses import dataclass

from tracker.enums import Machine, Purpose

KINDS = (
    ("correspondence", "Courriers et courriels", Machine.REPLY, Purpose.REPLY),
    ("complaint", "Réclamations et suggestions", Machine.REPLY, Purpose.REPLY),
    ("meeting_request", "Rendez-vous d’élus", Machine.MEETING, Purpose.PROPOSAL),
    ("site_update", "Mises à jour du site internet", Machine.REPLY, Purpose.UPDATE),
)

THEMES = (
    ("titres", "Titres d’identité et de voyage"),
    ("etrangers", "Séjour et asile"),
    ("conduire", "Permis de conduire et véhicules"),
    ("securite", "Sécurité, armes, polices administratives"),
    ("collectivites", "Collectivités, dotations, légalité"),
    ("environnement", "Environnement et urbanisme"),
    ("associations", "Associations"),
    ("elections", "Élections"),
    ("accueil", "Accueil et horaires"),
    ("autre", "Autre"),
)

VALID_FROM = "2010-01-01"


@dataclass(frozen=True, slots=True)
class RuleTemplate:
    purpose: Purpose
    kind: str
    channel: str | None
    module: int | None
    nature: str | None
    days: int
    holding_counts: bool
    source: str


LOIRE_ATLANTIQUE = "Préfecture de la Loire-Atlantique, bilan annuel 2022"
BOUCHES_DU_RHONE = "Préfecture des Bouches-du-Rhône, politique qualité, janvier 2021"

# (purpose, kind, module, part to keep in time): the targets of the Loire-Atlantique for 2022.
TARGETS = (
    (Purpose.REPLY, "correspondence", None, "0.9"),
    (Purpose.REPLY, "correspondence", 4, "0.8"),
    (Purpose.REPLY, "complaint", None, "1"),
    (Purpose.PROPOSAL, "meeting_request", None, "0.8"),
    (Purpose.MEETING, "meeting_request", None, "0.8"),
    (Purpose.UPDATE, "site_update", None, "0.9"),
)
TARGETS_SOURCE = LOIRE_ATLANTIQUE


@dataclass(frozen=True, slots=True)
class Profile:
    code: str
    label: str
    rules: tuple[RuleTemplate, ...]
    # (first day, last day, reason, source): arrivals of these days leave the indicators.
    suspended: tuple[tuple[str, str, str, str], ...] = ()


def correspondence(source: str) -> tuple[RuleTemplate, ...]:
    """Courriers 10 days, courriels 5; asked by a commune (module 4), courriers 15."""
    return (
        RuleTemplate(Purpose.REPLY, "correspondence", "letter", None, None, 10, False, source),
        RuleTemplate(Purpose.REPLY, "correspondence", "email", None, None, 5, True, source),
        RuleTemplate(Purpose.REPLY, "correspondence", "form", None, None, 5, True, source),
        RuleTemplate(Purpose.REPLY, "correspondence", "letter", 4, None, 15, True, source),
        RuleTemplate(Purpose.REPLY, "correspondence", "email", 4, None, 5, True, source),
        RuleTemplate(Purpose.REPLY, "correspondence", "form", 4, None, 5, True, source),
    )


def complaints(source: str, *, electronic: int) -> tuple[RuleTemplate, ...]:
    days = {"email": electronic, "form": electronic, "box": 10, "letter": 10}
    return tuple(
        RuleTemplate(Purpose.REPLY, "complaint", channel, None, None, delay, False, source)
        for channel, delay in days.items()
    )


def others(source: str) -> tuple[RuleTemplate, ...]:
    """RDV: a date proposed in 4 days, held within 10 of the arrival. Site: put on line in 3 days."""
    return (
        RuleTemplate(Purpose.PROPOSAL, "meeting_request", None, None, None, 4, False, source),
        RuleTemplate(Purpose.MEETING, "meeting_request", None, None, None, 10, False, source),
        RuleTemplate(Purpose.UPDATE, "site_update", None, None, None, 3, False, source),
    )


PROFILES = {
    profile.code: profile
    for profile in (
        Profile(
            "loire-atlantique-2022",
            "Loire-Atlantique 2022",
            (
                *correspondence(LOIRE_ATLANTIQUE),
                *complaints(LOIRE_ATLANTIQUE, electronic=5),
                *others(LOIRE_ATLANTIQUE),
            ),
        ),
        Profile(
            "bouches-du-rhone-2021",
            "Bouches-du-Rhône 2021",
            (
                *correspondence(BOUCHES_DU_RHONE),
                *complaints(BOUCHES_DU_RHONE, electronic=10),
                *others(LOIRE_ATLANTIQUE),
            ),
            suspended=(("2020-03-01", "2020-06-30", "Crise sanitaire", BOUCHES_DU_RHONE),),
        ),
    )
}
DEFAULT_PROFILE = "loire-atlantique-2022"
