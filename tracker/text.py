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
