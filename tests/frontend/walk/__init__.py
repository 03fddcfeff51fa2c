"""The table of every page, by area. A URL name that is absent from `TABLE` fails the suite: whoever adds a
page says here who may open it, on what, and which control matters; rights, axe, CSP, keyboard, widths, JavaScript off,
query counts and screenshots then follow by themselves."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.frontend.walk import (
    account,
    demandes,
    desk,
    following,
    helping,
    imports,
    plan,
    reference,
    registry,
    settings,
)
from tests.frontend.walk.stage import Page

TABLE: dict[str, Page] = {
    **account.PAGES,
    **desk.PAGES,
    **demandes.PAGES,
    **registry.PAGES,
    **following.PAGES,
    **imports.PAGES,
    **plan.PAGES,
    **reference.PAGES,
    **settings.PAGES,
    **helping.PAGES,
}

TO_LOOK_AT = tuple(name for name, page in TABLE.items() if page.to_look_at)
LISTS = tuple(name for name, page in TABLE.items() if page.rows)
PUBLIC = tuple(name for name, page in TABLE.items() if page.public)


def url_names(patterns: list[Any] | None = None) -> Iterator[str | None]:
    """The name of every page's address, None for one without a name. The API has its own table (tests/tracker/api)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "api":
                continue
            yield from url_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name
