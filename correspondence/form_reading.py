"""Reading a French letter for the control of form: words however they are written, dates, delays, coordinates. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from tracker.dates import nearest_day, real_day

MONTHS: Final = (
    ("janvier", "janv", "jan"), ("fevrier", "fevr", "fev"), ("mars",), ("avril", "avr"), ("mai",), ("juin",),
    ("juillet", "juil"), ("aout",), ("septembre", "sept", "sep"), ("octobre", "oct"), ("novembre", "nov"),
    ("decembre", "dec"),
)  # fmt: skip
MONTH_NUMBERS: Final = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
NUMBER_WORDS: Final = (
    "un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente"
)
DAY_WORDS: Final = {
    word: number
    for number, word in enumerate(
        (
            "premier", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
            "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf", "vingt", "vingt et un",
            "vingt-deux", "vingt-trois", "vingt-quatre", "vingt-cinq", "vingt-six", "vingt-sept", "vingt-huit",
            "vingt-neuf", "trente", "trente et un",
        ),
        1,
    )
}  # fmt: skip

_MONTH = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
_DAY = "|".join(sorted(DAY_WORDS, key=len, reverse=True))
IN_WORDS: Final = re.compile(rf"\b(?:(\d{{1,2}})(?: ?er)?|({_DAY}))\s+({_MONTH})\b\.?(?:\s+(\d{{4}})\b)?")
IN_FIGURES: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/.-]?\d)")
ISO: Final = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
DELAY: Final = re.compile(
    rf"\b(?:sous|dans|d'ici|en|delai de|delai maximal de)\s+(?:un delai de\s+)?"
    rf"(?:(?:\d{{1,3}}|{NUMBER_WORDS})\s+(?:jours?|semaines?|mois)|huitaine|quinzaine)\b"
)
PHONE: Final = re.compile(r"(?<!\d)(?:(?:\+|00)\s?\d{2,3}[\s.-]?|0)[1-9](?:[\s.-]?\d{2}){4}(?!\d)|(?<!\d)34\s?00(?!\d)")
EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
POSTCODE: Final = re.compile(r"(?<![\d-])\d{2}\s?\d{3}(?![\d-])\s+[^\W\d_]")
SENTENCE_END: Final = re.compile(r"[.!?;:]\s|\n\s*\n|\n\s*[-–•]")
MARKS: Final = re.compile(r"\*\*|__|^\s{0,3}#{1,6}\s|`", re.MULTILINE)

_SIGNS: Final = str.maketrans({"’": "'", "‘": "'", "‑": "-", "–": "-", "—": "-", "−": "-", "œ": "oe", "æ": "ae"})


def plain(text: str) -> str:
    """`text` in lower case, without accents, with one kind of apostrophe, dash and space: two spellings of the same
    words become one."""
    lowered = text.casefold().translate(_SIGNS)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))
    return " ".join(bare.translate(_SIGNS).split())


def holds(text: str, words: str) -> bool:
    """Whether `text` holds these words, whole, however they are capitalised, accented and broken over lines. `text` is
    already plain."""
    wanted = plain(words)
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text) is not None


def dates_in(text: str, today: date) -> set[date]:
    """The dates that a text gives: 04/12/2026, 4.12.26, 4 décembre 2026, 1er déc., le quatre décembre, 2026-12-04.
    Without its year, a date is the one nearest to `today`."""
    return {day for day in _dates(plain(text), today) if day is not None}


def _dates(text: str, today: date) -> Iterator[date | None]:
    for year, month, number in ISO.findall(text):
        yield real_day(int(year), int(month), int(number))
    for number, _, month, year in IN_FIGURES.findall(text):
        yield real_day(int(year) + (2000 if len(year) < 4 else 0), int(month), int(number))
    for figures, word, month, year in IN_WORDS.findall(text):
        number = int(figures) if figures else DAY_WORDS[word]
        if year:
            yield real_day(int(year), MONTH_NUMBERS[month], number)
        else:
            yield nearest_day(MONTH_NUMBERS[month], number, today)


def delay_in(text: str) -> str:
    """The first delay announced as a duration (« sous 10 jours »), as plain words; empty without one."""
    found = DELAY.search(plain(text))
    return found[0] if found else ""


def longest_sentence(text: str) -> str:
    return max(SENTENCE_END.split(text), key=lambda part: len(part.split()), default="").strip()
