"""The antivirus, asked over its own protocol (clamd's INSTREAM), where `CLAMD_ADDRESS` names one."""

import socket
import struct
from dataclasses import dataclass
from typing import IO, Final

from django.conf import settings

from tracker.errors import SillageError

PIECE: Final = 64 * 1024
LONGEST_REPLY: Final = 4096
CONNECT_SECONDS: Final = 3.0
REPLY_SECONDS: Final = 30.0


class ScannerUnavailable(SillageError):
    """The antivirus did not answer, or could not say. The file is then not taken: docs/decisions/0009."""

    default = "L’antivirus ne répond pas."


@dataclass(frozen=True, slots=True)
class Address:
    """Of a clamd: a local socket (`path`), or a host and port."""

    path: str = ""
    host: str = ""
    port: int = 0


def parse_address(value: str) -> Address:
    """`/run/clamav/clamd.ctl`, or `127.0.0.1:3310`. Raises ValueError."""
    if value.startswith("/"):
        return Address(path=value)
    host, separator, port = value.rpartition(":")
    if not (separator and host and port.isascii() and port.isdigit()):
        raise ValueError(value)
    return Address(host=host.strip("[]"), port=int(port))


def is_configured() -> bool:
    return bool(settings.CLAMD_ADDRESS)


def find_virus(file: IO[bytes]) -> str:
    """The name of the virus found in `file`, empty where there is none. Raises ScannerUnavailable."""
    file.seek(0)
    try:
        with connected() as link:
            try:
                link.sendall(b"zINSTREAM\0")
                while piece := file.read(PIECE):
                    link.sendall(struct.pack("!I", len(piece)) + piece)
                link.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # It has closed the door on a file longer than it takes, and said so: read below.
            reply = read_reply(link)
    except OSError as error:
        raise ScannerUnavailable from error
    if reply.endswith(" FOUND"):
        return reply.removeprefix("stream: ").removesuffix(" FOUND")
    if reply != "stream: OK":
        raise ScannerUnavailable
    return ""


def ping() -> bool:
    """Whether the antivirus answers."""
    try:
        with connected() as link:
            link.sendall(b"zPING\0")
            return read_reply(link) == "PONG"
    except OSError:
        return False


def connected() -> socket.socket:
    address = parse_address(settings.CLAMD_ADDRESS)
    if address.path:
        link = socket.socket(socket.AF_UNIX)
        try:
            link.settimeout(CONNECT_SECONDS)
            link.connect(address.path)
        except OSError:
            link.close()
            raise
    else:
        link = socket.create_connection((address.host, address.port), timeout=CONNECT_SECONDS)
    link.settimeout(REPLY_SECONDS)
    return link


def read_reply(link: socket.socket) -> str:
    """Up to the NUL that ends it, or the end of the connection."""
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY and (piece := link.recv(LONGEST_REPLY)):
        reply += piece
    return reply.rstrip(b"\0").decode("utf-8", "replace")
