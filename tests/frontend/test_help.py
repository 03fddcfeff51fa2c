"""The help names every key that a template declares."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

DECLARED = re.compile(r'data-sillage-key="([^"{]+)"')


@pytest.mark.django_db
def test_the_help_names_every_key_that_a_template_declares(client: Client) -> None:
    templates = Path(settings.BASE_DIR / "frontend" / "templates").rglob("*.html")
    declared = {key for template in templates for key in DECLARED.findall(template.read_text(encoding="utf-8"))}
    assert {"n", "t", "c", "/", "f"} <= declared
    page = client.get(reverse("help")).content.decode()
    missing = {key for key in declared if f"<kbd>{key}</kbd>" not in page}
    assert missing == set()
