"""An antivirus that speaks clamd's protocol over a real socket, and finds one virus: the harmless EICAR test file."""

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

# In two halves: the whole of it would make an antivirus delete this file.
EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST: Final = 1024 * 1024


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = self.rfile.readline(1) + self.until_nul()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM":
            self.wfile.write(self.server.answer(self))

    def until_nul(self) -> bytes:
        said = b""
        while (byte := self.rfile.read(1)) not in (b"", b"\0"):
            said += byte
        return said

    def stream(self) -> bytes | None:
        """What is sent piece by piece; None beyond `MOST`, as clamd stops listening."""
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > MOST:
                return None
        return content


def honest(handler: Handler) -> bytes:
    content = handler.stream()
    if content is None:
        return b"INSTREAM size limit exceeded. ERROR\0"
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


def dumb(handler: Handler) -> bytes:
    """Listens, and ends without a word."""
    handler.stream()
    return b""


@contextmanager
def serving(answer: Callable[[Handler], bytes] = honest, path: Path | None = None) -> Iterator[str]:
    """Its address, as `CLAMD_ADDRESS` wants it; a free port, or the socket at `path`."""
    kind: Any = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
    with kind(str(path) if path else ("127.0.0.1", 0), Handler) as server:
        server.answer = answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield str(path) if path else "{}:{}".format(*server.server_address)
        server.shutdown()
        thread.join()
