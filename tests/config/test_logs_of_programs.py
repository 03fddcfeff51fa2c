"""What a real server writes while programs call its API: nothing of what they ask, send, or come in with."""

import json
import re
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from tests.config.test_serve import manage, start, stop, until

SENDER, SUBJECT, SOUGHT = "Quidamme Personnage", "Objetsecret", "Motcherche"
FILE: Final = "certificatdequidamme.pdf"
WRONG: Final = "sillage_jetonquinexistepas"
SERVERS: Final = {
    "serve": ("manage.py", "serve", "--port", "0"),
    # The command of docs/deploy/sillage-pages.service.
    "gunicorn": (
        *("-m", "gunicorn", "config.wsgi:application", "--worker-class", "gthread", "--bind", "127.0.0.1:0"),
        "--no-control-socket",
    ),
}
MAKE_TOKEN: Final = """
from datetime import timedelta
from tracker import clock, tokens
from tracker.enums import Role, TokenScope
from tracker.models import Membership, Office, Prefecture, User
from tracker.writers import Author
user = User.objects.create_user("quality@prefecture.example", "mot-de-passe-de-test")
prefecture = Prefecture.objects.get()
Office.objects.create(prefecture=prefecture, site=prefecture.sites.get(), code="DOT", name="Bureau des dotations")
Membership.objects.create(user=user, prefecture=prefecture, role=Role.QUALITY)
ends = clock.today("Europe/Paris") + timedelta(days=9)
scope = TokenScope.WRITE
print(tokens.create_token(user, label="Essai", scope=scope, expires_on=ends, author=Author(user=user)).secret)
"""


class Calls:
    def __init__(self, root: str, secret: str) -> None:
        self.root, self.secret = f"{root}api/v1/", secret

    def __call__(self, path: str, body: bytes | None = None, kind: str = "application/json", secret: str = "") -> int:
        headers = {"Authorization": f"Bearer {secret or self.secret}", "Content-Type": kind}
        request = urllib.request.Request(self.root + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.answer = json.load(answer)
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code


def registration(**changed: str) -> bytes:
    from datetime import UTC, datetime

    body = {
        "kind": "correspondence",
        "channel": "email",
        "nature": "general_information",
        "received_on": datetime.now(UTC).date().isoformat(),
        "sender_name": SENDER,
        "subject": SUBJECT,
        "office": "DOT",
    }
    return json.dumps(body | changed).encode()


def multipart(name: str) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return f"{head}MZ{SENDER}\r\n--x--\r\n".encode()


def break_the_search(data: Path) -> None:
    """As a database that is not what the program believes: every search is then an error whose message quotes it."""
    with sqlite3.connect(data / "sillage.sqlite3", timeout=20) as database:
        database.execute("ALTER TABLE tracker_searchdocument RENAME TO moved")
        database.execute("DROP TABLE tracker_searchindex")


@pytest.mark.slow
@pytest.mark.parametrize("server", SERVERS)
def test_what_programs_ask_and_send_is_in_no_log(tmp_path: Path, server: str) -> None:
    assert manage(tmp_path, "init", "--department", "44", "--name", "Préfecture d’essai").returncode == 0
    assert manage(tmp_path, "collectstatic", "--noinput", "--verbosity", "0").returncode == 0
    secret = manage(tmp_path, "shell", "--no-imports", "-c", MAKE_TOKEN).stdout.strip()
    said: list[str] = []
    process = start(tmp_path, *SERVERS[server], DJANGO_SETTINGS_MODULE="config.settings.embedded")
    try:
        assert process.stdout is not None
        while not (said and (found := re.search(r"http://127\.0\.0\.1:\d+", said[-1]))):
            said.append(process.stdout.readline())
            assert said[-1], "".join(said)
        call = Calls(f"{found[0]}/", secret)
        until(lambda: call("me/") == 200)
        assert call("tickets/", registration()) == 201
        reference = call.answer["reference"]
        assert call(f"tickets/?text={quote(SOUGHT)}") == 200
        # Refused in every way there is.
        assert call(f"tickets/?{SOUGHT}=1") == 400
        assert call("tickets/", registration(kind=SENDER)) == 400
        assert call("tickets/", f'{{"sender_name": "{SENDER}"'.encode()) == 400
        assert call("tickets/", SENDER.encode(), "text/plain") == 415
        assert call(f"tickets/{reference}/attachments/", multipart(FILE), "multipart/form-data; boundary=x") == 400
        assert call(f"tickets/{reference}/answer/", json.dumps({"channel": SENDER}).encode()) == 400
        assert call(f"tickets/44-2026-999999/?{SOUGHT}") == 400
        assert call(f"{SOUGHT}/") == 404
        assert call("me/", secret=WRONG) == 401
        break_the_search(tmp_path)
        assert call(f"tickets/?text={quote(SOUGHT)}") == 500
        assert call("tickets/", registration()) == 500
    finally:
        said.append(stop(process))
    log = "".join(said)
    for word in (*SENDER.split(), SUBJECT, SOUGHT, FILE.removesuffix(".pdf"), secret, WRONG):
        assert word.casefold() not in log.casefold(), log
    # The errors are there all the same, by their type and their place.
    assert log.count("OperationalError") >= 2
    assert "tracker/models/search.py" in log
