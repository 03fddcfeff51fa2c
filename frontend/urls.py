"""Addresses of the pages, by area: each area's module lists its own."""

from itertools import chain

from frontend.pages import (
    account,
    api_guide,
    arrivals,
    bureau,
    calculator,
    imports,
    live,
    live_state,
    mass,
    palette,
    queue,
    reference,
    registering,
    registry,
    rows,
    saved_views,
    settings,
    shortcuts,
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
    rows,
    tickets,
    saved_views,
    registry,
    mass,
    live,
    calculator,
    imports,
    withdrawals,
    reference,
    settings,
    api_guide,
    palette,
    shortcuts,
    support,
    live_state,
)

urlpatterns = list(chain.from_iterable(area.urlpatterns for area in AREAS))
