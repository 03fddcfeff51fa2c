"""The columns of a plan, with the headers that préfectures give them, and what their cells may say."""

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actions.decisions import LENGTHS
from actions.enums import Strand
from actions.filters import part_of
from actions.importing.vocabulary import (
    CONTINUOUS,
    EVERY_ENGAGEMENT,
    MODULES,
    PRIORITIES,
    PRIORITIES_EXPECTED,
    SOURCES,
    STATES,
    STATES_EXPECTED,
    STRANDS,
)
from actions.models import ActionSource
from tracker.enums import Module
from tracker.spreadsheets.cells import NOTHING, Fault, Parser, Value, parse_date, remembered, shown, text_parser
from tracker.spreadsheets.columns import Column, Layout
from tracker.spreadsheets.rowkinds import FIGURE_TEXT, NOTE_OPENING, is_label
from tracker.spreadsheets.shapes import Cell
from tracker.spreadsheets.wording import MONTH_NAMES, fold, quoted

NAMED_MODULE: Final = re.compile(r"(?:modules?|mod|m)? ?(?:n )?([1-8])(?: .*)?")
NUMBERED: Final = re.compile(r"(?:engagements?|eng|e|item|rubrique|n)? ?(?:n )?(\d{1,2})(?: .*)?")
MOST_LETTERS: Final = 15
"""Longer than any word for nothing."""


def parse_part(cell: Cell) -> Value | Fault | None:
    """« module-4 » or a strand."""
    text = shown(cell)
    if text.lower() in NOTHING:
        return None
    word = fold(text)
    if word in STRANDS:
        return STRANDS[word]
    if word in MODULES:
        return part_of(MODULES[word], "")
    if match := NAMED_MODULE.fullmatch(word):
        module, rest = int(match[1]), word[match.end(1) :].strip()
        # « 16 rue… » is no module; « Module 1 : relation générale » is.
        if not rest or word.startswith("m") or rest == fold(Module(module).label):
            return part_of(module, "")
    return Fault(
        f"{quoted(text)} n’est ni un module ni un volet.",
        f"écrivez un module de 1 à 8, «\xa0{Strand.STEERING.label}\xa0» ou «\xa0{Strand.LABELLING.label}\xa0»",
    )


def parse_engagement(cell: Cell) -> Value | Fault | None:
    """« 16 », « E16 », « Engagement n° 16 : … »."""
    text = shown(cell)
    word = fold(text)
    if text.lower() in NOTHING or word in EVERY_ENGAGEMENT:
        return None
    if match := NUMBERED.fullmatch(word):
        return int(match[1])
    return Fault(f"{quoted(text)} n’est pas un numéro d’engagement.", "écrivez le numéro seul, par exemple 16")


MONTH: Final = re.compile(rf"(?:fin|courant|debut|mi)? ?({'|'.join(MONTH_NAMES)}) (20\d\d)")
QUARTER: Final = re.compile(
    r"(?:fin )?(?:t ?([1-4])|([1-4]) ?(?:er|e|eme|ieme|nd)? trimestre|trimestre ([1-4])) (20\d\d)"
)
HALF: Final = re.compile(r"(?:fin )?(?:s ?([12])|([12]) ?(?:er|e|eme|nd)? semestre|semestre ([12])) (20\d\d)")
YEAR: Final = re.compile(r"(?:fin |courant |annee )?(20\d\d)")


def parse_due(cell: Cell) -> Value | Fault | None:
    """A date, or the last day of what is said otherwise: « juin 2023 », « T2 2023 », « fin 2023 »."""
    if not isinstance(cell, str):
        if isinstance(cell, int | float) and not isinstance(cell, bool) and YEAR.fullmatch(shown(cell)):
            return dt.date(int(cell), 12, 31)
        return parse_date(cell)
    word = fold(cell)
    if word in CONTINUOUS:
        return None
    if match := MONTH.fullmatch(word):
        return last_day(int(match[2]), MONTH_NAMES.index(match[1]) + 1)
    for pattern, months in ((QUARTER, 3), (HALF, 6)):
        if match := pattern.fullmatch(word):
            *ranks, year = match.groups()
            return last_day(int(year), months * int(next(filter(None, ranks))))
    if match := YEAR.fullmatch(word):
        return last_day(int(match[1]), 12)
    return parse_date(cell)


