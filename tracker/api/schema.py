"""What the description of the API says of every endpoint: parameters, refusals, names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from tracker.api.errors import ConflictSerializer, ProblemSerializer
from tracker.filters import FacetFilter, TicketFilter

REFUSED = OpenApiResponse(
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    description="Ce qui ne convient pas, par champ : des phrases en français.",
)
ALWAYS: Final[Mapping[int, OpenApiResponse]] = {
    400: REFUSED,
    401: OpenApiResponse(ProblemSerializer, description="Ni jeton ni session valable."),
    403: OpenApiResponse(ProblemSerializer, description="Votre rôle, ou la portée du jeton, ne le permet pas."),
    429: OpenApiResponse(ProblemSerializer, description="Trop d’appels : Retry-After dit combien attendre."),
}
MISSING = OpenApiResponse(ProblemSerializer, description="N’existe pas, ou pas pour vous.")
CONFLICT = OpenApiResponse(ConflictSerializer, description="L’état de la demande ne le permet pas, ou plus.")
SENT: Final[Mapping[int, OpenApiResponse]] = {
    413: OpenApiResponse(ProblemSerializer, description="La requête est trop longue."),
    415: OpenApiResponse(ProblemSerializer, description="Le corps n’est pas du type attendu."),
}

Decorator = Callable[[Any], Any]


def reading(
    name: str, answer: Any, summary: str, *, tag: str, missing: bool = False, parameters: Iterable[Any] = ()
) -> Decorator:
    """The description of an endpoint that reads."""
    responses = {200: answer, **ALWAYS} | ({404: MISSING} if missing else {})
    return extend_schema(
        operation_id=name, summary=summary, tags=[tag], responses=responses, parameters=list(parameters)
    )


def writing(
    name: str,
    asked: type[serializers.Serializer[Any]],
    answers: Mapping[int, Any],
    summary: str,
    *,
    tag: str,
    description: str = "",
    parameters: Iterable[Any] = (),
    content_type: str = "application/json",
) -> Decorator:
    """The description of an endpoint that writes."""
    responses = {**answers, **ALWAYS, 404: MISSING, 409: CONFLICT, **SENT}
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description or summary,
        tags=[tag],
        request={content_type: asked},
        responses=responses,
        parameters=list(parameters),
    )


def query(name: str, kind: Any, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, **more)


def filter_parameters() -> list[OpenApiParameter]:
    """The filters of the lists, as they are declared."""
    return [filter_parameter(name, each) for name, each in TicketFilter.base_filters.items()]


def filter_parameter(name: str, each: Any) -> OpenApiParameter:
    label = str(each.label)
    if isinstance(each, FacetFilter):
        return query(name, OpenApiTypes.STR, f"{label}, par code ; plusieurs valeurs possibles.", many=True)
    choices = [value for value, _ in each.extra.get("choices", ())]
    if isinstance(each, django_filters.MultipleChoiceFilter):
        return query(name, OpenApiTypes.STR, f"{label} ; plusieurs valeurs possibles.", many=True, enum=choices)
    if isinstance(each, django_filters.ChoiceFilter):
        return query(name, OpenApiTypes.STR, label, enum=choices)
    if isinstance(each, django_filters.DateFilter):
        return query(name, OpenApiTypes.DATE, label)
    if isinstance(each, django_filters.CharFilter):
        return query(name, OpenApiTypes.STR, label)
    return query(name, OpenApiTypes.INT, label)


def tidy_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What is sent holds the named fields and no other: `StrictSerializer` refuses them. And docstrings are for those
    who read the code."""
    for name, component in result["components"]["schemas"].items():
        if component.get("type") == "object":
            component.pop("description", None)
            if name.endswith("Request"):
                component["additionalProperties"] = False
    return result
