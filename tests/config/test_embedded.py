"""`make run`: e-mails go to files, unless a mail server is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.test_serve import ROOT, environment

ASKED = (
    "from config.settings import embedded as s; print(s.EMAIL_BACKEND, getattr(s, 'EMAIL_HOST', ''), s.EMAIL_TIMEOUT)"
)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "django.core.mail.backends.filebased.EmailBackend  15"),
        ({"EMAIL_URL": "smtp://127.0.0.1:2525"}, "django.core.mail.backends.smtp.EmailBackend 127.0.0.1 15"),
    ],
)
def test_where_e_mails_go(tmp_path: Path, more: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=ROOT,
        env=environment(tmp_path, **more),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == said, done.stderr
