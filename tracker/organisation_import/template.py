"""The empty workbook to fill in: the two sheets, and one that says what each column takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tracker.enums import Role
from tracker.models import Prefecture
from tracker.spreadsheets.writing import Column, Sheet

OFFICE_HEADERS: Final = (("Code", 12), ("Libellé", 50), ("Rattachement", 16), ("Site", 16), ("Sensible", 10))
PEOPLE_HEADERS: Final = (
    ("Adresse électronique", 40),
    ("Prénom", 20),
    ("Nom", 24),
    ("Qualité", 30),
    ("Rôle", 22),
    ("Périmètre", 16),
)
COLUMNS: Final = (
    ("Bureaux", "Code", "Court et unique, par exemple DCL. Il ne change plus ensuite."),
    ("Bureaux", "Libellé", "Le nom que les agents lisent."),
    ("Bureaux", "Rattachement", "Le code de la direction dont le bureau dépend. Vide\xa0: aucune, ou celle d’avant."),
    ("Bureaux", "Site", "Le code ou le nom du site. Vide\xa0: celui de la direction, sinon le siège."),
    ("Bureaux", "Sensible", "oui ou non. Oui\xa0: le référent n’y voit que la référence, le bureau et les dates."),
    ("Personnes", "Adresse électronique", "Ce avec quoi la personne se connecte."),
    ("Personnes", "Prénom", "Pour un nouveau compte\xa0; celui d’un compte existant n’est pas remplacé."),
    ("Personnes", "Nom", "Comme le prénom."),
    ("Personnes", "Qualité", "Facultatif, par exemple «\xa0chef de bureau\xa0»."),
    ("Personnes", "Rôle", ", ".join(role.label for role in Role) + ". Une ligne par rôle."),
    ("Personnes", "Périmètre", "Le code d’un bureau ou d’un site, ou «\xa0préfecture\xa0» pour toute la préfecture."),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A code that cells may use already."""

    what: str
    code: str
    name: str


HOW_TO, KNOWN_CODES = "Mode d’emploi", "Codes existants"
OWN_SHEETS: Final = frozenset({HOW_TO, KNOWN_CODES})
"""Sheets of the model that only inform: nobody wonders that they are not imported."""


def template_sheets(prefecture: Prefecture) -> list[Sheet[Any]]:
    return [
        Sheet("Bureaux", [empty(header, width) for header, width in OFFICE_HEADERS], ()),
        Sheet("Personnes", [empty(header, width) for header, width in PEOPLE_HEADERS], ()),
        Sheet(
            HOW_TO,
            [
                Column("Feuille", lambda row: row[0], width=14),
                Column("Colonne", lambda row: row[1], width=22),
                Column("Ce que l’on y écrit", lambda row: row[2], width=90),
            ],
            COLUMNS,
        ),
        Sheet(
            KNOWN_CODES,
            [
                Column("Nature", lambda row: row.what, width=10),
                Column("Code existant", lambda row: row.code, width=16),
                Column("Nom existant", lambda row: row.name, width=60),
            ],
            known_codes(prefecture),
        ),
    ]


def empty(header: str, width: int) -> Column[Any]:
    return Column(header, lambda _row: None, width=width)


def known_codes(prefecture: Prefecture) -> Iterator[Known]:
    for site in prefecture.sites.all():
        yield Known("site", site.code, site.name)
    for office in prefecture.offices.filter(is_active=True):
        yield Known("bureau", office.code, office.name)
