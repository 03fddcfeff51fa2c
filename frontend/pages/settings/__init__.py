"""Réglages: the référent's lists, the administrator's organisation and accounts."""

from frontend.pages.settings import (
    catalogues,
    escalation,
    home,
    jobs,
    offices,
    organisation_imports,
    outbox,
    passwords,
    people,
    prefecture,
    roles,
    screens,
)

AREAS = (
    home,
    catalogues,
    prefecture,
    escalation,
    offices,
    organisation_imports,
    passwords,
    people,
    roles,
    screens,
    outbox,
    jobs,
)

urlpatterns = [pattern for area in AREAS for pattern in area.urlpatterns]
