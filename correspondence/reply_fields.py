"""The named fields of a model of reply: « [référence] », « [date promise] »… Pure.

A field is replaced by its value and nothing more: a text is never run as a template, and what a citizen wrote between
brackets is never read again as a field.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

BRACKETED: Final = re.compile(r"\[([^\[\]\n]{1,200})\]")
TO_COMPLETE: Final = "à compléter"
"""« [à compléter : la réponse] » is left for the agent, who replaces it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name between the brackets, what stands in its place, and an example of it."""

    name: str
    meaning: str
    example: str

    @property
    def token(self) -> str:
        return f"[{self.name}]"


FIELDS: Final = (
    Field("référence", "la référence de la demande", "44-2026-000123"),
    Field("objet", "l’objet de la demande", "Renouvellement d’un titre de séjour"),
    Field("expéditeur", "le nom de l’expéditeur", "Mairie d’Exemple"),
    Field("date de réception", "le jour où la demande est arrivée", "10 novembre 2026"),
    Field("voie d’arrivée", "« par courriel », « par courrier », « au guichet »…", "par courriel"),
    Field("date du jour", "le jour où le texte est préparé", "20 novembre 2026"),
    Field("date promise", "le jour annoncé par une réponse d’attente", "vendredi 4 décembre 2026"),
    Field("pièces demandées", "la liste de ce qui manque", "- une copie de la pièce d’identité"),
    Field("date limite des pièces", "le jour avant lequel les pièces sont attendues", "lundi 14 décembre 2026"),
    Field("administration destinataire", "l’administration à qui la demande est transmise", "Mairie d’Exemple"),
    Field("date de transmission", "le jour de la transmission", "20 novembre 2026"),
    Field("date de décision implicite", "le jour où le silence vaudra décision", "10 janvier 2027"),
    Field("signature", "les lignes de celui qui écrit : nom, qualité, service, coordonnées", "Camille Exemple\n…"),
    Field("agent", "le prénom et le nom, ou la désignation de l’agent qui signe sans son nom", "Camille Exemple"),
    Field("qualité", "la qualité de l’agent", "Instructrice"),
    Field("service", "le bureau qui tient la demande", "Bureau des titres"),
    Field("préfecture", "la préfecture, ou la sous-préfecture", "Préfecture d’Exemple"),
    Field("adresse", "l’adresse administrative du bureau", "1 place de l’Exemple, 44000 Exemple"),
    Field("téléphone", "le téléphone de l’agent ou du bureau", "02 61 91 00 00"),
    Field("courriel", "l’adresse électronique du bureau", "bureau@prefecture.example"),
    Field("horaires", "les horaires du bureau", "du lundi au vendredi, de 9 h à 12 h"),
)


def canonical(name: str) -> str:
    """A name as it is compared: however it is spaced, capitalised, and with either apostrophe."""
    return " ".join(name.replace("'", "’").split()).casefold()


BY_NAME: Final = {canonical(field.name): field for field in FIELDS}


def is_to_complete(name: str) -> bool:
    return canonical(name).startswith(TO_COMPLETE)


def unknown_fields(body: str) -> list[str]:
    """What stands between brackets and names no field, in the order of the text, once each. « […] » names nothing."""
    found = (match[1] for match in BRACKETED.finditer(body) if any(sign.isalpha() for sign in match[1]))
    return list(dict.fromkeys(name for name in found if canonical(name) not in BY_NAME and not is_to_complete(name)))


def likely_field(name: str) -> Field | None:
    """The field that `name` was most likely meant for."""
    near = difflib.get_close_matches(canonical(name), BY_NAME, n=1, cutoff=0.75)
    return BY_NAME[near[0]] if near else None


def fill(body: str, values: Mapping[str, str]) -> str:
    """`body` with its fields replaced, in one pass. One without a value stays as it is, to be seen and completed."""

    def value(match: re.Match[str]) -> str:
        field = BY_NAME.get(canonical(match[1]))
        return (values.get(field.name) if field else "") or match[0]

    return BRACKETED.sub(value, body)


def left_to_complete(text: str) -> list[str]:
    """The passages of a text that are still a field, or « [à compléter…] », as they stand in it."""
    found = (match for match in BRACKETED.finditer(text))
    return list(
        dict.fromkeys(match[0] for match in found if canonical(match[1]) in BY_NAME or is_to_complete(match[1]))
    )
