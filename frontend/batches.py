"""Several demandes chosen on one page: what a form says of them, before the database is asked."""

from collections.abc import Iterable

LONGEST_REFERENCE = 24
LONGEST_VERSION = 9


def possible(references: Iterable[str]) -> list[str]:
    """Those that the database can be asked for: whatever was typed in an address, PostgreSQL refuses a NUL."""
    return [each for each in references if "\0" not in each and len(each) <= LONGEST_REFERENCE]


def version_in(text: str) -> int | None:
    """The version that a form was opened on; None where the text is no version."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_VERSION else None
