"""Which column is which: what is recognised, what a person has said of the same headers before."""

import hashlib
from collections.abc import Mapping, Sequence

from tracker.models import ColumnMapping, Prefecture, TicketKind
from tracker.spreadsheets.headers import SheetPreview
from tracker.spreadsheets.wording import header_key

Columns = dict[str, str | None]
"""Code of the column → header as written, or None for « in no column »."""


def in_doubt(previews: Sequence[SheetPreview]) -> bool:
    """Whether a person is to say which column is which: no sheet can be read, or one has two columns for one date."""
    matches = [preview.match for preview in previews if preview.match]
    return not any(match.complete for match in matches) or any(match.ambiguous for match in matches)


def recall(prefecture: Prefecture, kind: TicketKind, previews: Sequence[SheetPreview]) -> Columns | None:
    """What was said of the headers of one of these sheets; None where they were never met."""
    found: Columns = {}
    digests = {digest_of(signature_of(texts)) for preview in previews for texts in header_rows(preview)}
    known = ColumnMapping.objects.filter(prefecture=prefecture, kind=kind)
    rows = list(known.filter(digest__in=digests).order_by("pk"))
    for row in rows:
        found |= row.mapping
    return found if rows else None


def remember(prefecture: Prefecture, kind: TicketKind, texts: Sequence[str], mapping: Mapping[str, str | None]) -> None:
    """Keep what a person said of a header row, given by its texts; saying it again replaces it."""
    signature = signature_of(texts)
    ColumnMapping.objects.update_or_create(
        prefecture=prefecture,
        kind=kind,
        digest=digest_of(signature),
        defaults={"signature": signature, "mapping": dict(mapping)},
    )


def header_rows(preview: SheetPreview) -> list[Sequence[str]]:
    """The texts of the header that is recognised; each of the first rows where none is, since a header that nothing
    recognises is known by what was said of it."""
    match = preview.match
    if match and len(match.lines) > 1:
        return [match.headers]
    return [texts for number, texts in preview.rows if match is None or number == match.row_number]


def signature_of(texts: Sequence[str]) -> str:
    """The same for two files with the same headers, whatever their capitals, accents and plurals."""
    return "|".join(map(header_key, texts)).rstrip("|")


def digest_of(signature: str) -> str:
    return hashlib.sha256(signature.encode()).hexdigest()
