"""What a file from outside is, told from its content, and whether it may be attached to a demande.

The rule fits in a sentence: the signature of an accepted format at its very first byte, the extension of that format,
and no second format that a machine would run or unfold. Nothing here trusts the name, nor what the browser says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Final

from tracker.containers import (
    ODF_MANIFEST,
    OLE_MAGIC,
    ZIP_MAGIC,
    BadContainer,
    EncryptedContainer,
    OversizedContainer,
    has_stream,
    opened_zip,
    start_of,
    zip_directory_bytes,
)
from tracker.errors import FileRefused


@dataclass(frozen=True, slots=True)
class FileType:
    """A format that may be attached. `code` is what the journal holds, `label` what a person reads."""

    code: str
    label: str
    extensions: tuple[str, ...]
    content_type: str


OPENXML: Final = "application/vnd.openxmlformats-officedocument."
OPENDOCUMENT: Final = "application/vnd.oasis.opendocument."
TYPES: Final = {
    found.code: found
    for found in (
        FileType("pdf", "PDF", (".pdf",), "application/pdf"),
        FileType("jpeg", "image JPEG", (".jpg", ".jpeg"), "image/jpeg"),
        FileType("png", "image PNG", (".png",), "image/png"),
        FileType("tiff", "image TIFF", (".tif", ".tiff"), "image/tiff"),
        FileType("heic", "photo HEIC", (".heic", ".heif"), "image/heic"),
        FileType("docx", "document Word", (".docx",), f"{OPENXML}wordprocessingml.document"),
        FileType("xlsx", "classeur Excel", (".xlsx",), f"{OPENXML}spreadsheetml.sheet"),
        FileType("pptx", "présentation PowerPoint", (".pptx",), f"{OPENXML}presentationml.presentation"),
        FileType("odt", "document LibreOffice", (".odt",), f"{OPENDOCUMENT}text"),
        FileType("ods", "classeur LibreOffice", (".ods",), f"{OPENDOCUMENT}spreadsheet"),
        FileType("odp", "présentation LibreOffice", (".odp",), f"{OPENDOCUMENT}presentation"),
        FileType("doc", "document Word", (".doc",), "application/msword"),
        FileType("xls", "classeur Excel", (".xls",), "application/vnd.ms-excel"),
        FileType("ppt", "présentation PowerPoint", (".ppt",), "application/vnd.ms-powerpoint"),
        FileType("msg", "courriel Outlook", (".msg",), "application/vnd.ms-outlook"),
        FileType("eml", "courriel", (".eml",), "message/rfc822"),
        FileType("txt", "texte", (".txt",), "text/plain"),
    )
}
BY_EXTENSION: Final = {extension: found for found in TYPES.values() for extension in found.extensions}
ACCEPTED: Final = "un PDF, une image, un document Word, Excel, PowerPoint ou LibreOffice, un courriel ou un texte"

# --- What is refused by its name already: the sentence is then about what to do ---------------------------------------

ARCHIVES: Final = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".cab", ".iso"})
PROGRAMS: Final = frozenset(
    {
        ".exe", ".msi", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".jar",
        ".lnk", ".url", ".dll", ".reg", ".sh", ".py", ".php", ".apk", ".cpl", ".pif",
    }
)  # fmt: skip
WEB: Final = frozenset({".svg", ".svgz", ".html", ".htm", ".xhtml", ".mht", ".mhtml", ".xml", ".xsl"})
MACROS: Final = frozenset(
    {".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".xlsb", ".pptm", ".potm", ".ppsm", ".ppam", ".sldm"}
)

ARCHIVE_REFUSED: Final = "une archive ne peut pas être jointe. Ouvrez-la et joignez les fichiers qu’elle contient."
PROGRAM_REFUSED: Final = "un programme ne peut pas être joint. Si vous ne l’attendiez pas, ne l’ouvrez pas."
WEB_REFUSED: Final = (
    "une page web ou une image SVG peut contenir un programme. Ouvrez-la, imprimez-la en PDF et joignez ce PDF."
)
MACROS_REFUSED: Final = (
    "ce document contient des macros. Enregistrez-le sans macros (.docx, .xlsx, .odt…) ou en PDF, et joignez cette "
    "copie."
)
PROTECTED_REFUSED: Final = (
    "ce document est protégé par un mot de passe. Enregistrez-le sans mot de passe et joignez cette copie."
)
OVERSIZED_REFUSED: Final = "ce document se déplie en un contenu démesuré. Enregistrez-le en PDF et joignez ce PDF."
HIDING_REFUSED: Final = "ce fichier en cache un autre. Ouvrez-le, imprimez-le en PDF et joignez ce PDF."
EMPTY_REFUSED: Final = "ce fichier est vide."

# --- Signatures -------------------------------------------------------------------------------------------------------

START: Final = 4096
SIGNATURES: Final = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
HEIC: Final = re.compile(rb".{4}ftyp(?:heic|heix|heim|heis|hevc|mif1|msf1)", re.DOTALL)
PROGRAM_SIGNATURES: Final = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"L\x00\x00\x00\x01\x14\x02",
)
ARCHIVE_SIGNATURES: Final = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF")
WEB_PAGE: Final = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|script|svg|iframe|\?php)\b|<\?php", re.IGNORECASE)
PDF_START: Final = 1024
"""Readers of PDF accept the signature anywhere in these first bytes."""

OFFICE_PARTS: Final = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
    "pptx": b"presentationml.presentation.main+xml",
}
OLE_STREAMS: Final = {
    "doc": ("WordDocument",),
    "xls": ("Workbook", "Book"),
    "ppt": ("PowerPoint Document",),
    "msg": ("__properties_version1.0",),
}
MACRO_MEMBER: Final = re.compile(r"(?:^|/)vbaProject\.bin$|^Basic/|^Scripts/", re.IGNORECASE)
PROGRAM_MEMBER: Final = re.compile(r"^(?:META-INF/MANIFEST\.MF|AndroidManifest\.xml|classes\.dex)$")

BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
MAIL_HEADER: Final = re.compile(
    rb"^(from|received|date|subject|message-id|mime-version|return-path)[ \t]*:", re.I | re.M
)
MAIL_START: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]*[ \t]*:|From ")
MAIL_HEADERS_NEEDED: Final = 2


def recognise(file: IO[bytes], name: str) -> FileType:
    """The type of `file`, called `name` by whoever sends it. Raises FileRefused with what to do instead."""
    extension = PurePath(name).suffix.lower()
    expected = BY_EXTENSION.get(extension)
    if expected is None:
        raise FileRefused(refused_extension(extension))
    file.seek(0)
    start = file.read(START)
    if not start:
        raise FileRefused(EMPTY_REFUSED)
    found = codes_of(file, start)
    if expected.code not in found:
        raise FileRefused(WEB_REFUSED if WEB_PAGE.search(start) else not_what_it_says(extension, found))
    refuse_second_format(file, start, expected)
    return expected


def refused_extension(extension: str) -> str:
    for extensions, sentence in (
        (ARCHIVES, ARCHIVE_REFUSED),
        (PROGRAMS, PROGRAM_REFUSED),
        (WEB, WEB_REFUSED),
        (MACROS, MACROS_REFUSED),
    ):
        if extension in extensions:
            return sentence
    if not extension:
        return f"son nom ne dit pas ce que c’est («\xa0.pdf\xa0», «\xa0.jpg\xa0»…). Renommez-le, ou joignez {ACCEPTED}."
    return f"les fichiers «\xa0{extension[:12]}\xa0» ne sont pas acceptés. Joignez {ACCEPTED}."


def not_what_it_says(extension: str, found: Iterable[str]) -> str:
    really = next(iter(found), "")
    said = f"son contenu n’est pas celui d’un fichier «\xa0{extension}\xa0»"
    if really and really != "txt":
        known = TYPES[really]
        really_is = f"c’est un fichier «\xa0{known.extensions[0]}\xa0» ({known.label})"
        return f"{said}\xa0: {really_is}. Renommez-le ainsi et recommencez."
    return f"{said}. Ouvrez-le avec le logiciel qui l’a produit, enregistrez-le ou imprimez-le en PDF et recommencez."


def codes_of(file: IO[bytes], start: bytes) -> tuple[str, ...]:
    """The types that the content may be of; several for an OLE container or a text: the extension decides."""
    for signature, code in SIGNATURES:
        if start.startswith(signature):
            return (code,)
    if HEIC.match(start):
        return ("heic",)
    if start.startswith(ZIP_MAGIC):
        return zip_code(file)
    if start.startswith(OLE_MAGIC):
        return ole_codes(file)
    if start.startswith(PROGRAM_SIGNATURES):
        raise FileRefused(PROGRAM_REFUSED)
    if start.startswith(ARCHIVE_SIGNATURES):
        raise FileRefused(ARCHIVE_REFUSED)
    return text_codes(file, start)


def zip_code(file: IO[bytes]) -> tuple[str, ...]:
    """The office format of a zip container; an archive that is none is refused."""
    try:
        with opened_zip(file) as archive:
            names = archive.namelist()
            types = start_of(archive, "[Content_Types].xml")
            mimetype = start_of(archive, "mimetype").strip().decode("ascii", "replace")
            manifest = start_of(archive, ODF_MANIFEST)
    except EncryptedContainer as error:
        raise FileRefused(PROTECTED_REFUSED) from error
    except OversizedContainer as error:
        raise FileRefused(OVERSIZED_REFUSED) from error
    except BadContainer as error:
        raise FileRefused("ce fichier est endommagé. Ouvrez-le, enregistrez-le de nouveau et recommencez.") from error
    if b"macroEnabled" in types or any(MACRO_MEMBER.search(name) for name in names):
        raise FileRefused(MACROS_REFUSED)
    if any(PROGRAM_MEMBER.search(name) for name in names):
        raise FileRefused(PROGRAM_REFUSED)
    if b"encryption-data" in manifest:
        raise FileRefused(PROTECTED_REFUSED)
    found = [code for code, part in OFFICE_PARTS.items() if part in types]
    found += [code for code in ("odt", "ods", "odp") if TYPES[code].content_type == mimetype]
    if not found:
        raise FileRefused(ARCHIVE_REFUSED)
    if len(found) > 1:
        raise FileRefused(HIDING_REFUSED)
    return tuple(found)


def ole_codes(file: IO[bytes]) -> tuple[str, ...]:
    """The older office formats, and the messages of Outlook: one may hold another, so each that is there is named."""
    file.seek(0)
    content = file.read()
    if has_stream(content, "EncryptedPackage"):
        raise FileRefused(PROTECTED_REFUSED)
    if has_stream(content, "_VBA_PROJECT"):
        raise FileRefused(MACROS_REFUSED)
    return tuple(code for code, names in OLE_STREAMS.items() if any(has_stream(content, name) for name in names))


def text_codes(file: IO[bytes], start: bytes) -> tuple[str, ...]:
    """Text, which has no signature: no byte that a text cannot hold. A message is a text that begins with its
    headers."""
    if start.startswith(UTF16):
        return ("txt",) if len(start) > len(UTF16[0]) else ()
    file.seek(0)
    if BINARY.search(file.read()):
        return ()
    headers = {name.lower() for name in MAIL_HEADER.findall(start)}
    if MAIL_START.match(start) and len(headers) >= MAIL_HEADERS_NEEDED:
        return ("eml", "txt")
    return ("txt",)


def refuse_second_format(file: IO[bytes], start: bytes, found: FileType) -> None:
    """A file that is also something else: a page that a browser would run, a PDF behind a picture, an archive behind
    a PDF. A message is made of pages and files, in their envelope: only its own signature matters."""
    if found.code == "eml":
        return
    readable = start.decode("utf-16", "ignore").encode() if start.startswith(UTF16) else start
    if WEB_PAGE.search(readable):
        raise FileRefused(WEB_REFUSED if found.code == "txt" else HIDING_REFUSED)
    if found.code != "pdf" and b"%PDF-" in start[:PDF_START]:
        raise FileRefused(HIDING_REFUSED)
    if not start.startswith((ZIP_MAGIC, OLE_MAGIC)) and zip_directory_bytes(file) is not None:
        raise FileRefused(HIDING_REFUSED)