def last_day(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def parse_title(cell: Cell) -> Value | Fault | None:
    """What there is to do; « Total », its figure and a note under the table are no action."""
    text = shown(cell)
    if is_label(text) or NOTE_OPENING.match(text) or FIGURE_TEXT.fullmatch(text):
        return None
    return text_parser(LENGTHS["title"], one_line=True)(cell)


@dataclass(frozen=True)
class Parsed(Column):
    """A column whose cells are read by `read`."""

    read: Parser = shown

    def parser(self, year: int | None = None) -> Parser:
        return remembered(self.read)


NUMBER = Column(
    "number",
    "Le numéro",
    "n° | n° d'ordre | numéro | num | réf | référence | identifiant | id | n° action | n° de l'action | "
    "numéro de l'action | n° d'action | code | code action",
    weak="no | n° ligne | ordre",
    unless="engagement | module | téléphone",
    longest=80,
)
PART = Parsed(
    "part",
    "Le module",
    "module | volet | module ou volet | module / volet | module concerné | module qual-e-pref | modules | "
    "volet du référentiel | partie | partie du référentiel | chapitre",
    weak="thème | domaine | axe",
    unless="engagement | n°",
    kind="choice",
    read=parse_part,
)
ENGAGEMENT = Parsed(
    "engagement",
    "L’engagement",
    "engagement | n° engagement | n° d'engagement | numéro d'engagement | engagement concerné | engagements | "
    "engagement n° | exigence",
    weak="eng | item | critère",
    kind="choice",
    read=parse_engagement,
)
TITLE = Parsed(
    "title",
    "L’action",
    "action | actions | action d'amélioration | actions d'amélioration | intitulé de l'action | libellé de l'action | "
    "description de l'action | action à mener | actions à mener | action à mettre en œuvre | action corrective | "
    "actions correctives | action proposée | action prévue | mesure | mesures | intitulé | actions à réaliser",
    weak="libellé | objet | titre | désignation",
    unless="pilote | responsable | état | statut | source | origine | date | échéance | type | n° | numéro | "
    "avancement | ouverture | clôture | commentaire | résultat | bureau | service | porteur | priorité | code",
    required=True,
    read=parse_title,
)
DESCRIPTION = Column(
    "description",
    "Le constat",
    "constat | constats | problème | dysfonctionnement | dysfonctionnement constaté | écart | écart constaté | "
    "description | détail | détails | contexte | constat d'audit | observation de l'audit | point d'amélioration | "
    "piste de progrès | motivation",
    unless="action | date",
    longest=LENGTHS["description"],
    one_line=False,
    several=True,
)
EXPECTED_RESULT = Column(
    "expected_result",
    "Le résultat attendu",
    "résultat attendu | résultats attendus | objectif | objectifs | effet attendu | effets attendus | livrable | "
    "livrables | indicateur de résultat | critère de réussite",
    longest=LENGTHS["expected_result"],
    one_line=False,
)
PILOT = Column(
    "pilot",
    "Le pilote",
    "pilote | pilotes | responsable | porteur | pilote de l'action | responsable de l'action | porteur de l'action | "
    "pilote désigné | chef de projet | en charge | personne en charge",
    weak="qui | référent | acteur",
    unless="bureau | service | contributeur | co-pilote",
    longest=LENGTHS["pilot_name"],
)
CONTRIBUTORS = Column(
    "contributors",
    "Les contributeurs",
    "contributeurs | contributeur | participants | partenaires | acteurs | acteurs concernés | services associés | "
    "co-pilotes | copilotes | équipe | personnes associées",
    longest=LENGTHS["contributors"],
)
OFFICE = Column(
    "office",
    "Le bureau",
    "bureau | service | direction | service concerné | bureau concerné | service pilote | bureau pilote | "
    "direction concernée | service responsable | bureau responsable | structure",
    unless="associé",
)
SITE = Column(
    "site", "Le site", "site | implantation | sous-préfecture | lieu | site concerné", unless="internet | web"
)
PRIORITY = Column(
    "priority",
    "La priorité",
    "priorité | urgence | criticité | niveau de priorité | degré d'urgence | importance",
    kind="choice",
    words=PRIORITIES,
    one_of="une priorité connue",
    expected=PRIORITIES_EXPECTED,
)
STATE = Column(
    "state",
    "L’état",
    "état | statut | état d'avancement | état de l'action | statut de l'action | avancement | situation | stade | "
    "réalisation | degré de réalisation | suivi",
    weak="fait | réalisé | terminé",
    unless="date | commentaire | lieux",
    kind="choice",
    words=STATES,
    one_of="un état connu",
    expected=STATES_EXPECTED,
)
OPENED_ON = Column(
    "opened_on",
    "La date d’ouverture",
    "ouverte le | ouverture | date d'ouverture | date de création | créée le | inscrite le | date d'inscription | "
    "date de début | début | date d'entrée | date d'ouverture de l'action | date d'identification | date du constat",
    weak="date | date de l'action",
    kind="date",
)
DUE_ON = Parsed(
    "due_on",
    "L’échéance",
    "échéance | date d'échéance | échéance prévue | délai | date limite | date prévue | date cible | date butoir | "
    "fin prévue | prévue le | terme | date de fin prévue | date prévisionnelle | échéancier | pour le | "
    "date de réalisation prévue | délai de réalisation",
    kind="date",
    read=parse_due,
)
DONE_ON = Column(
    "done_on",
    "La date de réalisation",
    "réalisée le | date de réalisation | faite le | terminée le | date de clôture | clôturée le | soldée le | "
    "date de fin réelle | fin réelle | achevée le | clôture | date de réalisation effective | réalisation effective | "
    "date effective | close le | date de solde",
    unless="prévue | prévisionnelle | vérification",
    kind="open_date",
)
VERIFIED_ON = Column(
    "verified_on",
    "La date de vérification",
    "vérifiée le | date de vérification | efficacité vérifiée le | vérification | date d'évaluation | évaluée le",
    kind="date",
)
PROGRESS_NOTE = Column(
    "progress_note",
    "L’avancement",
    "commentaires | commentaire | observations | observation | point d'avancement | remarques | remarque | "
    "détail de l'avancement | état des lieux | suivi de l'action | commentaires sur l'avancement | bilan",
    weak="avancement | suivi | notes",
    unless="audit",
    longest=LENGTHS["progress_note"],
    one_line=False,
    several=True,
)
REASON = Column(
    "reason",
    "Le motif",
    "motif | raison | motif d'abandon | motif du refus | motif de non réalisation | justification",
    longest=LENGTHS["reason"],
    one_line=False,
)


def plan_layout(sources: Sequence[ActionSource], *, source_given: bool) -> Layout:
    """The columns of a plan; the sources are those of the préfecture, by their own labels too."""
    present = {source.code for source in sources}
    words = {word: code for word, code in SOURCES.items() if code in present}
    words |= {fold(source.label): source.code for source in sources}
    source = Column(
        "source",
        "La source",
        "source | sources | origine | origine de l'action | source de l'action | provenance | issu de | issue de",
        weak="type | type d'action | cadre",
        kind="choice",
        words=words,
        one_of="une source connue",
        expected=", ".join(source.label for source in sources),
        required=not source_given,
    )
    columns = (
        NUMBER, PART, ENGAGEMENT, TITLE, DESCRIPTION, EXPECTED_RESULT, source, PILOT, CONTRIBUTORS, OFFICE, SITE,
        PRIORITY, STATE, OPENED_ON, DUE_ON, DONE_ON, VERIFIED_ON, PROGRESS_NOTE, REASON,
    )  # fmt: skip
    return Layout(columns, anchor="title", carried="part", notes=True, where_named="par son titre dans le classeur")
