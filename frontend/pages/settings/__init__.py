"""Réglages: the référent's lists, the administrator's organisation and accounts."""

from frontend.pages.settings import (
    catalogues,
    home,
    offices,
    organisation_imports,
    passwords,
    people,
    prefecture,
    roles,
)

AREAS = (home, catalogues, prefecture, offices, organisation_imports, passwords, people, roles)

urlpatterns = [pattern for area in AREAS for pattern in area.urlpatterns]
