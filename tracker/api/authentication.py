"""Who calls: a program by its token, or the browser of a signed-in person by its session."""

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tracker import tokens
from tracker.models import ApiToken, User

KEYWORD: Final = "Bearer"
REALM: Final = 'Bearer realm="Sillage"'


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer sillage_…`. What is wrong with a token is not said: unknown, ended, revoked are alike."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        keyword, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not keyword:
            return None
        token = tokens.token_for(secret.strip()) if keyword.lower() == KEYWORD.lower() else None
        if token is None:
            raise AuthenticationFailed("Jeton inconnu, échu ou révoqué.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return REALM


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the pages, with their CSRF check on what writes."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        found: tuple[Any, None] | None = super().authenticate(request)
        if found is not None and found[0].must_change_password:
            raise AuthenticationFailed("Choisissez d’abord votre mot de passe, sur la page qui le demande.")
        return found

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refused:
            raise PermissionDenied("Le jeton CSRF manque ou ne convient pas (en-tête X-CSRFToken).") from refused


class WithinScope(BasePermission):
    """A token for reading writes nothing, whatever its owner may do."""

    message = "Ce jeton ne permet que de lire."

    def has_permission(self, request: Request, view: Any) -> bool:
        return not isinstance(request.auth, ApiToken) or request.auth.may_write or request.method in SAFE_METHODS


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Jeton créé sur la page « Jetons d’accès ». Il agit avec les droits de son propriétaire.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Session du navigateur ; un envoi porte l’en-tête X-CSRFToken.",
        }
