"""A browser of the benchmarks: one kept connection, its cookies, and no answer counted that is not right."""

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
PATIENCE, IDLE = 120, 1.0
"""Seconds: for one answer, and after which a kept connection is opened anew: a server closes those that are silent."""


class WrongAnswer(Exception):
    """What came back is not what was asked for: nothing is measured on it."""


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: bytes


@dataclass(frozen=True)
class Request:
    """What to send, and how its answer is known to be right: its status, and something that only a right one holds."""

    path: str
    form: dict[str, str] | None = None
    document: dict[str, Any] | None = None
    token: str = ""
    status: int = 200
    right: Callable[[Answer], bool] = lambda answer: True

    @property
    def method(self) -> str:
        return "GET" if self.form is None and self.document is None else "POST"


@dataclass
class Browser:
    """`secure`: stands behind a proxy that carries the certificate, as docs/production.md has it."""

    port: int
    secure: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    used_at: float = 0

    def send(self, request: Request) -> Answer:
        """The answer, whole; WrongAnswer where it is not the one expected."""
        answer = self.exchange(request)
        if answer.status != request.status or not request.right(answer):
            shown = f"{request.method} {request.path}: {answer.status} {answer.location}"
            raise WrongAnswer(f"{shown}\n{answer.body[:2000].decode(errors='replace')}")
        return answer

    def exchange(self, request: Request) -> Answer:
        body, headers = self.prepared(request)
        self.connect()
        assert self.connection is not None
        try:
            self.connection.request(request.method, request.path, body, headers)
            response = self.connection.getresponse()
            found = Answer(response.status, response.headers.get("Location", ""), response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        self.used_at = time.perf_counter()
        for value in response.headers.get_all("Set-Cookie") or ():
            for name, cookie in SimpleCookie(value).items():
                self.cookies[name] = cookie.value
        return found

    def prepared(self, request: Request) -> tuple[bytes | None, dict[str, str]]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.secure:
            headers |= {"X-Forwarded-Proto": "https", "Referer": f"https://{HOST}:{self.port}/"}
        if request.token:
            headers |= {"Authorization": f"Bearer {request.token}"}
            del headers["Cookie"]
        if request.document is not None:
            headers |= {"Content-Type": "application/json", "X-CSRFToken": self.cookies.get("csrftoken", "")}
            return json.dumps(request.document).encode(), headers
        if request.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return urlencode(
                {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **request.form}
            ).encode(), headers
        return None, headers

    def connect(self) -> None:
        if self.connection is not None and time.perf_counter() - self.used_at > IDLE:
            self.close()
        if self.connection is None:
            self.connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
            self.connection.connect()
            self.used_at = time.perf_counter()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def sign_in(self, path: str, login: str, password: str) -> None:
        self.send(Request(path))
        self.send(Request(path, form={"username": login, "password": password}, status=302))

    def form_at(self, path: str) -> dict[str, str]:
        """The fields of the form of a page that posts to that same page, as they stand when it opens."""
        reader = FormReader(path)
        reader.feed(self.send(Request(path)).body.decode())
        return {name: value for name, value in reader.fields.items() if name != "csrfmiddlewaretoken"}


def is_sent(field: Mapping[str, str | None]) -> bool:
    """Whether a browser sends this input as the page opens."""
    kind = field.get("type")
    return "checked" in field if kind in ("checkbox", "radio") else kind not in ("submit", "file", "button")


class FormReader(HTMLParser):
    """The named fields of the forms that post to `path`, with the values that a browser would send."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.fields: dict[str, str] = {}
        self.inside, self.select = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self.inside = (found.get("method") or "").lower() == "post" and found.get("action", self.path) == self.path
        elif not self.inside:
            return
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and (self.select not in self.fields or "selected" in found):
            self.fields[self.select] = value
        elif tag == "textarea":
            self.fields[name] = ""
        elif tag == "input" and name and is_sent(found):
            self.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""


def measured(browser: Browser, asked: Sequence[tuple[Request, ...]], seconds: float) -> list[tuple[float, Answer]]:
    """Milliseconds and last answer of each thing asked, one after the other on one connection; what takes several
    requests is timed over all of them. Stops after `seconds`, two at the least."""
    found: list[tuple[float, Answer]] = []
    browser.connect()
    end = time.perf_counter() + seconds
    for requests in asked:
        started = time.perf_counter()
        answers = [browser.send(request) for request in requests]
        found.append(((time.perf_counter() - started) * 1000, answers[-1]))
        if time.perf_counter() > end and len(found) > 1:
            break
    return found
