"""Text that people and files bring in."""

import unicodedata


def clean_text(value: str) -> str:
    """`value` without control characters (a NUL never reaches the database) nor lone surrogates, composed (NFC) and
    stripped. Line breaks, tabs and emoji stay."""
    if value.isascii() and value.isprintable():
        return value.strip()
    kept = "".join(char for char in value if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()
