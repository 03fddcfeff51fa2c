"""Text that people and files bring in."""

import re
import unicodedata

# Unicode's Cc and Cs, but for the tab and the line break.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_text(value: str) -> str:
    """`value` without control characters (a NUL never reaches the database) nor lone surrogates, composed (NFC) and
    stripped. Line breaks, tabs and emoji stay."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return unicodedata.normalize("NFC", UNWANTED.sub("", value)).strip()
