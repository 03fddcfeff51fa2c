"""Changing what a letter says of who writes it. Each change is in the journal, by the names of the fields: whether a
person signs without their name is something that an audit asks about."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from tracker import clock, journal
from tracker.enums import Role
from tracker.errors import InvalidCommand, NotAllowed
from tracker.models import Membership, Office, Prefecture, Site, User
from tracker.text import clean_text
from tracker.writers import Author

OWN = ("job_title", "phone")
"""What a person says of themselves."""
OF_PERSON = ("job_title", "phone", "signs_anonymously", "agent_number")
OF_OFFICE = ("address", "phone", "email", "opening_hours", "signs_anonymously")
OF_SITE = ("address", "city")


def offices_kept_by(user: User) -> frozenset[int]:
    """The bureaux whose signature the person keeps: those that they supervise, and a référent's but the sensitive
    ones, where it has no say."""
    scope = user.scope
    return scope.offices(Role.SUPERVISOR) | (scope.offices(Role.QUALITY) - scope.sensitive_ids)


def sites_kept_by(user: User) -> models.QuerySet[Site]:
    """The sites whose address the person keeps: a référent's, of the whole préfecture or of that site."""
    grants = [grant for grant in user.scope.grants if grant.role == Role.QUALITY and grant.office_root is None]
    whole = {grant.prefecture_id for grant in grants if grant.is_whole}
    held = {grant.site_id for grant in grants if grant.site_id}
    return Site.objects.filter(models.Q(prefecture_id__in=whole) | models.Q(pk__in=held))


def people_kept_by(user: User) -> models.QuerySet[User]:
    """The people who handle the demandes of these bureaux, named there by their own role. Not those who also work for
    a préfecture that `user` does not belong to: their letters there would change too (docs/decisions/0011)."""
    roles = (Role.AGENT, Role.SUPERVISOR)
    named = {"memberships__office_id__in": offices_kept_by(user), "memberships__role__in": roles}
    elsewhere = Membership.objects.exclude(prefecture_id__in=user.scope.prefecture_ids).filter(
        user=models.OuterRef("pk")
    )
    people = User.objects.filter(**named, is_active=True).exclude(models.Exists(elsewhere)).distinct()
    return people.order_by("last_name", "first_name", "pk")


def change_own(user: User, values: Mapping[str, Any], author: Author) -> bool:
    """A person's own quality and direct line. Returns whether anything has changed."""
    return change(user, {name: values[name] for name in OWN}, author, prefecture_of(user))


def change_person(person: User, values: Mapping[str, Any], author: Author) -> bool:
    keeper = author.user
    if keeper is None or not people_kept_by(keeper).filter(pk=person.pk).exists():
        raise NotAllowed
    return change(person, {name: values[name] for name in OF_PERSON}, author, prefecture_of(keeper))


def change_office(office: Office, values: Mapping[str, Any], author: Author) -> bool:
    if author.user is None or office.pk not in offices_kept_by(author.user):
        raise NotAllowed
    return change(office, {name: values[name] for name in OF_OFFICE}, author, office.prefecture)


def change_site(site: Site, values: Mapping[str, Any], author: Author) -> bool:
    if author.user is None or not sites_kept_by(author.user).filter(pk=site.pk).exists():
        raise NotAllowed
    return change(site, {name: values[name] for name in OF_SITE}, author, site.prefecture)


def prefecture_of(user: User) -> Prefecture | None:
    return Prefecture.objects.filter(pk__in=user.scope.prefecture_ids).order_by("pk").first()


@transaction.atomic
def change(target: models.Model, values: Mapping[str, Any], author: Author, prefecture: Prefecture | None) -> bool:
    """Raises InvalidCommand with the field at fault."""
    row = type(target)._default_manager.select_for_update(of=("self",)).get(pk=target.pk)
    cleaned = {name: clean_text(value) if isinstance(value, str) else value for name, value in values.items()}
    changed = sorted(name for name, value in cleaned.items() if getattr(row, name) != value)
    if not changed:
        return False
    for name in changed:
        field = row._meta.get_field(name)
        try:
            setattr(row, name, field.clean(cleaned[name], row))  # type: ignore[union-attr]  # plain columns all
        except ValidationError as error:
            raise InvalidCommand(error.messages[0], field=name) from error
    row.save(update_fields=changed)
    data: dict[str, Any] = {"fields": changed}
    if "signs_anonymously" in changed:
        data["anonymous"] = cleaned["signs_anonymously"]
    now = author.moment
    today = clock.local_date(now, prefecture.time_zone if prefecture else settings.TIME_ZONE)
    entry = journal.Entry("signature_changed", today, data)
    journal.record(row, entry, author.act(now), prefecture_id=prefecture.pk if prefecture else None)
    return True
