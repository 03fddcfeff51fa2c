"""The production settings with one address more, of the benches alone: see empty_urls.py."""

from config.settings.production import *

ROOT_URLCONF = "empty_urls"
