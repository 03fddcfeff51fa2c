"""A person before the pages of a real server: signs in, registers, and says again what was not answered."""

import http.client
import re
import time
import uuid
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from tests.factories import PASSWORD


@dataclass
class Answer:
    status: int
    location: str
    text: str


@dataclass
class Person:
    """Behind a proxy that carries the certificate, as in production."""

    port: int
    email: str = "agent@44.example.test"
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """Raises OSError or HTTPException where the server does not answer."""
        if fields is None:
            return self._send(method, path, None, "")
        body = urlencode(fields | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
        return self._send(method, path, body.encode(), "application/x-www-form-urlencoded")

    def upload(self, path: str, fields: dict[str, str], file: Path) -> Answer:
        edge = uuid.uuid4().hex
        fields = fields | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'.encode()
        body = b"".join([*parts, head, file.read_bytes(), f"\r\n--{edge}--\r\n".encode()])
        return self._send("POST", path, body, f"multipart/form-data; boundary={edge}")

    def _send(self, method: str, path: str, body: bytes | None, content_type: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "X-Forwarded-Proto": "https",
            "Host": "127.0.0.1",
            "Referer": "https://127.0.0.1/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if content_type:
            headers["Content-Type"] = content_type
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
            for line in response.headers.get_all("Set-Cookie") or ():
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            return Answer(response.status, response.headers.get("Location", ""), text)
        finally:
            connection.close()

    def sign_in(self) -> "Person":
        self.ask("GET", "/connexion/")
        answer = self.ask("POST", "/connexion/", {"username": self.email, "password": PASSWORD})
        assert answer.status == 302, answer.text[:2000]
        return self

    def form(self) -> dict[str, str]:
        """What the form of a courrier proposes."""
        answer = self.ask("GET", "/enregistrer/correspondence/")
        assert answer.status == 200, answer.status
        return proposed(answer.text)

    def register(self, form: dict[str, str], subject: str, *, token: str = "") -> Answer:
        typed = {"token": token or str(uuid.uuid4()), "sender_name": "Mairie d’Exemple", "subject": subject}
        return self.ask("POST", "/enregistrer/correspondence/", form | typed)

    def insist(self, form: dict[str, str], subject: str, seconds: float = 60) -> int:
        """Register, and send the same again until it is answered; how many times it was sent."""
        token, end, sent = str(uuid.uuid4()), time.monotonic() + seconds, 0
        while time.monotonic() < end:
            sent += 1
            try:
                answer = self.register(form, subject, token=token)
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)
                continue
            if answer.status == 302 and "/connexion/" not in answer.location:
                return sent
            assert answer.status >= 500, (answer.status, answer.text[:1000])
            time.sleep(0.2)
        raise AssertionError(f"never answered: {subject}")


def proposed(html: str) -> dict[str, str]:
    """Hidden fields, typed values and chosen options of the form."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        named = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if named.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if named.get("type") not in ("file", "submit", "search") and "name" in named:
            found[named["name"]] = unescape(named.get("value", ""))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found
