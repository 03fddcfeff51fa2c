"""A real mail server on a free port of this machine, that does what a test tells it to."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

TAKEN = "250 2.0.0 Taken"


@dataclass
class MailServer:
    """Answers 250 unless told otherwise. `rcpt` and `data` map an address to an answer (« 450 4.2.1 … »); "*" is for
    everybody; `once` holds the answers of the next messages, before those. `on_data` runs in the server's thread before
    the answer to DATA is given; `answered` counts the answers."""

    messages: list[EmailMessage] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    once: list[str] = field(default_factory=list)
    mail: str = ""
    sign_in: bool = True
    silent: bool = False
    connections: int = 0
    answered: int = 0
    on_data: Callable[[EmailMessage], None] | None = None
    host: str = "127.0.0.1"
    port: int = 0

    @property
    def recipients(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]

    async def hush(self) -> None:
        while self.silent:
            await asyncio.sleep(0.02)

    async def handle_EHLO(  # noqa: N802  (the names that aiosmtpd calls)
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        await self.hush()
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self.hush()
        if self.mail:
            return self.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address) or self.rcpt.get("*")
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        if self.on_data is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.on_data, message)
        await self.hush()
        answer = self.once.pop(0) if self.once else self.data.get(str(message["To"])) or self.data.get("*")
        if answer is None:
            self.messages.append(message)
        self.answered += 1
        return answer or TAKEN

    def check(self, *_args: Any) -> AuthResult:
        return AuthResult(success=self.sign_in, handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(server: MailServer, *, accounts: bool = False) -> Iterator[MailServer]:
    """The server, listening on `server.port` (a free one where it is 0); with `accounts`, it offers to sign in."""
    server.port = server.port or free_port()
    options: dict[str, Any] = {"authenticator": server.check, "auth_require_tls": False} if accounts else {}
    controller = Controller(server, hostname=server.host, port=server.port, ready_timeout=20, **options)
    controller.start()
    try:
        yield server
    finally:
        server.silent = False
        controller.stop()


@contextmanager
def accepting_and_silent() -> Iterator[int]:
    """The port of something that lets anybody in and never says a word."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        held: list[socket.socket] = []

        def accept() -> None:
            while not over.is_set():
                try:
                    held.append(listener.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join(10)
        for line in held:
            line.close()
