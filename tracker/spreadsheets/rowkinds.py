"""What a row without its anchor (the arrival date of a demande) is: blank, a total or a title, or a record to refuse.

Only such rows come here: a « Total Énergies » that has an arrival date is a sender like another.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Collection, Mapping, Sequence

from tracker.spreadsheets.cells import shown
from tracker.spreadsheets.shapes import Cell, Row
from tracker.spreadsheets.wording import MONTH_NAMES, fold, header_key


class RowKind(enum.Enum):
    BLANK = "blank"
    TOTALS = "totals"
    """Totals, sub-totals, means, rates, but also titles between rows and a header printed again."""
    RECORD = "record"


_MONTHS = "|".join(MONTH_NAMES)
_COUNTED = (
    r"generale?s?|annuele?s?|mensuels?|du|de|des|d|l|la|le|les|par|en|et|pour|mois|annee|semestre|trimestre|semaine|periode|"
    r"courriels?|courriers?|demandes?|reclamations?|suggestions?|lignes?|reponses?|rendez|vous|rdv|recu(?:e?s?)|traite(?:e?s?)|"
    rf"repondu(?:e?s?)|dans|delais?|hors|jours?|feuille|page|service|bureau|{_MONTHS}|\d+"
)
TOTAL_LABEL = re.compile(rf"(?:sous )?(?:total|totaux|cumul|somme)(?: (?:{_COUNTED}))*")
FIGURE_LABEL = re.compile(
    r"(?:(?:delai|duree|temps) (?:moyen|median|maximum|minimum|max|min)|moyenne|mediane|ecart type|taux|nombre|nbre|nb|"
    r"pourcentage|part des?|dont|objectif|cible|maximum|minimum)\b.*"
)
SECTION_LABEL = re.compile(
    rf"(?:mois (?:de |d )?)?(?:{_MONTHS})(?: \d{{4}})?|"
    r"(?:semaine|s|trimestre|t|semestre|annee) ?(?:n )?\d{1,4}(?: .*)?|"
    r"(?:1er|2e|2eme|3e|3eme|4e|4eme|premier|deuxieme|second|troisieme|quatrieme) (?:trimestre|semestre)(?: \d{4})?|"
    r"\d{4}|suite|fin(?: (?:du |de la |de l )?(?:registre|tableau|liste|feuille|mois|annee))?"
)
FIGURE_TEXT = re.compile(
    r"[<>≤≥]?\s*[-+]?[\d\s.,/]+\s*(?:%|j|jours?|j\. ?o\.?|jours? ouvrés?)?",
    re.IGNORECASE,
)
DATE_SHAPE = re.compile(r"\s*\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*(?:\d{2}|\d{4})\s*")
"""A date, even one that does not exist (31/02/2023): no figure."""
PERCENT_LABEL = re.compile(r"\s*%")


def is_blank(row: Sequence[Cell]) -> bool:
    return not any(_filled(cell) for cell in row)


def _filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell and not cell.isspace() and shown(cell))


def classify(
    row: Row,
    *,
    header_lines: Sequence[Mapping[int, str]],
    number: int | None,
    sender: int | None,
    computed: Collection[int],
) -> RowKind:
    """The kind of a row whose anchor cell is empty or is no date.

    `header_lines` are the keys of each row of headers, by index; `number`, `sender` and `computed` are the indices of
    the columns for the order number, the sender and what the spreadsheet computes (delays). A line numbered in advance
    holds nothing else and is blank; in « 12, Total » a number stands before a sender: it is a record.
    """
    filled = {index: cell for index, cell in enumerate(row) if _filled(cell)}
    if not filled:
        return RowKind.BLANK
    texts = {i: c for i, c in filled.items() if isinstance(c, str) and not FIGURE_TEXT.fullmatch(c.strip())}
    if any(_is_header_again(texts, line) for line in header_lines):
        return RowKind.TOTALS
    labels = {index for index, text in texts.items() if is_label(text)}
    numbered = number is not None and number in filled and number not in texts
    named = numbered and labels == {sender} and number is not None and sender is not None and number < sender
    if labels and labels == set(texts) and not named:
        return RowKind.TOTALS
    if len(filled) == 1 and texts and SECTION_LABEL.fullmatch(fold(next(iter(texts.values())))):
        return RowKind.TOTALS
    if set(filled) <= {number, *computed} and not (number in texts and _is_word(texts[number])):
        return RowKind.BLANK
    # Where even the sender is a formula without its result, the row links to a record elsewhere.
    linked = sender in filled and filled[sender] is None
    if not texts and not numbered and not linked and not any(map(_is_dated, filled.values())):
        return RowKind.TOTALS
    return RowKind.RECORD


def _is_dated(cell: Cell) -> bool:
    return isinstance(cell, dt.date) or (isinstance(cell, str) and DATE_SHAPE.fullmatch(cell) is not None)


NOTE_OPENING = re.compile(
    r"\s*(?:[*†‡]|\(\d\)|\(\*|"
    r"(?:n\.?\s?b\.?|nota(?: bene)?|notes?|remarques?|légendes?|sources?|rappel|avertissement|attention)\s*:|"
    r"fait à\b.*\ble\b|fait le\b|"
    r"(?:(?:tableau|registre|document|fichier) )?(?:mis à jour|arrêté|édité|imprimé|établi|extrait)e? (?:le|au)\b)",
    re.IGNORECASE,
)
LEAST_WORDS_OF_NOTE = 3
LEAST_LETTERS_OF_WORD = 3


def is_note(row: Row, *, telling: Collection[int]) -> bool:
    """Whether a row without its anchor that is no total may be a note under the table: one text and nothing else.

    `telling` are the columns where a single text may be the start of a record (a sender whose date is missing): there
    it must be worded as a note is (« * hors congés », « Fait à Nantes, le 3 janvier »). Elsewhere a sentence is enough,
    without a figure: one might be a date, or somebody's file.
    """
    filled = {index: cell for index, cell in enumerate(row) if _filled(cell)}
    if len(filled) != 1:
        return False
    ((index, cell),) = filled.items()
    if not isinstance(cell, str):
        return False
    if NOTE_OPENING.match(cell):
        return True
    words = fold(cell).split()
    return index not in telling and len(words) >= LEAST_WORDS_OF_NOTE and not any(map(str.isdigit, cell))


def _is_word(text: str) -> bool:
    """Whether it is no number given in advance (« 12 bis », « C-2023/4 », « Dossier n° 12 »)."""
    words = [word for word in fold(text).split() if len(word) >= LEAST_LETTERS_OF_WORD and word.isalpha()]
    numbered = any(character.isdigit() for character in text)
    return not numbered or len(words) >= LEAST_WORDS_OF_NOTE or bool(NOTE_OPENING.match(text))


def is_label(text: str) -> bool:
    """Whether it names a total, a figure or a rate."""
    folded = fold(text)
    return bool(TOTAL_LABEL.fullmatch(folded) or FIGURE_LABEL.fullmatch(folded) or PERCENT_LABEL.match(text))


def _is_header_again(texts: dict[int, str], line: Mapping[int, str]) -> bool:
    same = sum(header_key(text) == line[index] for index, text in texts.items() if index in line)
    return same >= 2 and same == len(texts)
