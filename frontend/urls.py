"""Addresses of the pages, by area: each area's module lists its own."""

from itertools import chain

from frontend.pages import (
    account,
    api_guide,
    arrivals,
    bureau,
    calculator,
    imports,
    mass,
    queue,
    reference,
    registering,
    registry,
    saved_views,
    settings,
    support,
    tickets,
    tokens,
    withdrawals,
)

AREAS = (
    account,
    tokens,
    queue,
    bureau,
    arrivals,
    registering,
    tickets,
    saved_views,
    registry,
    mass,
    calculator,
    imports,
    withdrawals,
    reference,
    settings,
    api_guide,
    support,
)

urlpatterns = list(chain.from_iterable(area.urlpatterns for area in AREAS))
