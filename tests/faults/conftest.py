"""One PostgreSQL cluster and its template for all; a Redis, a mail server and an installation for each test."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.house import ROOT, SECRETS, TEMPLATE, Cluster, House, Redis, house
from tests.mailserver import MailServer, serving


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [
        name
        for name, there in (
            ("redis-server", shutil.which("redis-server")),
            (
                "PostgreSQL",
                subprocess.run([ROOT / "scripts/postgresql.sh", "bin"], capture_output=True).returncode == 0,
            ),
        )
        if not there
    ]
    for item in items:
        if missing and item.get_closest_marker("fault"):
            item.add_marker(pytest.mark.skip(reason=f"{', '.join(missing)}: not installed (make test does, as root)"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """With the small préfecture in its template."""
    # Not under pytest's own folder, which PostgreSQL, under its own account, could not enter.
    base = Path(tempfile.mkdtemp(prefix="sillage-faults-"))
    cluster = Cluster(base / "postgresql")
    cluster.start()
    try:
        with cluster.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        environment = (
            os.environ
            | SECRETS
            | {
                "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
                "ALLOWED_HOSTS": "127.0.0.1",
                "DATABASE_URL": cluster.url_of(TEMPLATE),
                "REDIS_URL": "redis://127.0.0.1:1/0",
                "STATIC_ROOT": str(base),
                "MEDIA_ROOT": str(base),
                "EMAIL_URL": "smtp://127.0.0.1:1",
                "DEFAULT_FROM_EMAIL": "sillage@prefecture.example",
            }
        )
        for command in (["manage.py", "migrate", "--verbosity", "0"], ["-m", "tests.faults.seed"]):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, timeout=180)
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with serving(MailServer()) as server:
        yield server


@pytest.fixture
def installed(cluster: Cluster, redis: Redis, mail: MailServer, tmp_path: Path) -> Iterator[House]:
    name = f"fault_{abs(hash(tmp_path)) % 10**12}"
    with house(cluster, redis, tmp_path, mail.port, name) as opened:
        yield opened
