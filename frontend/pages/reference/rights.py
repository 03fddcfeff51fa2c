"""Who opens the pages of settings. Every référent reads rules and calendar, since they explain each date of its
demandes; the référent of the whole préfecture alone changes them, since a change moves the deadlines of every bureau.
The administrator of the whole préfecture keeps its organisation and its accounts. For anybody else they do not
exist."""

from django.http import Http404

from tracker.enums import Role
from tracker.models import Prefecture, User
from tracker.scopes import Grant


def prefecture_read_by(user: User) -> Prefecture:
    """The préfecture whose rules and calendar the person reads: one that the person may change, if any."""
    return _prefecture({grant.prefecture_id: grant.is_whole for grant in _quality(user)})


def prefecture_edited_by(user: User) -> Prefecture:
    """The préfecture whose rules and calendar the person changes."""
    return _prefecture({grant.prefecture_id: True for grant in _quality(user) if grant.is_whole})


def may_edit(user: User, prefecture: Prefecture) -> bool:
    return any(grant.prefecture_id == prefecture.pk and grant.is_whole for grant in _quality(user))


def prefecture_administered_by(user: User) -> Prefecture:
    """The préfecture whose organisation and accounts the person keeps."""
    held = [grant for grant in user.scope.grants if grant.role == Role.ADMINISTRATOR and grant.is_whole]
    return _prefecture({grant.prefecture_id: True for grant in held})


def _quality(user: User) -> list[Grant]:
    return [grant for grant in user.scope.grants if grant.role == Role.QUALITY]


def _prefecture(editable: dict[int, bool]) -> Prefecture:
    """The first of these, those that may be changed before the others."""
    if not editable:
        raise Http404
    return Prefecture.objects.get(pk=min(editable, key=lambda pk: (not editable[pk], pk)))
