"""« Sur cette page »: what each page is for and what one does there, in plain words. The texts are in page_help/."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest

from frontend import shortcuts
from frontend.shortcuts import Shortcut

FOLDER: Final = Path(__file__).with_name("page_help")


@dataclass(frozen=True, slots=True)
class PageHelp:
    """`purpose`: one sentence or two. `steps`: what one does there, nothing where that says it all. `keys`: those of
    this kind of page."""

    purpose: str
    steps: tuple[str, ...]
    keys: tuple[Shortcut, ...]


@cache
def texts() -> dict[str, PageHelp]:
    """The help of each page by the name of its address."""
    found: dict[str, PageHelp] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).values():
            keys = shortcuts.of_section(entry["keys"]) if "keys" in entry else ()
            text = PageHelp(entry["purpose"], tuple(entry["steps"]), keys)
            found |= dict.fromkeys(entry["pages"], text)
    return found


def of_request(request: HttpRequest) -> PageHelp | None:
    """None on the page of a refusal or of an unknown address."""
    match = request.resolver_match
    return texts().get(match.url_name or "") if match else None
