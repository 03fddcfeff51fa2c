"""The two sheets of an organisation: bureaux and people, with the headers that préfectures give their columns."""

from typing import Final

from tracker.accounts import LONGEST_EMAIL, LONGEST_NAME, LONGEST_TITLE
from tracker.enums import Role
from tracker.organising import LONGEST_CODE
from tracker.organising import LONGEST_NAME as LONGEST_OFFICE
from tracker.spreadsheets.columns import Column, Layout
from tracker.spreadsheets.vocabulary import codes

YES, NO = "yes", "no"

OFFICES: Final = Layout(
    (
        Column(
            "code",
            "Le code",
            "code | code du bureau | code bureau | code du service | code service | sigle | abréviation | "
            "code de la structure | code structure | trigramme",
            unless="rattachement | parent | site | postal",
            longest=LONGEST_CODE,
            required=True,
        ),
        Column(
            "name",
            "Le libellé",
            "libellé | nom du bureau | nom du service | intitulé | désignation | bureau | service | structure | "
            "libellé long | dénomination",
            weak="nom",
            unless="code | sensible",
            longest=LONGEST_OFFICE,
            required=True,
        ),
        Column(
            "parent",
            "Le rattachement",
            "rattachement | rattaché à | direction | dépend de | direction de rattachement | bureau parent | "
            "code de rattachement | structure de rattachement | service de rattachement | code parent",
            weak="parent",
            longest=LONGEST_OFFICE,
        ),
        Column(
            "site",
            "Le site",
            "site | implantation | sous-préfecture | code du site | code site",
            weak="lieu",
            unless="internet | web",
            longest=LONGEST_OFFICE,
        ),
        Column(
            "sensitive",
            "Le caractère sensible",
            "sensible | bureau sensible | service sensible | réservé",
            kind="choice",
            words=codes(
                {YES: "oui | o | x | 1 | vrai | sensible | yes", NO: "non | n | 0 | faux | normal | non sensible"}
            ),
            one_of="oui ni non",
            expected="oui, non",
        ),
    ),
    anchor="code",
)

ROLES: Final = codes(
    {
        Role.MAILROOM: "service du courrier | courrier | bureau du courrier | agent du courrier",
        Role.AGENT: "agent | agente | instructeur | instructrice | gestionnaire | rédacteur | rédactrice",
        Role.SUPERVISOR: "encadrant | encadrante | chef de bureau | cheffe de bureau | chef de service | "
        "cheffe de service | chef | cheffe | responsable | directeur | directrice | adjoint | adjointe",
        Role.QUALITY: "référent qualité | référente qualité | référent | référente | responsable qualité | qualité",
        Role.COPIL: "membre du copil | copil | comité de pilotage",
        Role.ADMINISTRATOR: "administrateur | administratrice | admin | administrateur fonctionnel",
    }
)
PEOPLE: Final = Layout(
    (
        Column(
            "email",
            "L’adresse électronique",
            "adresse électronique | e-mail | email | courriel | mél | mail | adresse e-mail | adresse mail | "
            "adresse de courriel | adresse de messagerie | login | messagerie",
            weak="identifiant | adresse",
            longest=LONGEST_EMAIL,
            required=True,
        ),
        Column("first_name", "Le prénom", "prénom | prénoms | prénom usuel", longest=LONGEST_NAME),
        Column(
            "last_name",
            "Le nom",
            "nom | nom de famille | nom d'usage | nom usuel | patronyme",
            unless="prénom | bureau | service",
            longest=LONGEST_NAME,
        ),
        Column(
            "job_title",
            "La qualité",
            "qualité | fonction | poste | intitulé du poste | emploi",
            unless="rôle",
            longest=LONGEST_TITLE,
        ),
        Column(
            "role",
            "Le rôle",
            "rôle | rôle dans sillage | habilitation | profil | droits | rôle sillage",
            kind="choice",
            words=ROLES,
            one_of="un rôle connu",
            expected="service du courrier, agent, encadrant, référent qualité, membre du COPIL, administrateur",
            required=True,
        ),
        Column(
            "place",
            "Le périmètre",
            "périmètre | portée | bureau ou site | bureau | service | affectation | code du bureau | code bureau | "
            "code du service | étendue | structure",
            weak="code | site",
            longest=LONGEST_OFFICE,
        ),
    ),
    anchor="email",
)
