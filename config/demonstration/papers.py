"""The papers attached to what is on the desks: small files made here, that open in any reader."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.files.base import ContentFile

from tracker import attachments
from tracker.models import Ticket
from tracker.writers import Author

EVERY = 3
"""One demande out of so many, among those that somebody handles, came with papers."""
PAGE_WIDTH, PAGE_HEIGHT, MARGIN, LINE = 595, 842, 72, 18
SCAN_WIDTH, SCAN_HEIGHT = 210, 297


def attach_papers(tickets: Iterable[Ticket], now: datetime) -> None:
    """A letter to some of these demandes, and a scanned page to some of those."""
    handled = [ticket for ticket in tickets if ticket.assignee is not None]
    for number, ticket in enumerate(handled[::EVERY]):
        lines = (ticket.sender_name, "", f"Objet : {ticket.subject}", "", "Document fictif de démonstration.")
        files = [ContentFile(pdf(lines), name="Courrier numérisé.pdf")]
        if number % EVERY == 0:
            files.append(ContentFile(scan(number), name="Pièce justificative.png"))
        attachments.attach(ticket.pk, files, Author(user=ticket.assignee, quiet=True, now=now))


def pdf(lines: Sequence[str]) -> bytes:
    """One page of text."""
    shown = " ".join(f"({escaped(line)}) Tj T*" for line in lines)
    text = f"BT /F1 12 Tf {LINE} TL {MARGIN} {PAGE_HEIGHT - MARGIN} Td {shown} ET".encode("cp1252", "replace")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {PAGE_WIDTH} {PAGE_HEIGHT}]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(made),
    )  # fmt: skip


def escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def scan(number: int) -> bytes:
    """A page with grey lines where a text would be; each number has its own."""
    rows = []
    for y in range(SCAN_HEIGHT):
        inked = 30 < y < SCAN_HEIGHT - 40 and y % 12 < 4
        width = SCAN_WIDTH - 60 - (y * 7 + number * 13) % 50
        row = bytearray(b"\xff" * SCAN_WIDTH)
        if inked:
            row[30 : 30 + width] = b"\x80" * width
        rows.append(b"\x00" + bytes(row))
    header = struct.pack(">IIBBBBB", SCAN_WIDTH, SCAN_HEIGHT, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
