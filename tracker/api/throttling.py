"""How often the API may be called. Counts stand in the cache, which production shares between its processes."""

import logging
from typing import Any

from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from tracker.models import User

logger = logging.getLogger(__name__)


class ApiThrottle(SimpleRateThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        """Whoever counts may be away: then nobody is refused, since the counts protect a service that answers."""
        try:
            return bool(super().allow_request(request, view))
        except RedisError:
            logger.warning("the counts of the API cannot be reached: nobody is refused meanwhile")
            return True

    def get_rate(self) -> str:
        rate: str = settings.SILLAGE_API_RATES[str(self.scope)]
        return rate


class PersonThrottle(ApiThrottle):
    """One person, by whatever token or session."""

    scope = "person"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if not isinstance(request.user, User):
            return None
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


class RefusedThrottle(ApiThrottle):
    """An address whose calls are refused for want of a good token."""

    scope = "refused"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
