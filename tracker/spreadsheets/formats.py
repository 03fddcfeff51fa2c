"""What a file really is, whatever its name says, told from its content without unfolding it."""

from __future__ import annotations

import enum
import struct
import zipfile
import zlib
from pathlib import Path

from tracker.spreadsheets.errors import (
    CorruptWorkbook,
    EncryptedWorkbook,
    ExpandsTooMuch,
    FileTooLarge,
    FormatMismatch,
    NotASpreadsheet,
)

MAX_BYTES = 50 * 1000 * 1000
# A register of a busy préfecture (100 000 rows × 15 columns) unfolds into about 100 MB.
MAX_UNFOLDED_BYTES = 1000 * 1000 * 1000
MAX_RATIO = 250
RATIO_MATTERS_FROM_BYTES = 50 * 1000 * 1000
MAX_ZIP_MEMBERS = 5_000
MAX_ZIP_DIRECTORY_BYTES = 1000 * 1000

ZIP_MAGIC = b"PK\x03\x04"
ZIP_END_MAGIC = b"PK\x05\x06"
ZIP_END_LONGEST = 22 + 65_535
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"

ODS_MANIFEST = "META-INF/manifest.xml"
MAX_MEMBER_START = 100_000
# BIFF8: the record that begins the workbook, and the one that says that what follows is encrypted.
XLS_BEGINNING = b"\x09\x08\x10\x00\x00\x06\x05\x00"
XLS_FILEPASS = 0x2F
XLS_RECORDS_BEFORE_FILEPASS = 6

ACCEPTED = "Enregistrez-le depuis votre tableur au format .xlsx, .xls ou .ods."


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
        found = _zip_format(path, size)
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
        return f"Ce fichier est un PDF{named}, pas un classeur. {ACCEPTED}"
    if text[:1] == b"<":
        return (
            f"Ce fichier est une page web ou du XML{named}, pas un classeur. Ouvrez-le dans votre tableur. {ACCEPTED}"
        )
    if b"\x00" not in start:
        return f"Ce fichier est du texte (CSV){named}, pas un classeur. Ouvrez-le dans votre tableur. {ACCEPTED}"
    return f"Ce fichier n’est pas un classeur{named}. {ACCEPTED}"


def _zip_format(path: Path, size: int) -> Format:
    _check_zip_directory(path, size)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_declared_sizes(members, size)
            names = {member.filename for member in members}
            mimetype = _start_of(archive, "mimetype", names).strip()
            manifest = _start_of(archive, ODS_MANIFEST, names) if mimetype == ODS_MIMETYPE else b""
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        # RuntimeError is zipfile's word for an encrypted member, NotImplementedError for an unknown compression.
        raise CorruptWorkbook(_corrupt()) from error
    if b"encryption-data" in manifest:
        raise EncryptedWorkbook(encrypted_sentence())
    return _format_of_members(names, mimetype)


def _start_of(archive: zipfile.ZipFile, member: str, names: set[str]) -> bytes:
    """The first bytes of a member, whatever size it announces; nothing where it is absent."""
    if member not in names:
        return b""
    with archive.open(member) as source:
        return source.read(MAX_MEMBER_START)


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
    raise NotASpreadsheet(f"Ce fichier est {what}, pas un classeur qui se lit ici. {ACCEPTED}")


def _check_zip_directory(path: Path, size: int) -> None:
    """Refuse a table of contents of millions of entries before it is loaded into memory."""
    with path.open("rb") as source:
        source.seek(max(0, size - ZIP_END_LONGEST))
        tail = source.read()
    position = tail.rfind(ZIP_END_MAGIC)
    if position < 0 or len(tail) < position + 22:
        raise CorruptWorkbook(_corrupt())
    directory_bytes = struct.unpack_from("<I", tail, position + 12)[0]
    if directory_bytes > MAX_ZIP_DIRECTORY_BYTES:
        raise ExpandsTooMuch(_expands())


def _check_declared_sizes(members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse what announces itself as a bomb; one that lies is stopped by the limits of the reading process."""
    unfolded = sum(member.file_size for member in members)
    out_of_proportion = unfolded > RATIO_MATTERS_FROM_BYTES and unfolded > MAX_RATIO * size
    if len(members) > MAX_ZIP_MEMBERS or unfolded > MAX_UNFOLDED_BYTES or out_of_proportion:
        raise ExpandsTooMuch(_expands())
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedWorkbook(encrypted_sentence())


def _ole_format(content: bytes) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise EncryptedWorkbook(encrypted_sentence())
    if "WordDocument".encode("utf-16-le") in content:
        raise NotASpreadsheet(f"Ce fichier est un document de traitement de texte, pas un classeur. {ACCEPTED}")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        if _xls_is_encrypted(content):
            raise EncryptedWorkbook(encrypted_sentence())
        return Format.XLS
    raise NotASpreadsheet(f"Ce fichier n’est pas un classeur. {ACCEPTED}")


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
