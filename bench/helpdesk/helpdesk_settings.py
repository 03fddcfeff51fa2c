"""django-helpdesk as its own documentation sets it up, over HELPDESK_DATABASE; no mail leaves, nothing is fetched."""

import os
from pathlib import Path
from urllib.parse import urlsplit

DATA = Path(os.environ["HELPDESK_DATA"])
DATABASE = urlsplit(os.environ["HELPDESK_DATABASE"])

SECRET_KEY = "of the bench alone, on this machine alone"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "helpdesk_urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.humanize",
    "rest_framework",
    "django_cleanup",
    "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": DATABASE.hostname or "",
        "PORT": DATABASE.port or "",
        "USER": DATABASE.username or "",
        "PASSWORD": DATABASE.password or "",
        "NAME": DATABASE.path.lstrip("/"),
        # Its connections are kept, as ours are.
        "CONN_MAX_AGE": 600,
    }
}
USE_TZ, TIME_ZONE, LANGUAGE_CODE = True, "Europe/Paris", "en-us"
STATIC_URL, MEDIA_ROOT = "/static/", str(DATA / "media")
SITE_ID, DEFAULT_AUTO_FIELD = 1, "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGIN_URL = "/login/"
HELPDESK_TEAMS_MODE_ENABLED = HELPDESK_USE_CDN = False
