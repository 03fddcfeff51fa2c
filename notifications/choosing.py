"""How each person chooses to be told: by kind of thing, and the hour of the digest."""

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from notifications.enums import Way
from notifications.hours import DIGEST_HOUR, DIGEST_HOURS
from notifications.kinds import BY_CODE, KINDS, Kind
from notifications.models import Choice, DigestHour
from tracker.enums import Role
from tracker.errors import InvalidCommand
from tracker.models import User

NOT_OFFERED: Final = "Ce choix n’est pas proposé."


def kinds_of(user: User) -> list[Kind]:
    """What may concern this person, by their roles."""
    held = {Role(role) for role in user.scope.roles()}
    return [kind for kind in KINDS if kind.roles & held]


def choices_of(user: User) -> dict[str, Way]:
    """How the person is told of each kind: as chosen, else as proposed."""
    chosen = dict(Choice.objects.filter(user=user).values_list("kind", "way"))
    return {kind.code: Way(chosen.get(kind.code, kind.way)) for kind in kinds_of(user)}


def hour_of(user: User) -> int:
    found = DigestHour.objects.filter(user=user).values_list("hour", flat=True).first()
    return DIGEST_HOUR if found is None else found


def choose(user: User, ways: Mapping[str, Way], hour: int) -> None:
    """From now on; what was told before goes as it was decided. What is proposed keeps no row, so that a better
    proposal reaches who has chosen nothing else. Raises InvalidCommand."""
    if hour not in DIGEST_HOURS:
        raise InvalidCommand("Choisissez une heure où les bureaux sont ouverts.", field="hour")
    offered = {kind.code for kind in kinds_of(user)}
    for code, way in ways.items():
        if code not in offered or way not in BY_CODE[code].ways:
            raise InvalidCommand(NOT_OFFERED, field=code)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        Choice.objects.filter(user=user, kind__in=ways).delete()
        Choice.objects.bulk_create(
            Choice(user=user, kind=code, way=way) for code, way in ways.items() if way != BY_CODE[code].way
        )
        DigestHour.objects.update_or_create(user=user, defaults={"hour": hour})
