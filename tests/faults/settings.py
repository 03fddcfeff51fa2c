"""Production, as its environment describes it, with what watches it and what takes its guards off."""

import os

from config.settings.production import *
from config.settings.production import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.off.FaultsConfig"]
# No style sheet is looked at here: collecting them would take longer than most of these tests.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_TIMEOUT = int(os.environ.get("FAULTS_EMAIL_TIMEOUT", "3"))
SILLAGE_API_RATES = {"person": "1000000/min", "refused": "1000000/min"}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
if "FAULTS_PLAIN_HTTP" in os.environ:
    # A browser before a proxy that carries no certificate.
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
    SECURE_HSTS_SECONDS = 0
