"""What helps on every page: the keys, « Aller à… », the guides."""

from collections.abc import Callable
from typing import Any

from tests.frontend.walk.stage import Page, Stage, add_ticket


def a_guide(name: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: {"name": name}


PAGES: dict[str, Page] = {
    "palette": Page(query="?q=titre", control="main input[name=q]", rows=add_ticket, is_form=True),
    # Whoever stands behind a cookie is asked by the page itself: a wall screen has no person.
    "live-state": Page(query="?sujet=prefecture:44", public=True, before_password=True, status=200, to_look_at=False),
    "shortcuts": Page(public=True, before_password=True, control="main a[href]"),
    "shortcuts-choose": Page(
        method="post", data={"letters": "off"}, status=302, to_look_at=False, before_password=True
    ),
    **{
        f"guide:{name}": Page(arguments=a_guide(name), public=True, names_something=False, control="main a[href]")
        for name in ("agent", "referent", "administrateur")
    },
}
