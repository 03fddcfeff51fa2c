"""Every refusal of the API in one shape: 400 names the fields, the others say one sentence."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from tracker.api.content import TooLarge
from tracker.errors import InvalidCommand, NotAllowed, SillageError, StaleVersion, TransitionRefused
from tracker.idempotency import KeyReused
from tracker.workdays import DateOutsideCalendar, InvalidDelay
from tracker.zones import UnknownDepartment

WHOLE: Final = "non_field_errors"
"""Where a sentence about the whole request stands among those about its fields."""
CONFLICTS: Final[Mapping[type[SillageError], str]] = {
    StaleVersion: "stale_version",
    TransitionRefused: "transition_refused",
    KeyReused: "idempotency_key_reused",
}


class Conflict(exceptions.APIException):
    """The demande is no longer what the program believes. `version` and `changed_fields` where somebody changed it."""

    status_code = status.HTTP_409_CONFLICT

    def __init__(self, refused: SillageError, version: int | None = None) -> None:
        super().__init__(refused.message, CONFLICTS[type(refused)])
        self.version = version
        fields = refused.fields if isinstance(refused, StaleVersion) else ()
        self.changed_fields = [column.removesuffix("_id") for column in fields]


class ProblemSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField(help_text="Une phrase en français.")


class ConflictSerializer(ProblemSerializer):
    code = serializers.ChoiceField(choices=sorted(CONFLICTS.values()))
    version = serializers.IntegerField(allow_null=True, help_text="La version présente de la demande.")
    changed_fields = serializers.ListField(
        child=serializers.CharField(), help_text="Ce que quelqu’un a changé depuis la version que vous connaissez."
    )


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: what services refuse, as statuses; None lets an unforeseen error be one."""
    error = translated(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Conflict):
        response.data |= {
            "code": error.detail.code if isinstance(error.detail, exceptions.ErrorDetail) else "",
            "version": error.version,
            "changed_fields": error.changed_fields,
        }
    elif response.status_code == status.HTTP_404_NOT_FOUND:
        response.data = {"detail": "N’existe pas, ou pas pour vous."}
    elif isinstance(error, exceptions.ParseError):
        response.data = {WHOLE: [typographic(str(error.detail))]}
    elif isinstance(error, exceptions.ValidationError):
        response.data = flat(error.detail)
    else:
        response.data = {"detail": typographic(str(response.data["detail"]))}
    return response


def translated(error: Exception) -> Exception:
    """A refusal of ours as the framework's exception of its status."""
    match error:
        case InvalidCommand():
            field = (error.field or WHOLE).removesuffix("_id")
            return exceptions.ValidationError({field: [error.message]})
        case StaleVersion() | TransitionRefused() | KeyReused():
            return Conflict(error)
        case NotAllowed():
            return exceptions.PermissionDenied(error.message)
        case RequestDataTooBig():
            return TooLarge()
        case UnknownDepartment():
            return exceptions.ValidationError({"department": [str(error)]})
        case InvalidDelay():
            return exceptions.ValidationError({"days": [str(error)]})
        case DateOutsideCalendar():
            return exceptions.ValidationError({"received_on": [str(error)]})
        case _:
            return error


def flat(detail: Any) -> dict[str, list[str]]:
    """{« details.page »: [« … »]}: one level, whatever was nested."""
    found: dict[str, list[str]] = {}
    for path, sentence in sentences(detail, ""):
        found.setdefault(path or WHOLE, []).append(typographic(sentence))
    return found


def sentences(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from sentences(inner, path if name == WHOLE else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from sentences(inner, path)
    else:
        yield path, str(detail)


def typographic(sentence: str) -> str:
    """The framework's own French is written with straight apostrophes."""
    return sentence.replace("'", "’")
