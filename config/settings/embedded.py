"""One process, SQLite, no server beside it: what `make run` and `manage.py` use without any setting.

Data and the generated keys stand under SILLAGE_DATA (default: var/ beside manage.py).
"""

import os
import secrets
from pathlib import Path

import environ

from config.settings.base import *
from config.settings.base import BASE_DIR, SQLITE_OPTIONS

env = environ.Env()
DATA_DIR = Path(env.str("SILLAGE_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
os.umask(0o077)  # the database and the files hold personal data: their owner's alone


def generated_key(name: str) -> str:
    """The secret kept in `DATA_DIR/name`, made on first use and readable by its owner alone."""
    path = DATA_DIR / name
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


DEBUG = False
SECRET_KEY = generated_key("secret.key")
JOURNAL_KEY = generated_key("journal.key")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'sillage.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    # Opening the file and reading its schema again for each page would take longer than most pages.
    DATABASES["default"]["CONN_MAX_AGE"] = 60

STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="sillage@localhost")

CELERY_BROKER_URL = env.str("REDIS_URL", default="memory://localhost/")
if CELERY_BROKER_URL.startswith("memory:"):
    # The memory transport looks for work every second unless told otherwise.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.1}

SILLAGE_DEMONSTRATION_ALLOWED = True
# Of the links in e-mails; `manage.py serve` puts the address that it listens on where none is given.
SILLAGE_ADDRESS = env.str("SILLAGE_ADDRESS", default="http://127.0.0.1:8000")
