"""The description of the API, arranged for a person who reads it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator

METHODS: Final = ("get", "post")
PLACES: Final = {"path": "adresse", "query": "adresse", "header": "en-tête"}
KINDS: Final = {
    "string": "texte",
    "integer": "nombre",
    "number": "nombre",
    "boolean": "vrai ou faux",
    "array": "liste",
    "object": "objet",
    "date": "date",
    "date-time": "instant",
    "uuid": "identifiant",
}
GAPS: Final = (
    (re.compile(" ([:;!?»])"), "\xa0\\1"),
    (re.compile("« "), "«\xa0"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """Something to send. `place`: in the address, a header, or the body."""

    name: str
    place: str
    kind: str
    required: bool
    help: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    fields: tuple[Field, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    operations: tuple[Operation, ...]


@cache
def groups() -> tuple[Group, ...]:
    """The operations by subject. Read once: the description changes with the version alone."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found: dict[str, list[Operation]] = {}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method in operations:
                each = operations[method]
                found.setdefault(each["tags"][0], []).append(operation(path, method, each, schema))
    return tuple(Group(label, tuple(each)) for label, each in found.items())


def operation(path: str, method: str, each: Mapping[str, Any], schema: Mapping[str, Any]) -> Operation:
    return Operation(
        id=each["operationId"],
        method=method.upper(),
        path=path,
        summary=spaced(each["summary"]),
        fields=(*parameters(each), *body(each, schema)),
        answers=tuple(
            Answer(status, spaced(answer["description"])) for status, answer in sorted(each["responses"].items())
        ),
    )


def parameters(each: Mapping[str, Any]) -> Iterator[Field]:
    for found in each.get("parameters", ()):
        if found["in"] != "path":
            yield field(found["name"], PLACES[found["in"]], found | found["schema"], bool(found.get("required")), {})


def body(each: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Field]:
    if "requestBody" in each:
        [sent] = each["requestBody"]["content"].values()
        content = resolved(sent["schema"], schema)
        for name, found in content.get("properties", {}).items():
            yield field(name, "corps", found, name in content.get("required", ()), schema)


def field(name: str, place: str, found: Mapping[str, Any], required: bool, schema: Mapping[str, Any]) -> Field:
    inner = [*found.get("allOf", ()), *found.get("oneOf", ())]
    shape = {**(resolved(inner[0], schema) if inner else {}), **found}
    values = shape.get("enum") or shape.get("items", {}).get("enum") or ()
    return Field(
        name=name,
        place=place,
        kind=KINDS.get(shape.get("format", ""), KINDS[shape.get("type", "object")]),
        required=required,
        help=spaced(found.get("description", "")),
        choices=tuple(str(value) for value in values if value is not None),
    )


def resolved(found: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in found:
        return found
    component: Mapping[str, Any] = schema["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return component


def spaced(words: str) -> str:
    """With the spaces that French typography keeps unbroken: the description itself is plain text."""
    for pattern, replacement in GAPS:
        words = pattern.sub(replacement, words)
    return words
