"""Small files of every kind that people send, and of those that nobody should."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile

PDF: Final = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(64) + b"\xff\xd9"
TIFF: Final = b"II*\x00\x08\x00\x00\x00" + bytes(32)
HEIC: Final = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(32)
MAIL: Final = (
    b"From: Mairie <mairie@commune.example>\r\nSubject: Demande\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html\r\n\r\n<html><body>Bonjour</body></html>\r\n"
)
TEXT: Final = "Madame, Monsieur,\r\nje vous écris…\r\n".encode()
PROGRAM: Final = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" + bytes(64)
SVG: Final = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE: Final = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def png(width: int = 1) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00" + b"\xff" * width)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


PNG: Final = png()


def archive(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return made.getvalue()


def openxml(part: str, **members: bytes) -> bytes:
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{part}.main+xml"/></Types>'
    return archive({"[Content_Types].xml": types.encode(), "_rels/.rels": b"<Relationships/>"} | members)


def opendocument(what: str, **members: bytes) -> bytes:
    mimetype = f"application/vnd.oasis.opendocument.{what}".encode()
    return archive({"mimetype": mimetype, "META-INF/manifest.xml": b"<manifest/>"} | members)


DOCX: Final = openxml("wordprocessingml.document")
ODT: Final = opendocument("text")
ZIP: Final = archive({"lettre.txt": TEXT})
DOCM_INSIDE: Final = openxml("wordprocessingml.document", **{"word/vbaProject.bin": b"x"})


def ole(*streams: str) -> bytes:
    """As much of a compound file as its directory: a header, then entries of 128 bytes."""
    entries = b""
    for stream in ("Root Entry", *streams):
        name = stream.encode("utf-16-le")
        entries += (name.ljust(64, b"\x00") + struct.pack("<H", len(name) + 2)).ljust(128, b"\x00")
    return OLE.ljust(512, b"\x00") + entries


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    """As it comes from a browser; `name` as it is given, path included."""
    file = SimpleUploadedFile("x", content)
    file._name = name  # type: ignore[attr-defined]  # Django would already take the path away
    return file
