"""What a file really is, whatever its name says, told from its content without unfolding it."""

from __future__ import annotations

import enum
import struct
from pathlib import Path

from tracker.containers import (
    ODF_MANIFEST,
    OLE_MAGIC,
    ZIP_MAGIC,
    BadContainer,
    EncryptedContainer,
    OversizedContainer,
    opened_zip,
    start_of,
)
from tracker.spreadsheets.errors import (
    CorruptWorkbook,
    EncryptedWorkbook,
    ExpandsTooMuch,
    FileTooLarge,
    FormatMismatch,
    NotASpreadsheet,
)

MAX_BYTES = 50 * 1000 * 1000

ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
# BIFF8: the record that begins the workbook, and the one that says that what follows is encrypted.
XLS_BEGINNING = b"\x09\x08\x10\x00\x00\x06\x05\x00"
XLS_FILEPASS = 0x2F
XLS_RECORDS_BEFORE_FILEPASS = 6

ACCEPTED = "enregistrez-le depuis votre tableur au format .xlsx, .xls ou .ods."


class Format(enum.Enum):
    XLSX = ".xlsx"
    XLS = ".xls"
    ODS = ".ods"


EXTENSIONS = {
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".xls": Format.XLS,
    ".ods": Format.ODS,
}


def check_format(path: Path, name: str) -> Format:
    """The format of the workbook at `path`, whose name for people is `name` (uploads are stored under another one).

    Raises FileTooLarge, NotASpreadsheet, FormatMismatch, EncryptedWorkbook, CorruptWorkbook or ExpandsTooMuch.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileTooLarge(f"Ce fichier est trop volumineux ({size / 1e6:.0f} Mo) : la limite est de 50 Mo.")
    with path.open("rb") as source:
        start = source.read(4096)
    if start.startswith(ZIP_MAGIC):
        found = _zip_format(path)
    elif start.startswith(OLE_MAGIC):
        found = _ole_format(path.read_bytes())
    else:
        raise NotASpreadsheet(_describe_other(start, name))
    _check_extension(name, found)
    return found


def _check_extension(name: str, found: Format) -> None:
    extension = Path(name).suffix.lower()
    if not extension:
        return
    expected = EXTENSIONS.get(extension)
    if expected is None:
        raise FormatMismatch(
            f"Le nom de ce fichier finit par « {extension} » mais il contient un classeur {found.value} : "
            f"renommez-le en {found.value}."
        )
    if expected is not found:
        raise FormatMismatch(
            f"Ce fichier n’est pas ce que dit son nom : « {extension} » est annoncé, mais c’est un classeur "
            f"{found.value}. Renommez-le en {found.value}."
        )


def _describe_other(start: bytes, name: str) -> str:
    extension = Path(name).suffix.lower()
    named = f" malgré son nom en « {extension} »" if extension in EXTENSIONS else ""
    text = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start:
        return "Ce fichier est vide."
    if text.startswith(b"%PDF"):
        return f"Ce fichier est un PDF{named}, pas un classeur : {ACCEPTED}"
    if text[:1] == b"<":
        return f"Ce fichier est une page web ou du XML{named}, pas un classeur : {ACCEPTED}"
    if b"\x00" not in start:
        return f"Ce fichier est du texte (CSV){named}, pas un classeur : {ACCEPTED}"
    return f"Ce fichier n’est pas un classeur{named} : {ACCEPTED}"


def _zip_format(path: Path) -> Format:
    try:
        with path.open("rb") as source, opened_zip(source) as archive:
            names = set(archive.namelist())
            mimetype = start_of(archive, "mimetype").strip()
            manifest = start_of(archive, ODF_MANIFEST) if mimetype == ODS_MIMETYPE else b""
    except EncryptedContainer as error:
        raise EncryptedWorkbook(encrypted_sentence()) from error
    except OversizedContainer as error:
        raise expands_error() from error
    except BadContainer as error:
        raise corrupt_error() from error
    if b"encryption-data" in manifest:
        raise EncryptedWorkbook(encrypted_sentence())
    return _format_of_members(names, mimetype)


def _format_of_members(names: set[str], mimetype: bytes) -> Format:
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if mimetype == ODS_MIMETYPE:
        return Format.ODS
    if "word/document.xml" in names or mimetype.startswith(b"application/vnd.oasis.opendocument.text"):
        what = "un document de traitement de texte"
    elif "ppt/presentation.xml" in names or mimetype.startswith(b"application/vnd.oasis.opendocument.presentation"):
        what = "une présentation"
    elif "xl/workbook.bin" in names:
        what = "un classeur binaire .xlsb"
    elif "[Content_Types].xml" in names:
        raise CorruptWorkbook(_corrupt())
    else:
        what = "une archive"
    raise NotASpreadsheet(f"Ce fichier est {what}, pas un classeur qui se lit ici : {ACCEPTED}")


def _ole_format(content: bytes) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise EncryptedWorkbook(encrypted_sentence())
    if "WordDocument".encode("utf-16-le") in content:
        raise NotASpreadsheet(f"Ce fichier est un document de traitement de texte, pas un classeur : {ACCEPTED}")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        if _xls_is_encrypted(content):
            raise EncryptedWorkbook(encrypted_sentence())
        return Format.XLS
    raise NotASpreadsheet(f"Ce fichier n’est pas un classeur : {ACCEPTED}")


def _xls_is_encrypted(content: bytes) -> bool:
    """Whether one of the first records of the workbook is the one that comes before encrypted ones."""
    position = content.find(XLS_BEGINNING)
    for _ in range(XLS_RECORDS_BEFORE_FILEPASS):
        if not 0 <= position <= len(content) - 4:
            return False
        record, length = struct.unpack_from("<HH", content, position)
        if record == XLS_FILEPASS:
            return True
        position += 4 + length
    return False


def encrypted_sentence() -> str:
    return "Ce classeur est protégé par un mot de passe : enregistrez-le sans mot de passe, puis recommencez."


def _corrupt() -> str:
    return "Ce classeur est endommagé : ouvrez-le dans votre tableur et enregistrez-le de nouveau."


def _expands() -> str:
    return (
        "Ce classeur se déplie en un contenu démesuré : supprimez les lignes et les colonnes inutiles au-delà du "
        "tableau, puis enregistrez-le de nouveau."
    )


def corrupt_error() -> CorruptWorkbook:
    return CorruptWorkbook(_corrupt())


def expands_error() -> ExpandsTooMuch:
    return ExpandsTooMuch(_expands())
