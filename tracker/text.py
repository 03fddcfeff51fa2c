"""Text that people and files bring in."""

import re
import unicodedata

# Unicode's Cc and Cs, but for the tab and the line break; spaces of no width; what turns the direction of writing, and
# with it the rest of the line on a screen. The joiner of zero width stays: emoji are made with it.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")


def clean_text(value: str) -> str:
    """`value` without control characters (a NUL never reaches the database), invisible ones nor lone surrogates,
    composed (NFC) and stripped. Line breaks, tabs and emoji stay."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return unicodedata.normalize("NFC", UNWANTED.sub("", value)).strip()


# What else no screen shows of a name, and what no file system of a workplace takes.
INVISIBLE = re.compile("[\u00ad\u061c\u200c\u200e\u200f\u2028\u2029]")
FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*\t\r\n]')
LONGEST_FILE_NAME = 150
LONGEST_EXTENSION = 12


def clean_file_name(value: str) -> str:
    """The name of a file as a person reads it: without a path, without what no screen shows, cut before its extension.
    Never empty."""
    name = clean_text(INVISIBLE.sub("", value)).replace("\\", "/").rpartition("/")[2]
    name = re.sub(r"\s+", " ", FORBIDDEN_IN_NAMES.sub("_", name)).strip(" .") or "sans nom"
    if len(name) <= LONGEST_FILE_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > LONGEST_EXTENSION:
        return name[:LONGEST_FILE_NAME]
    return f"{stem[: LONGEST_FILE_NAME - len(extension) - 1].rstrip(' .')}.{extension}"


KIBI = 1024
TENTHS_BELOW = 10


def size_words(size: int) -> str:
    """« 240 ko », « 1,4 Mo »: as the person's own computer says it."""
    if size < KIBI:
        return f"{size} octet" if size <= 1 else f"{size} octets"
    value, unit = size / KIBI, "ko"
    if value >= KIBI - 0.5:
        value, unit = value / KIBI, "Mo"
    if unit == "Mo" and value < TENTHS_BELOW - 0.05:
        return f"{value:.1f}".removesuffix(".0").replace(".", ",") + f"\xa0{unit}"
    return f"{value:.0f}\xa0{unit}"
