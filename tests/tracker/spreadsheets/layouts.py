"""Registers drawn at random in the many layouts that préfectures use, each with what must be read from it.

The headers are written here by hand, apart from those that the tool knows.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from tests.tracker.spreadsheets.workbooks import Merged

HEADERS = {
    "number": ["N°", "N° d'ordre", "Numéro", "Réf.", "REFERENCE", "n° d’enregistrement", "N° Chrono"],
    "received_on": [
        "Date d'arrivée",
        "Arrivée",
        "reçu le",
        "Reçue le",
        "DATE DE RÉCEPTION",
        "Date de\nréception",
        "Date",
        "Date d’arrivée en préfecture",
        "Reçu(e) le (jj/mm/aaaa)",
        "Demande reçue le",
    ],
    "sender": ["Expéditeur", "Émetteur", "Demandeur", "Nom", "Usager", "Nom et prénom", "NOM DU DEMANDEUR", "Auteur"],
    "subject": ["Objet", "OBJET :", "Motif", "Objet de la demande", "Motif de la demande", "Sujet"],
    "office": ["Service", "Bureau", "Affecté à", "Service destinataire", "Direction / bureau", "Bureau instructeur"],
    "answered_on": [
        "Répondu le",
        "Date de réponse",
        "Réponse",
        "Réponse envoyée le",
        "Date de la réponse à l'usager",
        "date d'envoi de la réponse",
    ],
    "holding_on": ["Réponse d'attente", "Réponse d'attente le", "Date de la réponse d'attente"],
    "asked_on": ["Pièce demandée le", "Pièces demandées le", "Demande de complément"],
    "completed_on": ["Pièce reçue le", "Complété le", "Dossier complet le"],
    "channel": ["Canal", "Canal d'arrivée", "Mode de réception", "Support", "Voie d'arrivée"],
    "nature": ["Nature", "Nature de la demande", "Type"],
    "notes": ["Observations", "Remarques", "Commentaire"],
    "proposed_on": ["Date proposée le", "Proposé le", "Date de proposition"],
    "met_on": ["Rendez-vous tenu le", "Tenu le", "RDV tenu le"],
    "delay": ["Délai", "Délai (j. ouvrés)", "Nombre de jours", "Nb jours", "Délai de réponse"],
}
GROUPS = {
    "arrival": ["Arrivée", "ARRIVÉE", "Réception", "Arrivée en préfecture", "Demande"],
    "answer": ["Réponse", "Réponse à l'usager", "Départ", "RÉPONSE"],
    "holding": ["Réponse d'attente", "Courrier d'attente"],
    "pieces": ["Pièces", "Pièces complémentaires"],
    "proposal": ["Proposition", "Proposition de RDV"],
}
"""Headers of the upper row of two, merged over those of the lower one."""
IN_GROUP = {
    "received_on": ("arrival", ["Date", "Le", "Reçu le", "Date d'arrivée", "Date (jj/mm)"]),
    "number": ("arrival", ["N°", "Numéro"]),
    "sender": ("arrival", ["Expéditeur", "Nom", "Usager"]),
    "subject": ("arrival", ["Objet", "Motif"]),
    "channel": ("arrival", ["Mode", "Canal"]),
    "answered_on": ("answer", ["Date", "Le", "Date d'envoi", "Envoyée le"]),
    "holding_on": ("holding", ["Date", "Le", "Date d'envoi"]),
    "asked_on": ("pieces", ["Demandées le"]),
    "completed_on": ("pieces", ["Reçues le"]),
    "proposed_on": ("proposal", ["Date", "Faite le"]),
}
REPLY_OPTIONS = ["number", "sender", "subject", "office", "answered_on", "holding_on", "asked_on", "completed_on"]
REPLY_OPTIONS += ["channel", "nature", "notes", "delay"]
MEETING_OPTIONS = ["number", "sender", "subject", "proposed_on", "met_on", "notes", "delay"]
WORDS = {
    "channel": {"letter": ["Courrier", "courrier postal"], "email": ["Courriel", "mél", "E-mail"], "box": ["Urne"]},
    "nature": {"complaint": ["Réclamation", "RECLAMATION"], "suggestion": ["Suggestion"], "other": ["Autre demande"]},
}
MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre"]
MONTHS += ["décembre"]
SENDERS = ["Usager 0012", "Total Énergies", "Mairie n° 4", "Moyenne Vallée (SIVU)", "=cmd|' /C calc'!A0", "Zoé 😀"]
TODAY = dt.date(2024, 6, 30)
UNREAD = "unread"
"""A column that says nothing to the tool."""


@dataclass
class Expected:
    """What one sheet must give."""

    header_row: int
    taken: dict[int, dict[str, object]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    """Row → code of the column to mend."""
    blank: int = 0
    totals: int = 0


def as_written(date: dt.date, form: int) -> object:
    """A date in one of the forms in which people keep them."""
    forms = (
        lambda: date,
        lambda: dt.datetime.combine(date, dt.time()),
        lambda: dt.datetime.combine(date, dt.time(14, 30)),
        lambda: f"{date:%d/%m/%Y}",
        lambda: f"{date.day}/{date.month}/{date:%y}",
        lambda: f"{date:%d.%m.%Y}",
        lambda: f"{date:%d-%m-%y}",
        lambda: date.isoformat(),
        lambda: f"{date.day} {MONTHS[date.month - 1]} {date.year}",
        lambda: f"lundi {date.day}\u00a0{MONTHS[date.month - 1].upper()} {date.year}",
        lambda: f" {date:%d/%m/%Y} 09:15 ",
        lambda: (date - dt.date(1899, 12, 30)).days,
    )
    return forms[form % len(forms)]()


class RegisterMaker:
    """Draws a register; the same seed gives the same one."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.kind = self.random.choice(["courrier", "courriel", "reclamation", "rdv", "svi"])
        options = MEETING_OPTIONS if self.kind == "rdv" else REPLY_OPTIONS
        kept = self.random.sample(options, self.random.randint(2, len(options)))
        # A piece that came without having been asked for is a fault of the row.
        if "completed_on" in kept and "asked_on" not in kept:
            kept.append("asked_on")
        self.codes = ["received_on", *kept]
        self.random.shuffle(self.codes)
        self.headers = {code: self.random.choice(HEADERS[code]) for code in self.codes}
        self.dates = self.random.randrange(24)
        self.misnamed = False
        self.margin = self.random.choice([0, 0, 0, 1, 2])

    def sheets(self) -> tuple[dict[str, list[list[object]]], dict[str, Expected]]:
        names = self.random.sample([*MONTHS, "Bureau du séjour", "DCL", "Suivi 2023"], self.random.randint(1, 4))
        drawn = {name: self._sheet() for name in names}
        rows = {name: sheet[0] for name, sheet in drawn.items()}
        if self.random.random() < 0.3:
            rows = {"Lisez-moi": [["Registre tenu par le service"], [None], ["Mis à jour chaque lundi"]], **rows}
        if self.random.random() < 0.3:
            rows["Feuille vide"] = []
        return rows, {name: sheet[1] for name, sheet in drawn.items()}

    def _sheet(self) -> tuple[list[list[object]], Expected]:
        titles = [["Suivi des demandes – année 2023"], [], ["Dates saisies en texte"], ["Service : qualité"]]
        rows: list[list[object]] = list(titles[: self.random.randint(0, 4)])
        rows += self._headers()
        expected = Expected(header_row=len(rows))
        self.misnamed = False
        trailing_blank = 0
        for rank in range(1, self.random.randint(2, 14)):
            draw = self.random.random()
            if draw < 0.12:
                rows.append([None] * len(self.codes))
                trailing_blank += 1
                continue
            expected.blank += trailing_blank
            trailing_blank = 0
            if draw < 0.24:
                rows.append(self._totals(rank))
                expected.totals += 1
                continue
            values, cells = self._record(rank)
            if draw < 0.4:
                fault = self._spoil(cells)
                rows.append([cells.get(code) for code in self.codes])
                expected.refused[len(rows)] = fault
                continue
            rows.append([cells.get(code) for code in self.codes])
            expected.taken[len(rows)] = values
        rows += [[None] * len(self.codes)] * self.random.choice([0, 0, 3])
        return [[None] * self.margin + row for row in rows], expected

    def _headers(self) -> list[list[object]]:
        return [[self.headers[code] for code in self.codes]]

    def _record(self, rank: int) -> tuple[dict[str, object], dict[str, object]]:
        """A row that must be taken: its values, and its cells."""
        received = dt.date(2023, 1, 2) + dt.timedelta(days=self.random.randrange(400))
        values: dict[str, object] = {"received_on": received}
        cells: dict[str, object] = {"received_on": self._date(received)}
        date = received
        for code in ("holding_on", "asked_on", "completed_on", "proposed_on", "answered_on", "met_on"):
            if code in self.codes and (
                self.random.random() < 0.7 or (code == "asked_on" and "completed_on" in self.codes)
            ):
                date += dt.timedelta(days=self.random.randrange(6))
                values[code], cells[code] = date, self._date(date)
        for code, words in WORDS.items():
            if code in self.codes:
                values[code] = self.random.choice(list(words))
                cells[code] = self.random.choice(words[values[code]])
        texts = {"number": str(rank), "sender": self.random.choice(SENDERS), "subject": f"Titre de séjour n° {rank}"}
        texts |= {"office": "Bureau du séjour", "notes": "ligne 1\nligne 2"}
        for code, text in texts.items():
            if code in self.codes:
                values[code] = cells[code] = text
        if "number" in self.codes and self.random.random() < 0.5:
            cells["number"] = rank
        if UNREAD in self.codes:
            cells[UNREAD] = "M. Martin"
        if "delay" in self.codes:
            cells["delay"] = self.random.choice([3, "3 j", None])
        return values, cells

    def _date(self, date: dt.date) -> object:
        """The register's own form of dates, or any form where it mixes them."""
        return as_written(date, self.dates if self.dates < 12 else self.random.randrange(12))

    def _spoil(self, cells: dict[str, object]) -> str:
        """Make the row one that must be refused; the code of the column at fault."""
        faults = {"received_on": ["31/02/2023", "un lundi", "03/01/1987", "05/07/2024", dt.date(2051, 1, 1)]}
        if "subject" in self.codes:
            faults["subject"] = ["x" * 501]
            faults["received_on"].append(None)
        # Once per sheet: a column where most words are unknown is another column.
        if "channel" in self.codes and not self.misnamed:
            faults["channel"] = ["pigeon voyageur"]
        if "answered_on" in self.codes:
            faults["answered_on"] = [dt.date(2020, 1, 1), "demain"]
        if "met_on" in self.codes:
            faults["met_on"] = [dt.date(2020, 1, 1)]
        code = self.random.choice(list(faults))
        self.misnamed = self.misnamed or code == "channel"
        cells[code] = self.random.choice(faults[code])
        return code

    def _totals(self, rank: int) -> list[object]:
        row: list[object] = [None] * len(self.codes)
        label = self.random.choice(
            ["TOTAL", "Total général", "Sous-total janvier", "Moyenne des délais", "Taux de réponse"]
        )
        row[0 if self.codes[0] != "delay" else 1] = label
        row[-1 if self.codes[-1] != "delay" else -2] = row[-1 if self.codes[-1] != "delay" else -2] or rank
        return row


class GroupedRegisterMaker(RegisterMaker):
    """The same with headers in two rows, those of the upper one merged over several columns, or written above the first
    of them alone."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        draw = random.Random(f"groups {seed}")
        self.merged = draw.random() < 0.8
        names = {group: draw.choice(labels) for group, labels in GROUPS.items()}
        blocks: dict[str, list[str]] = {}
        for code in self.codes:
            group, _ = IN_GROUP.get(code, (code, []))
            # Only the dates are always below their group: the rest may stand beside it.
            alone = code not in IN_GROUP or (not code.endswith("_on") and draw.random() < 0.3)
            blocks.setdefault(code if alone else group, []).append(code)
        if self.merged and "answer" in blocks and draw.random() < 0.5:
            blocks["answer"].append(UNREAD)
        if len(blocks) == 1:  # One header over all the others is a title.
            blocks["notes"] = ["notes"]
            self.headers["notes"] = draw.choice(HEADERS["notes"])
        order = list(blocks)
        draw.shuffle(order)
        self.codes = [code for block in order for code in blocks[block]]
        self.lower: dict[str, str | None] = {}
        self.upper: dict[str, object] = {}
        for block in order:
            first, *others = blocks[block]
            if block not in GROUPS:
                self.upper[first] = Merged(self.headers[first], rows=2) if self.merged else self.headers[first]
                continue
            several = self.merged and others
            self.upper[first] = Merged(names[block], columns=len(blocks[block])) if several else names[block]
            for code in blocks[block]:
                self.lower[code] = "Signataire" if code == UNREAD else draw.choice(IN_GROUP[code][1])
                self.headers[code] = f"{names[block]} – {self.lower[code]}"

    def _headers(self) -> list[list[object]]:
        return [[self.upper.get(code) for code in self.codes], [self.lower.get(code) for code in self.codes]]
