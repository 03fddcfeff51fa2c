"""Départements and overseas territories, each with its calendar zone and its time zone.

Département numbers and names: code officiel géographique (INSEE). Time zones: IANA. A calendar zone
gives the usual time zone; a site that differs from it (the Marquises, half an hour from Tahiti) carries its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


class UnknownDepartment(ValueError):
    """No département or overseas territory has this code. The message is French, for the person."""


class UnknownZone(ValueError):
    """No calendar zone has this code. The message is French, for the person."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of France with one list of public holidays. `code` is the stored value, `label` is shown."""

    code: str
    label: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Department:
    """A département, or an overseas territory that has a number but is not one."""

    code: str
    name: str
    zone: Zone

    @property
    def time_zone(self) -> str:
        return self.zone.time_zone


METROPOLE: Final = "metropole"
ALSACE_MOSELLE: Final = "alsace-moselle"

ZONES: Final[Mapping[str, Zone]] = MappingProxyType(
    {
        zone.code: zone
        for zone in (
            Zone(METROPOLE, "Métropole", "Europe/Paris"),
            Zone(ALSACE_MOSELLE, "Alsace-Moselle", "Europe/Paris"),
            Zone("guadeloupe", "Guadeloupe", "America/Guadeloupe"),
            Zone("martinique", "Martinique", "America/Martinique"),
            Zone("guyane", "Guyane", "America/Cayenne"),
            Zone("la-reunion", "La Réunion", "Indian/Reunion"),
            Zone("saint-pierre-et-miquelon", "Saint-Pierre-et-Miquelon", "America/Miquelon"),
            Zone("mayotte", "Mayotte", "Indian/Mayotte"),
            Zone("saint-barthelemy", "Saint-Barthélemy", "America/St_Barthelemy"),
            Zone("saint-martin", "Saint-Martin", "America/Marigot"),
            # The administration of the TAAF sits at Saint-Pierre, La Réunion.
            Zone("taaf", "Terres australes et antarctiques françaises", "Indian/Reunion"),
            Zone("wallis-et-futuna", "Wallis-et-Futuna", "Pacific/Wallis"),
            Zone("polynesie-francaise", "Polynésie française", "Pacific/Tahiti"),
            Zone("nouvelle-caledonie", "Nouvelle-Calédonie", "Pacific/Noumea"),
        )
    }
)

MAINLAND_NAMES: Final = {
    "01": "Ain",
    "02": "Aisne",
    "03": "Allier",
    "04": "Alpes-de-Haute-Provence",
    "05": "Hautes-Alpes",
    "06": "Alpes-Maritimes",
    "07": "Ardèche",
    "08": "Ardennes",
    "09": "Ariège",
    "10": "Aube",
    "11": "Aude",
    "12": "Aveyron",
    "13": "Bouches-du-Rhône",
    "14": "Calvados",
    "15": "Cantal",
    "16": "Charente",
    "17": "Charente-Maritime",
    "18": "Cher",
    "19": "Corrèze",
    "2A": "Corse-du-Sud",
    "2B": "Haute-Corse",
    "21": "Côte-d'Or",
    "22": "Côtes-d'Armor",
    "23": "Creuse",
    "24": "Dordogne",
    "25": "Doubs",
    "26": "Drôme",
    "27": "Eure",
    "28": "Eure-et-Loir",
    "29": "Finistère",
    "30": "Gard",
    "31": "Haute-Garonne",
    "32": "Gers",
    "33": "Gironde",
    "34": "Hérault",
    "35": "Ille-et-Vilaine",
    "36": "Indre",
    "37": "Indre-et-Loire",
    "38": "Isère",
    "39": "Jura",
    "40": "Landes",
    "41": "Loir-et-Cher",
    "42": "Loire",
    "43": "Haute-Loire",
    "44": "Loire-Atlantique",
    "45": "Loiret",
    "46": "Lot",
    "47": "Lot-et-Garonne",
    "48": "Lozère",
    "49": "Maine-et-Loire",
    "50": "Manche",
    "51": "Marne",
    "52": "Haute-Marne",
    "53": "Mayenne",
    "54": "Meurthe-et-Moselle",
    "55": "Meuse",
    "56": "Morbihan",
    "57": "Moselle",
    "58": "Nièvre",
    "59": "Nord",
    "60": "Oise",
    "61": "Orne",
    "62": "Pas-de-Calais",
    "63": "Puy-de-Dôme",
    "64": "Pyrénées-Atlantiques",
    "65": "Hautes-Pyrénées",
    "66": "Pyrénées-Orientales",
    "67": "Bas-Rhin",
    "68": "Haut-Rhin",
    "69": "Rhône",
    "70": "Haute-Saône",
    "71": "Saône-et-Loire",
    "72": "Sarthe",
    "73": "Savoie",
    "74": "Haute-Savoie",
    "75": "Paris",
    "76": "Seine-Maritime",
    "77": "Seine-et-Marne",
    "78": "Yvelines",
    "79": "Deux-Sèvres",
    "80": "Somme",
    "81": "Tarn",
    "82": "Tarn-et-Garonne",
    "83": "Var",
    "84": "Vaucluse",
    "85": "Vendée",
    "86": "Vienne",
    "87": "Haute-Vienne",
    "88": "Vosges",
    "89": "Yonne",
    "90": "Territoire de Belfort",
    "91": "Essonne",
    "92": "Hauts-de-Seine",
    "93": "Seine-Saint-Denis",
    "94": "Val-de-Marne",
    "95": "Val-d'Oise",
}

# Overseas, the département or territory and its calendar zone are one and the same.
OVERSEAS_ZONES: Final = {
    "971": "guadeloupe",
    "972": "martinique",
    "973": "guyane",
    "974": "la-reunion",
    "975": "saint-pierre-et-miquelon",
    "976": "mayotte",
    "977": "saint-barthelemy",
    "978": "saint-martin",
    "984": "taaf",
    "986": "wallis-et-futuna",
    "987": "polynesie-francaise",
    "988": "nouvelle-caledonie",
}

ALSACE_MOSELLE_CODES: Final = frozenset({"57", "67", "68"})

DEPARTMENTS: Final[Mapping[str, Department]] = MappingProxyType(
    {
        code: Department(code, name, ZONES[ALSACE_MOSELLE if code in ALSACE_MOSELLE_CODES else METROPOLE])
        for code, name in MAINLAND_NAMES.items()
    }
    | {code: Department(code, ZONES[zone].label, ZONES[zone]) for code, zone in OVERSEAS_ZONES.items()}
)


def department(code: str) -> Department:
    """The département or territory of a typed code: « 44 », « 2a », « 1 » for « 01 ». Raises `UnknownDepartment`."""
    found = DEPARTMENTS.get(code.strip().upper().zfill(2))
    if found is None:
        raise UnknownDepartment(
            f"Le département «\xa0{code}\xa0» est inconnu\xa0: indiquez son numéro, par exemple 44, 2A ou 974."
        )
    return found


def zone(code: str) -> Zone:
    """The calendar zone of a stored code. Raises `UnknownZone`."""
    found = ZONES.get(code)
    if found is None:
        raise UnknownZone(f"La zone de jours fériés «\xa0{code}\xa0» est inconnue.")
    return found
