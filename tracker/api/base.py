"""What every endpoint shares: JSON in and out, who calls, one shape for refusals."""

from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracker.api.throttling import RefusedThrottle
from tracker.enums import Via
from tracker.models import User
from tracker.writers import Author

UNKNOWN_FIELD = "Ce champ n’existe pas."
UNKNOWN_PARAMETER = "Ce paramètre n’existe pas."


class ApiView(APIView):
    """`parameters`: the names that may stand in the address after « ? »; another is refused, so that a filter written
    wrongly never gives the whole list for its answer."""

    parameters: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = set(request.query_params) - self.parameters
        if unknown:
            raise exceptions.ValidationError({name: [UNKNOWN_PARAMETER] for name in sorted(unknown)})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"  # personal data: on no disk of the way
        return final

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            throttle = RefusedThrottle()
            if not throttle.allow_request(self.request, self):
                exc = exceptions.Throttled(throttle.wait())
        response: Response = super().handle_exception(exc)
        return response

    @property
    def person(self) -> User:
        """Who calls. Every endpoint is for somebody known."""
        user: User = self.request.user  # type: ignore[assignment]  # IsAuthenticated has been there before
        return user

    @property
    def author(self) -> Author:
        return Author(user=self.person, via=Via.API)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field that it does not know: one that is misspelt would be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = set(data) - set(self.fields)
            if unknown:
                raise exceptions.ValidationError({str(name): [UNKNOWN_FIELD] for name in sorted(unknown, key=str)})
        return super().to_internal_value(data)


def checked(serializer: serializers.Serializer[Any]) -> Any:
    """The validated content, or 400."""
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
