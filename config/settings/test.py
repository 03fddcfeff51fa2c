"""Tests: SQLite by default, PostgreSQL where TEST_DATABASE_URL names a server (`make test` runs both)."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import environ

from config.settings.base import *
from config.settings.base import SQLITE_OPTIONS, STORAGES

env = environ.Env()

DEBUG = False
SECRET_KEY = "test-only-" + "k" * 50
JOURNAL_KEY = "test-only-" + "j" * 50
ALLOWED_HOSTS = ["*"]
# One folder and one database a run, so that two runs never meet. The workers of a run find them by the variable.
# mypy reads the settings too, and leaves without tidying up: nothing is made for it.
if "SILLAGE_TEST_DATA" not in os.environ and "mypy" not in sys.modules:
    os.environ["SILLAGE_TEST_DATA"] = tempfile.mkdtemp(prefix="sillage-test-")
    atexit.register(shutil.rmtree, os.environ["SILLAGE_TEST_DATA"], ignore_errors=True)
DATA_DIR = Path(os.environ.get("SILLAGE_TEST_DATA", ""))

DATABASES = {"default": env.db("TEST_DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'unused.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    # A file, not memory: threads of the live server and of the concurrency tests must see the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR.name.replace("-", "_").lower()}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = DATA_DIR / "static"
# Two workers never count each other’s files.
MEDIA_ROOT = DATA_DIR / "files" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://localhost/"

SILLAGE_DEMONSTRATION_ALLOWED = True
SILLAGE_ADDRESS = "https://sillage.example.test"
