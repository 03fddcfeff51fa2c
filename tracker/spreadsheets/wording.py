"""Comparing what people write: without accents, capitals and punctuation; headers without plural or gender too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MONTH_NAMES = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
YEAR = re.compile(r"(?<!\d)20[1-4]\d(?!\d)")
WHOLE_DATE = re.compile(r"\d{1,2}(?:er)?(?:\s*[/.-]\s*\d{1,2}\s*[/.-]\s*|\s+[^\W\d]+\.?\s+)\d{4}")
LINK_WORDS = frozenset({"d", "de", "du", "des", "l", "la", "les", "en", "e", "s", "es", "a"})


def fold(text: str, *, keep: str = "") -> str:
    """Lower case, no accents, one space wherever there was punctuation other than `keep`."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("°", " ").replace("º", " ")
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() or letter in keep else " " for letter in text).split())


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """What two wordings of a header have in common: « Reçue le » and « Reçu(e) le », « N° d'ordre » and « n ordre »."""
    words = (word for word in fold(text).split() if word not in LINK_WORDS)
    return " ".join(_stem(word) for word in words)


def _stem(word: str) -> str:
    if len(word) > 3 and word.endswith("s"):
        word = word[:-1]
    if word.endswith(("ee", "ue")):
        word = word[:-1]
    return word


def sheet_month(name: str) -> int | None:
    """The month (1 to 12) that a sheet's name says (« Janvier », « 03-mars 2022 »); None for another name."""
    months = [word for word in fold(name).split() if not word.isdigit()]
    if len(months) != 1:
        return None
    found = [
        number
        for number, month in enumerate(MONTH_NAMES, 1)
        if month.startswith(months[0])
        and (len(months[0]) >= 4 or months[0] in {"jan", "fev", "mai", "avr"} | {month[:3]})
    ]
    return found[0] if len(found) == 1 else None


def sheet_year(name: str, titles: Iterable[str]) -> int | None:
    """The year of a sheet's dates, as its name says it (« Janvier 2023 », « 2023 »), else as its titles do; None where
    they say none or several. A whole date in a title (« mis à jour le 05/01/2024 ») says nothing of the others."""
    if sheet_month(name) is not None or name.strip().isdigit():
        years = set(YEAR.findall(name))
        if years:
            return int(years.pop()) if len(years) == 1 else None
    years = {year for title in titles for year in YEAR.findall(WHOLE_DATE.sub(" ", title))}
    return int(years.pop()) if len(years) == 1 else None


def quoted(text: str) -> str:
    """The text between French quotation marks, shortened so that a sentence stays a sentence."""
    flat = " ".join(text.split())
    return f"«\u00a0{flat if len(flat) <= 60 else flat[:59] + '…'}\u00a0»"


def column_letters(index: int) -> str:
    """« A » for 0, « AA » for 26."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters
