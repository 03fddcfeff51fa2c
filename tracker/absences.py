"""Absences: recorded by the encadrant, or by the person concerned. Dates and a substitute; never a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from tracker import clock, journal
from tracker.errors import InvalidCommand, NotAllowed, StaleVersion
from tracker.models import Absence, Prefecture, User
from tracker.models.absences import AbsenceQuerySet
from tracker.teams import HOLDING_ROLES, Teams
from tracker.writers import Author

PAST_DAYS: Final = 365
"""How long an absence that is over can be looked up."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of an absence. Both days are included."""

    starts_on: date
    ends_on: date
    substitute: User | None = None


# --- Reading ------------------------------------------------------------------------------------------------------


def people_of(user: User, teams: Teams) -> list[User]:
    """Whose absences `user` records: those who work in the bureaux that this person heads."""
    return teams.based_in(user.scope.led_ids)


def may_record(user: User, person: User, teams: Teams) -> bool:
    """One's own absence, for who answers for demandes; as an encadrant, those of one's bureaux."""
    if user.pk == person.pk:
        return user.scope.has(*HOLDING_ROLES)
    return any(each.pk == person.pk for each in people_of(user, teams))


def open_to(user: User, teams: Teams, today: date) -> AbsenceQuerySet:
    """The absences, under way or to come, that `user` may change."""
    people = [each.pk for each in people_of(user, teams)]
    rows = Absence.objects.not_over(today).filter(prefecture_id__in=user.scope.prefecture_ids)
    return rows.filter(user_id__in=[*people, user.pk])


def past(prefecture: Prefecture, people: Sequence[User], today: date) -> AbsenceQuerySet:
    """The absences of these people that ended in the last twelve months, the latest first."""
    rows = Absence.objects.over(today, since=today - timedelta(days=PAST_DAYS))
    rows = rows.filter(prefecture=prefecture, user_id__in=[each.pk for each in people])
    return rows.select_related("user", "substitute", "recorded_by").order_by("-ends_on", "-starts_on", "-pk")


def of_substitute(absence: Absence) -> Absence | None:
    """When the substitute is away too during this absence."""
    if absence.substitute_id is None:
        return None
    rows = Absence.objects.overlapping(absence.starts_on, absence.ends_on)
    return rows.filter(prefecture_id=absence.prefecture_id, user_id=absence.substitute_id).first()


# --- Writing ------------------------------------------------------------------------------------------------------


def record(prefecture: Prefecture, person: User, terms: Terms, author: Author) -> Absence:
    """Raises NotAllowed, or InvalidCommand where a date, the substitute or another absence forbids it."""
    with transaction.atomic():
        check(prefecture, person, terms, author)
        absence = Absence(prefecture=prefecture, user=person, recorded_by=author.user)
        write(absence, "recorded", terms, author)
    return absence


def change(absence_id: int, terms: Terms, author: Author, *, opened_version: int) -> Absence:
    """As `record`; StaleVersion where somebody has changed or cancelled it since `opened_version`."""
    with transaction.atomic():
        absence = lock(absence_id, opened_version)
        check(absence.prefecture, absence.user, terms, author, but=absence)
        if (absence.starts_on, absence.ends_on, absence.substitute_id) != key_of(terms):
            write(absence, "changed", terms, author)
    return absence


def cancel(absence_id: int, author: Author, *, opened_version: int) -> Absence:
    with transaction.atomic():
        absence = lock(absence_id, opened_version)
        allow(absence.prefecture, absence.user, author)
        absence.cancelled_at = author.moment
        write(absence, "cancelled", Terms(absence.starts_on, absence.ends_on, absence.substitute), author)
    return absence


def lock(absence_id: int, opened_version: int) -> Absence:
    rows = Absence.objects.select_for_update(of=("self",)).select_related("prefecture", "user", "substitute")
    absence = rows.get(pk=absence_id)
    if absence.cancelled_at is not None:
        raise StaleVersion("Cette absence a été annulée entre-temps.")
    if absence.version != opened_version:
        raise StaleVersion("Cette absence a été modifiée entre-temps. Voici ce qui est enregistré.")
    return absence


def allow(prefecture: Prefecture, person: User, author: Author) -> Teams:
    """Refuse who may not record it; gives the teams that it was judged on."""
    teams = Teams({prefecture.pk})
    if author.user is not None and not may_record(author.user, person, teams):
        raise NotAllowed
    return teams


def check(prefecture: Prefecture, person: User, terms: Terms, author: Author, *, but: Absence | None = None) -> None:
    """Refuse what does not hold. Takes the lock of the person: two absences recorded at once do not overlap."""
    teams = allow(prefecture, person, author)
    if terms.ends_on < terms.starts_on:
        raise InvalidCommand("Le dernier jour précède le premier.", field="ends_on")
    if terms.ends_on < clock.local_date(author.moment, prefecture.time_zone):
        raise InvalidCommand("Cette période est passée\xa0: seules les absences à venir s’indiquent.", field="ends_on")
    if terms.substitute is not None and terms.substitute.pk not in {each.pk for each in teams.substitutes(person.pk)}:
        raise InvalidCommand("Choisissez une personne qui traite les demandes du même bureau.", field="substitute")
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    others = Absence.objects.overlapping(terms.starts_on, terms.ends_on)
    others = others.filter(prefecture=prefecture, user=person)
    other = others.exclude(pk=but.pk).first() if but else others.first()
    if other is not None:
        raise InvalidCommand(
            f"Une absence est déjà indiquée du {other.starts_on:%d/%m/%Y} au {other.ends_on:%d/%m/%Y}\xa0: "
            "modifiez-la plutôt.",
            field="starts_on",
        )


def write(absence: Absence, kind: str, terms: Terms, author: Author) -> None:
    now = author.moment
    absence.starts_on, absence.ends_on, substitute_id = key_of(terms)
    absence.substitute = terms.substitute
    absence.version += 1
    absence.save()
    data = {
        "user": absence.user_id,
        "starts_on": absence.starts_on.isoformat(),
        "ends_on": absence.ends_on.isoformat(),
        "substitute": substitute_id,
    }
    entry = journal.Entry(kind, clock.local_date(now, absence.prefecture.time_zone), data)
    journal.record(absence, entry, author.act(now), prefecture_id=absence.prefecture_id)


def key_of(terms: Terms) -> tuple[date, date, int | None]:
    return terms.starts_on, terms.ends_on, terms.substitute.pk if terms.substitute else None
