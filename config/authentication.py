"""Who may sign in with a password."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from tracker.models import User
from tracker.tokens import account_is_open


class PasswordBackend(ModelBackend):
    """As Django's, but the demonstration accounts, whose password is published, open nothing in production: neither a
    new session nor one begun before."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if isinstance(user, User) and not account_is_open(user):
            return False
        return super().user_can_authenticate(user)
