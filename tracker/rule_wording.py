"""A rule of delay in words: which demandes, what is promised, for how long."""

from typing import Final

from tracker.enums import Module, Purpose, RuleStart
from tracker.models import DeadlineRule

CHANNEL_PHRASES: Final = {
    "letter": "par courrier",
    "email": "par courriel",
    "form": "par formulaire en ligne",
    "box": "par l’urne",
    "counter": "à l’accueil",
    "phone": "par téléphone",
    "online_review": "par avis en ligne",
    "social": "par les réseaux sociaux",
}
SUBJECTS: Final = {
    ("correspondence", "letter"): "Courriers",
    ("correspondence", "email"): "Courriels",
}


def subject(row: DeadlineRule) -> str:
    """Which demandes the rule is for: « Courriels », « Réclamations et suggestions par l’urne »."""
    key = (row.kind.code if row.kind else "", row.channel.code if row.channel else "")
    text = SUBJECTS.get(key)
    if text is None:
        text = row.kind.label if row.kind else "Toutes les demandes"
        if row.channel:
            text += f" {CHANNEL_PHRASES.get(row.channel.code, row.channel.label)}"
    if row.module is not None:
        text += f", module {row.module} ({Module(row.module).label})"
    if row.nature:
        text += f", nature «\xa0{row.nature.label}\xa0»"
    return f"{text}, {row.site.name}" if row.site else text


def promise(row: DeadlineRule) -> str:
    """What the rule promises: « 5 jours ouvrés, une réponse d’attente datée suffit »."""
    text = "1 jour ouvré" if row.days == 1 else f"{row.days} jours ouvrés"
    if row.purpose == Purpose.MEETING:
        text += f" à partir de {RuleStart(row.start).label}"
    return f"{text}, une réponse d’attente datée suffit" if row.holding_counts else text


def sentence(row: DeadlineRule) -> str:
    return f"{subject(row)}\xa0: {promise(row)}"


def period(row: DeadlineRule) -> str:
    if row.valid_until is None:
        return f"depuis le {row.valid_from:%d/%m/%Y}"
    return f"du {row.valid_from:%d/%m/%Y} au {row.valid_until:%d/%m/%Y}"
