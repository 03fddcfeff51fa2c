"""The journals of what the domains number as demandes are.

A domain registers its own when it is loaded: the kernel verifies it without knowing it.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True, slots=True)
class NumberedStream:
    """Objects with `prefecture`, `year`, `number`, `reference` and `version`, whose events bear `stream`."""

    stream: str
    model: type[models.Model]
    counters: type[models.Model]
    pattern: str
    """What a reference is made of: `code` of the préfecture, `year` and `number`."""
    noun: str
    """What a person calls one, with its article: « l’action »."""

    def reference(self, code: str, year: int, number: int) -> str:
        return self.pattern.format(code=code, year=year, number=number)

    def rows(self) -> "models.QuerySet[Any]":
        return self.model._default_manager.all()


_streams: dict[str, NumberedStream] = {}


def register(stream: NumberedStream) -> None:
    """Called from `AppConfig.ready`."""
    _streams[stream.stream] = stream


def registered() -> list[NumberedStream]:
    return list(_streams.values())
