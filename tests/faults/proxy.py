"""What stands in front, as docs/deploy/nginx.conf has it: /direct/ to the sockets, the rest to the pages."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

WEBSOCKET = b"GET /direct/ "


@dataclass
class Proxy:
    pages: int
    sockets: int
    port: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def accept(self, listener: socket.socket) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                line, _ = listener.accept()
                threading.Thread(target=self.carry, args=(line,), daemon=True).start()

    def carry(self, line: socket.socket) -> None:
        """The first words of a connection say where all of it goes: a browser opens another for a live one."""
        with contextlib.suppress(OSError), line:
            first = line.recv(65536)
            port = self.sockets if first.startswith(WEBSOCKET) else self.pages
            with socket.create_connection(("127.0.0.1", port), 30) as onward:
                onward.sendall(first)
                self.both_ways(line, onward)

    def both_ways(self, one: socket.socket, other: socket.socket) -> None:
        while not self._over.is_set():
            for ready in select.select([one, other], [], [], 0.2)[0]:
                said = ready.recv(65536)
                if not said:
                    return
                (other if ready is one else one).sendall(said)


@contextlib.contextmanager
def proxy(pages: int, sockets: int) -> Iterator[Proxy]:
    front = Proxy(pages, sockets)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        front.port = listener.getsockname()[1]
        thread = threading.Thread(target=front.accept, args=(listener,))
        thread.start()
        try:
            yield front
        finally:
            front._over.set()
            thread.join(10)
