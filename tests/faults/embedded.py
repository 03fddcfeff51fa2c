"""The process of `make run`, with what takes its guards off."""

from config.settings.embedded import *
from config.settings.embedded import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.off.FaultsConfig"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
