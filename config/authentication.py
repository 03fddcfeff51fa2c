"""Who may sign in with a password."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from tracker.models import User


class PasswordBackend(ModelBackend):
    """As Django's, but the demonstration accounts, whose password is published, open nothing in production: neither a
    new session nor one begun before."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if getattr(user, "is_demonstration", False) and not settings.SILLAGE_DEMONSTRATION_ALLOWED:
            return False
        return super().user_can_authenticate(user)
