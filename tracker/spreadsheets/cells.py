"""One cell, one value: dates in the forms people type, numbers, texts, words of a list.

A parser takes a non-empty cell and returns its value, None where the cell says « nothing » (« - », « néant »), or a
`Fault`.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from tracker.spreadsheets.shapes import Cell
from tracker.spreadsheets.wording import fold, quoted

EARLIEST: Final = dt.date(2010, 1, 1)
LATEST: Final = dt.date(2050, 12, 31)
SERIAL_EPOCH: Final = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial dates (its false 29 February 1900 is behind us)."""
TWO_DIGIT_YEARS_2000: Final = 50
"""« 22 » is 2022 and « 49 » 2049; « 50 » to « 99 » are of the last century, hence refused as out of range."""

REMEMBERED_TEXTS: Final = 20_000

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SPACES = re.compile(r"\s+")


class Undated(enum.Enum):
    """« Sans date »: it was done, and nobody can say when."""

    UNDATED = "undated"


UNDATED: Final = Undated.UNDATED

Value: TypeAlias = str | int | bool | dt.date | Undated


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell is refused, in French; `mend` completes « Corrigez la cellule C14 » where there is more to say."""

    reason: str
    mend: str = ""


UNCOMPUTED: Final = Fault(
    "Cette cellule contient une formule dont le résultat n’est pas enregistré.",
    "ouvrez le fichier dans un tableur, enregistrez-le",
)
"""The fault of a formula that no office suite has computed (None among the cells)."""

Parser: TypeAlias = Callable[[Cell], "Value | Fault | None"]

NOTHING: Final = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "–",
        "—",
        "/",
        "//",
        ".",
        "...",
        "…",
        "néant",
        "neant",
        "s.o.",
        "s.o",
        "so",
        "s/o",
        "sans objet",
    }
    | {
        "n/a",
        "na",
        "n.a.",
        "nc",
        "n.c.",
        "non concerné",
        "non concernée",
        "ras",
        "r.a.s.",
        "(vide)",
        "vide",
    }
)
NO_DATE: Final = frozenset(
    {
        "sans date",
        "non date",
        "non datee",
        "date inconnue",
        "date non connue",
        "date non tracee",
        "non trace",
        "non tracee",
    }
    | {
        "date perdue",
        "date manquante",
        "pas de date",
        "inconnue",
        "inconnu",
        "date non renseignee",
    }
)
DONE: Final = frozenset(
    {
        "oui",
        "o",
        "x",
        "ok",
        "fait",
        "faite",
        "repondu",
        "repondue",
        "traite",
        "traitee",
        "vrai",
        "clos",
    }
)
NOT_DONE: Final = frozenset(
    {
        "non",
        "n",
        "faux",
        "en cours",
        "en attente",
        "a faire",
        "a traiter",
        "a repondre",
        "pas de reponse",
        "sans reponse",
    }
    | {
        "aucune reponse",
        "aucune",
        "non repondu",
        "non repondue",
        "pas encore",
        "en instance",
    }
)

MONTHS: Final = {
    **dict.fromkeys(("janvier", "janv", "jan"), 1),
    **dict.fromkeys(("fevrier", "fevr", "fev"), 2),
    **dict.fromkeys(("mars", "mar"), 3),
    **dict.fromkeys(("avril", "avr"), 4),
    "mai": 5,
    **dict.fromkeys(("juin", "jun"), 6),
    **dict.fromkeys(("juillet", "juil", "jul"), 7),
    **dict.fromkeys(("aout", "aou"), 8),
    **dict.fromkeys(("septembre", "sept", "sep"), 9),
    **dict.fromkeys(("octobre", "oct"), 10),
    **dict.fromkeys(("novembre", "nov"), 11),
    **dict.fromkeys(("decembre", "dec"), 12),
}
_LEAD = (
    r"(?:(?:repondu|reponse|recu|arrive|envoye|tenu|propose|fait|traite)e?s? )?(?:(?:le|du) )?"
    r"(?:(?:lun|mar|mer|jeu|ven|sam|dim)[a-z]*[.,]? )?(?:le )?"
)
_TIME = r"(?:(?: a | - |, | |t)\d{1,2} ?[:h] ?(?:\d{2})?(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?"
NUMERIC_DATE = re.compile(rf"{_LEAD}(\d{{1,2}}) ?[/.\- ] ?(\d{{1,2}}) ?[/.\- ] ?(\d{{4}}|\d{{2}}){_TIME}\.?")
ISO_DATE = re.compile(rf"{_LEAD}(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
WRITTEN_DATE = re.compile(rf"{_LEAD}(\d{{1,2}})(?:er)?[ .\-/]*([a-z]+)[ .\-/]*(\d{{4}}|\d{{2}}){_TIME}\.?")
YEARLESS_DATE = re.compile(rf"{_LEAD}(\d{{1,2}})(?:er)? ?[/.\- ] ?(\d{{1,2}}|[a-z]+)\.?")
SERIAL_TEXT = re.compile(r"\d{5}(?:[.,]\d+)?")


def clean_text(text: str) -> str:
    """The text without control characters (a NUL cannot be stored), its line ends as line feeds."""
    if text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROLS.sub("", text).strip()


def shown(cell: Cell) -> str:
    """The cell as a person reads it in the spreadsheet, free of control characters."""
    if isinstance(cell, str):
        return clean_text(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "VRAI" if cell else "FAUX"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.strftime("%d/%m/%Y" if midnight else "%d/%m/%Y %H:%M")
    if isinstance(cell, dt.date):
        return cell.strftime("%d/%m/%Y")
    return str(cell)


def parse_date(cell: Cell, *, year: int | None = None) -> dt.date | Fault | None:
    """The date in a cell: day before month always, in working years only (2010 to 2050).

    `year` is that of a date written without one (« 03/01 »), which is a fault where it is not known.
    """
    kind = type(cell)
    if kind is dt.date:
        return _in_range(cell, cell)  # type: ignore[arg-type]
    if isinstance(cell, dt.datetime):
        return _in_range(cell.date(), cell)
    if isinstance(cell, str):
        return _parse_date_text(cell, year)
    if kind is float or kind is int:
        return _from_serial(float(cell), cell)  # type: ignore[arg-type]
    return _not_a_date(cell)


def parse_open_date(cell: Cell, *, year: int | None = None) -> dt.date | Undated | Fault | None:
    """As `parse_date`, where the cell may also say « sans date », « oui » (done, undated), « non » or « en cours »."""
    if isinstance(cell, bool):
        return UNDATED if cell else None
    if isinstance(cell, str):
        word = fold(cell)
        if word in NO_DATE or word in DONE:
            return UNDATED
        if word in NOT_DONE:
            return None
    return parse_date(cell, year=year)


def _in_range(date: dt.date, cell: Cell) -> dt.date | Fault:
    if EARLIEST <= date <= LATEST:
        return date
    return Fault(
        f"La date {quoted(shown(cell))} est hors de la période prise en charge (2010 à 2050).",
        "vérifiez l’année",
    )


def _not_a_date(cell: Cell) -> Fault:
    return Fault(
        f"{quoted(shown(cell))} n’est pas une date.",
        "écrivez la date sous la forme jj/mm/aaaa",
    )


def _from_serial(number: float, cell: Cell) -> dt.date | Fault:
    if not 1 <= number < 73_051:  # 1 January 2100
        return _not_a_date(cell)
    date = SERIAL_EPOCH + dt.timedelta(days=int(number))
    return date if EARLIEST <= date <= LATEST else _not_a_date(cell)


def _parse_date_text(text: str, known_year: int | None) -> dt.date | Fault | None:
    plain = clean_text(text)
    if plain.lower() in NOTHING:
        return None
    folded = fold(plain, keep="/.-:,+")
    if match := NUMERIC_DATE.fullmatch(folded):
        day, month, year = match.groups()
        return _build(int(day), int(month), _century(year), text)
    if match := ISO_DATE.fullmatch(folded):
        year, month, day = match.groups()
        return _build(int(day), int(month), int(year), text)
    if match := WRITTEN_DATE.fullmatch(folded):
        day, word, year = match.groups()
        if word in MONTHS:
            return _build(int(day), MONTHS[word], _century(year), text)
    if SERIAL_TEXT.fullmatch(folded):
        return _from_serial(float(folded.replace(",", ".")), text)
    if (match := YEARLESS_DATE.fullmatch(folded)) and (match[2].isdigit() or match[2] in MONTHS):
        if known_year is not None:
            month = int(match[2]) if match[2].isdigit() else MONTHS[match[2]]
            return _build(int(match[1]), month, known_year, text)
        return Fault(
            f"La date {quoted(shown(text))} n’a pas d’année.",
            "écrivez la date sous la forme jj/mm/aaaa",
        )
    return _not_a_date(text)


def _century(year: str) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    return number + (2000 if number < TWO_DIGIT_YEARS_2000 else 1900)


def _build(day: int, month: int, year: int, text: str) -> dt.date | Fault:
    try:
        return _in_range(dt.date(year, month, day), text)
    except ValueError:
        reason = f"La date {quoted(shown(text))} n’existe pas."
        hint = "une date s’écrit jour, mois, année" if month > 12 else ""
        return Fault(reason, hint)


def remembered(parse: Parser) -> Parser:
    """The same parser for a column whose texts come back: a register of 100 000 rows holds a few thousand dates."""
    known: dict[str, Value | Fault | None] = {}

    def parse_once(cell: Cell) -> Value | Fault | None:
        # Texts alone: as keys of a dictionary, 1, 1.0 and True are one.
        if not isinstance(cell, str):
            return parse(cell)
        try:
            return known[cell]
        except KeyError:
            if len(known) >= REMEMBERED_TEXTS:
                known.clear()
            value = known[cell] = parse(cell)
            return value

    return parse_once


def text_parser(longest: int, *, one_line: bool) -> Parser:
    """Texts of at most `longest` characters; a longer one is refused, never cut."""

    def parse(cell: Cell) -> str | Fault | None:
        if cell.__class__ is str:
            text = cell.strip() if cell.isprintable() else _clean(cell, one_line=one_line)
        else:
            text = shown(cell)
        if len(text) > longest:
            return Fault(
                f"Ce texte a {len(text)} caractères, la limite est de {longest}.",
                "abrégez ce texte ou placez la suite dans une colonne d’observations",
            )
        if len(text) < 15 and text.lower() in NOTHING:
            return None
        return text

    return parse


def _clean(text: str, *, one_line: bool) -> str:
    cleaned = clean_text(text)
    return SPACES.sub(" ", cleaned) if one_line else cleaned


def choice_parser(words: Mapping[str, str], *, what: str, expected: str) -> Parser:
    """Codes from people's words. `words` has folded keys; `what` ends « … n'est pas » (« un canal connu »)."""

    def parse(cell: Cell) -> str | Fault | None:
        text = shown(cell)
        if text.lower() in NOTHING:
            return None
        word = fold(text)
        code = words.get(word)
        if code is None:
            return Fault(f"{quoted(text)} n’est pas {what}.", f"valeurs possibles : {expected}")
        return code

    return remembered(parse)


def parse_reason(cell: Cell) -> str | None:
    """« Oui », a cross or the reason itself; None for « non »."""
    text = shown(cell)
    if text.lower() in NOTHING or fold(text) in {"non", "n", "faux", "0"}:
        return None
    return "oui" if fold(text) in {"oui", "o", "x", "vrai", "1"} else text


def parse_integer(cell: Cell) -> int | Fault | None:
    text = shown(cell)
    if text.lower() in NOTHING:
        return None
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    return Fault(f"{quoted(text)} n’est pas un nombre entier.")
