"""Production refuses to start where a value is missing or weak, and holds what docs/production.md promises."""

import base64
import hashlib
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection

from config.checks import no_demonstration_account
from tests.factories import PASSWORD, World

ROOT = Path(__file__).parents[2]


def generated(name: str) -> str:
    """What a generator would give, the same in every worker of a run."""
    return base64.b64encode(hashlib.sha512(name.encode()).digest()).decode()


GOOD = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": generated("secret"),
    "JOURNAL_KEY": generated("journal"),
    "ALLOWED_HOSTS": "sillage.prefecture.example",
    "DATABASE_URL": "postgres://sillage:secret@127.0.0.1:5432/sillage",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "STATIC_ROOT": "/var/lib/sillage/static",
    "MEDIA_ROOT": "/var/lib/sillage/files",
    "EMAIL_URL": "smtp+tls://sillage:secret@smtp.prefecture.example:587",
    "DEFAULT_FROM_EMAIL": "sillage@prefecture.example",
}


def manage(*args: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {name: value for name, value in (GOOD | environment).items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=base | given, capture_output=True, text=True, timeout=120
    )


def test_deployment_check_is_clean() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    "name", sorted(GOOD.keys() - {"DJANGO_SETTINGS_MODULE"}), ids=lambda name: name.lower().replace("_", "-")
)
def test_missing_variable_is_named(name: str) -> None:
    for value in (None, "  "):
        done = manage("check", **{name: value})
        assert done.returncode != 0
        assert f"Variable d’environnement {name} absente" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY est trop faible"),
        ("JOURNAL_KEY", "ab" * 40, "JOURNAL_KEY est trop faible"),
        ("JOURNAL_KEY", GOOD["SECRET_KEY"], "deux secrets différents"),
        ("ALLOWED_HOSTS", "*", "doit nommer chaque hôte"),
        ("ALLOWED_HOSTS", "a.example,.example", "doit nommer chaque hôte"),
        ("DATABASE_URL", "sqlite:////tmp/x.sqlite3", "doit désigner une base PostgreSQL"),
        ("DATABASE_URL", "postgres://sillage@base.example/sillage", "sans mot de passe"),
    ],
)
def test_weak_value_is_refused(name: str, value: str, says: str) -> None:
    done = manage("check", **{name: value})
    assert done.returncode != 0
    assert says in done.stderr


def test_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text(secrets.token_urlsafe(60))
    assert manage("check", SECRET_KEY=None, SECRET_KEY_FILE=str(secret)).returncode == 0
    secret.write_text("short")
    assert "trop faible" in manage("check", SECRET_KEY=None, SECRET_KEY_FILE=str(secret)).stderr


def test_demonstration_account_opens_nothing_in_production(world: World, settings: Any) -> None:
    user = world.user("agent")
    user.is_demonstration = True
    user.save()
    backends = ["config.authentication.PasswordBackend"]
    settings.AUTHENTICATION_BACKENDS = backends
    assert authenticate(username=user.email, password=PASSWORD) == user
    assert no_demonstration_account(databases=["default"]) == []
    settings.SILLAGE_DEMONSTRATION_ALLOWED = False
    assert authenticate(username=user.email, password=PASSWORD) is None
    assert [error.id for error in no_demonstration_account(databases=["default"])] == ["config.E001"]


def test_page_carries_its_protections(client: Any, db: None) -> None:
    response = client.get("/connexion/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


# --- The two roles of docs/deploy/*.sql ---------------------------------------------------------------------------


def psql(url: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["psql", "-X", "-v", "ON_ERROR_STOP=1", *args, url], capture_output=True, text=True)


@pytest.fixture
def two_roles() -> Iterator[tuple[str, str]]:
    """A database made by docs/deploy/roles.sql under other names: the addresses for its owner and its application."""
    server = settings.DATABASES["default"]
    name = f"sillage_{secrets.token_hex(4)}"
    sql = re.sub(
        r"\bsillage(_owner)?\b(?=[ ;\n])", lambda m: name + (m[1] or ""), (ROOT / "docs/deploy/roles.sql").read_text()
    )
    address = f"{server['HOST']}:{server['PORT'] or 5432}"
    login = f"{server['USER']}:{server['PASSWORD']}" if server["PASSWORD"] else server["USER"]
    admin = f"postgres://{login}@{address}/postgres"
    script = [line for line in sql.splitlines() if not line.startswith("--")]
    made = subprocess.run(
        ["psql", "-X", "-v", "ON_ERROR_STOP=1", admin], input="\n".join(script), capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    for role in (name, f"{name}_owner"):
        assert psql(admin, "-c", f"ALTER ROLE {role} PASSWORD 'secret'").returncode == 0
    try:
        yield f"postgres://{name}_owner:secret@{address}/{name}", f"postgres://{name}:secret@{address}/{name}"
    finally:
        psql(admin, "-c", f"DROP DATABASE {name} WITH (FORCE)")
        for role in (name, f"{name}_owner"):
            psql(admin, "-c", f"DROP ROLE {role}")


@pytest.mark.postgresql
@pytest.mark.slow
def test_application_role_may_not_touch_the_journal(two_roles: tuple[str, str]) -> None:
    owner, application = two_roles
    assert connection.vendor == "postgresql"
    done = manage("migrate", "--database", "owner", DATABASE_URL=application, DATABASE_OWNER_URL=owner)
    assert done.returncode == 0, done.stderr
    role = urlsplit(application).username or ""
    journal = (ROOT / "docs/deploy/journal.sql").read_text().replace("FROM sillage;", f"FROM {role};")
    assert psql(owner, "-c", journal[journal.index("REVOKE") :]).returncode == 0

    done = manage("init", "--department", "44", "--name", "Préfecture d’essai", DATABASE_URL=application)
    assert done.returncode == 0, done.stderr
    done = manage("check", "--database", "default", DATABASE_URL=application)
    assert done.returncode == 0, done.stderr
    assert psql(application, "-Atc", "SELECT count(*) > 2 FROM tracker_event").stdout.strip() == "t"
    for statement in (
        "UPDATE tracker_event SET kind = 'other'",
        "DELETE FROM tracker_event",
        "TRUNCATE tracker_event",
        "DROP TRIGGER tracker_event_no_change ON tracker_event",
        "ALTER TABLE tracker_event DISABLE TRIGGER ALL",
    ):
        refused = psql(application, "-c", statement)
        assert refused.returncode != 0, statement
        assert "permission denied" in refused.stderr or "must be owner" in refused.stderr
    # The owner itself meets the triggers.
    assert "append-only" in psql(owner, "-c", "DELETE FROM tracker_event").stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, "https://sillage.prefecture.example"),
        ("https://suivi.prefecture.example/", "https://suivi.prefecture.example"),
    ],
)
def test_the_address_in_messages_is_that_of_the_site(given: str | None, shown: str) -> None:
    done = manage(
        "shell", "-v0", "-c", "from django.conf import settings; print(settings.SILLAGE_ADDRESS)", SILLAGE_ADDRESS=given
    )
    assert done.stdout.strip() == shown, done.stderr


def test_an_address_without_its_scheme_stops_the_start() -> None:
    done = manage("check", SILLAGE_ADDRESS="sillage.prefecture.example")
    assert done.returncode != 0
    assert "SILLAGE_ADDRESS" in done.stderr
