"""Zip and OLE containers (office documents are made of one or the other), looked into without being unfolded."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

# A register of a busy préfecture (100 000 rows × 15 columns) unfolds into about 100 MB.
MAX_UNFOLDED_BYTES: Final = 1000 * 1000 * 1000
MAX_RATIO: Final = 250
RATIO_MATTERS_FROM_BYTES: Final = 50 * 1000 * 1000
MAX_MEMBERS: Final = 5_000
MAX_DIRECTORY_BYTES: Final = 1000 * 1000
MAX_MEMBER_START: Final = 100_000

ZIP_MAGIC: Final = b"PK\x03\x04"
ZIP_END_MAGIC: Final = b"PK\x05\x06"
ZIP_END_LENGTH: Final = 22
ZIP_END_LONGEST: Final = ZIP_END_LENGTH + 65_535
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_ENTRY: Final = 128
OLE_NAME: Final = 64
ODF_MANIFEST: Final = "META-INF/manifest.xml"


class BadContainer(Exception):
    """Damaged, or no container at all."""


class OversizedContainer(BadContainer):
    """It announces a content out of all proportion."""


class EncryptedContainer(BadContainer):
    """A password is needed to look into it."""


@contextmanager
def opened_zip(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The archive in `file`, once its table of contents and the sizes that it announces are known to be reasonable; one
    that lies is stopped by whoever unfolds it. Raises BadContainer, OversizedContainer or EncryptedContainer, also for
    what goes wrong inside the block."""
    size = file.seek(0, 2)
    directory = zip_directory_bytes(file)
    if directory is None:
        raise BadContainer
    if directory > MAX_DIRECTORY_BYTES:
        raise OversizedContainer
    try:
        with zipfile.ZipFile(file) as archive:
            check_announced(archive.infolist(), size)
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        # RuntimeError is zipfile's word for an encrypted member, NotImplementedError for an unknown compression.
        raise BadContainer from error


def zip_directory_bytes(file: IO[bytes]) -> int | None:
    """How many bytes its table of contents announces, to be known before it is loaded into memory; None where `file`
    does not end as an archive does."""
    file.seek(max(0, file.seek(0, 2) - ZIP_END_LONGEST))
    tail = file.read()
    position = tail.rfind(ZIP_END_MAGIC)
    if position < 0 or len(tail) < position + ZIP_END_LENGTH:
        return None
    return int(struct.unpack_from("<I", tail, position + 12)[0])


def check_announced(members: list[zipfile.ZipInfo], size: int) -> None:
    unfolded = sum(member.file_size for member in members)
    out_of_proportion = unfolded > RATIO_MATTERS_FROM_BYTES and unfolded > MAX_RATIO * size
    if len(members) > MAX_MEMBERS or unfolded > MAX_UNFOLDED_BYTES or out_of_proportion:
        raise OversizedContainer
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedContainer


def start_of(archive: zipfile.ZipFile, member: str) -> bytes:
    """The first bytes of a member, whatever size it announces; nothing where it is absent."""
    try:
        info = archive.getinfo(member)
    except KeyError:
        return b""
    with archive.open(info) as source:
        return source.read(MAX_MEMBER_START)


def has_stream(content: bytes, name: str) -> bool:
    """Whether an OLE container has an entry of that name: entries stand every 128 bytes, and tell their name's length,
    so that a document which only speaks of the name is not taken for one."""
    wanted = name.encode("utf-16-le")
    length = struct.pack("<H", len(wanted) + 2)
    position = content.find(wanted)
    while position >= 0:
        if position % OLE_ENTRY == 0 and content[position + OLE_NAME : position + OLE_NAME + 2] == length:
            return True
        position = content.find(wanted, position + 1)
    return False
