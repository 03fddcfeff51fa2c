"""Who is told of a demande: by their roles, minus those who may not see it, those who are away and those who left."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from notifications import hours
from notifications.enums import Way
from notifications.kinds import Kind, Told
from notifications.models import Choice, DigestHour
from tracker import clock, kept
from tracker.enums import Role
from tracker.models import Absence, Membership, Office, Site, Ticket, User
from tracker.permissions import covers
from tracker.rulebooks import current_calendar
from tracker.scopes import OfficeRow, Scope, scope_of
from tracker.workdays import WorkCalendar

LATER: Final = (Way.MAIL, Way.DIGEST)
"""The ways that wait for the return of somebody who is away."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to tell, how, and in whose place where somebody is away."""

    user_id: int
    way: Way
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a person works: whose clock and whose closed days their messages follow."""

    site: Site
    calendar: WorkCalendar

    def today(self, now: datetime) -> date:
        return clock.local_date(now, self.site.time_zone)

    def leaves_at(self, now: datetime) -> datetime:
        return hours.leaves_at(now, clock.zone(self.site.time_zone), self.calendar)

    def opening(self, now: datetime) -> datetime:
        return hours.opening(now, clock.zone(self.site.time_zone), self.calendar)

    def next_digest(self, now: datetime, hour: int) -> datetime:
        return hours.next_digest(now, hour, clock.zone(self.site.time_zone), self.calendar)

    def digest_day(self, now: datetime, hour: int) -> date | None:
        return hours.digest_day(now, hour, clock.zone(self.site.time_zone), self.calendar)


def roles_by_person() -> dict[int, list[Membership]]:
    """Of everybody, in the order in which they were given."""
    found: dict[int, list[Membership]] = {}
    for row in sorted(kept.rows(Membership), key=lambda held: held.pk):
        found.setdefault(row.user_id, []).append(row)
    return found


def scope_of_person(user_id: int, roles: Sequence[Membership]) -> Scope:
    """As `User.scope`, kept as long as neither roles nor bureaux change."""
    return kept.present().get(
        ("scope", user_id), lambda: scope_of(roles, [each for held in roles for each in offices_of(held.prefecture_id)])
    )


def offices_of(prefecture_id: int) -> list[OfficeRow]:
    def read() -> list[OfficeRow]:
        return [
            (row.pk, row.parent_id, row.prefecture_id, row.site_id, row.is_sensitive)
            for row in kept.rows(Office)
            if row.prefecture_id == prefecture_id
        ]

    return kept.present().get(("offices of", prefecture_id), read)


class Audience:
    """The people of some préfectures at the instant `now`: a fixed number of queries, whatever is then asked."""

    def __init__(self, prefecture_ids: Collection[int], now: datetime) -> None:
        self.now = now
        with kept.looking_once():
            self._offices = kept.by_key(Office)
            self._main_sites = {row.prefecture_id: row for row in kept.rows(Site) if row.is_main}
            self._sites = kept.by_key(Site)
            present = set(
                User.objects.filter(
                    pk__in=Membership.objects.filter(prefecture_id__in=prefecture_ids).values("user"), is_active=True
                ).values_list("pk", flat=True)
            )
            held = kept.present().get("roles by person", roles_by_person)
            self._held = {pk: held[pk] for pk in sorted(present & held.keys())}
            self._scopes = {pk: scope_of_person(pk, rows) for pk, rows in self._held.items()}
        choices = Choice.objects.filter(user__in=present).values_list("user_id", "kind", "way")
        self._choices = {(user_id, kind): Way(way) for user_id, kind, way in choices}
        self._hours = dict(DigestHour.objects.filter(user__in=present).values_list("user_id", "hour"))
        self._absences: dict[int, list[Absence]] = {}
        for absence in Absence.objects.kept().filter(user__in=present, ends_on__gte=min(self._days())):
            self._absences.setdefault(absence.user_id, []).append(absence)
        self._seats: dict[int, Seat] = {}
        self.told = cache(self._told)

    def _days(self) -> set[date]:
        """Today, in every time zone where somebody may be."""
        return {clock.local_date(self.now, site.time_zone) for site in self._sites.values()} or {self.now.date()}

    # --- One person -----------------------------------------------------------------------------------------------

    def __contains__(self, user_id: int) -> bool:
        return user_id in self._held

    def seat(self, user_id: int) -> Seat:
        """That of their first role."""
        held = self._held[user_id][0]
        if held.site_id is not None:
            site = self._sites[held.site_id]
        elif held.office_id is not None:
            site = self._sites[self._offices[held.office_id].site_id]
        else:
            site = self._main_sites[held.prefecture_id]
        if site.pk not in self._seats:
            self._seats[site.pk] = Seat(site, current_calendar(site))
        return self._seats[site.pk]

    def prefecture_of(self, user_id: int) -> int:
        return self._held[user_id][0].prefecture_id

    def digest_hour(self, user_id: int) -> int:
        return self._hours.get(user_id, hours.DIGEST_HOUR)

    def sees(self, user_id: int, ticket: Ticket) -> bool:
        return user_id in self._scopes and any(covers(grant, ticket) for grant in self._scopes[user_id].grants)

    def way(self, user_id: int, kind: Kind) -> Way:
        """As chosen. What would leave no sooner than the digest goes with it: one message in the morning, not two."""
        way = self._choices.get((user_id, kind.code), kind.way)
        if way not in kind.ways:
            return kind.way
        if way != Way.MAIL:
            return way
        seat = self.seat(user_id)
        waits = seat.leaves_at(self.now) >= seat.next_digest(self.now, self.digest_hour(user_id))
        return Way.DIGEST if waits else way

    def absence(self, user_id: int, *days: date) -> Absence | None:
        """Why the person would not read it: away on one of these days."""
        for row in self._absences.get(user_id, ()):
            if any(row.starts_on <= day <= row.ends_on for day in days):
                return row
        return None

    def absence_now(self, user_id: int, way: Way) -> Absence | None:
        """Away today, or when what is told now would reach them."""
        seat = self.seat(user_id)
        arrives = (
            seat.next_digest(self.now, self.digest_hour(user_id)) if way == Way.DIGEST else seat.leaves_at(self.now)
        )
        return self.absence(user_id, seat.today(self.now), seat.today(arrives))

    # --- Those whom a demande concerns ----------------------------------------------------------------------------

    def _told(self, kind: Kind, aims: tuple[Told, ...], case: "Case", but: int | None) -> tuple[Recipient, ...]:
        found: dict[int, Recipient] = {}
        for aim in aims:
            for user_id in self._aimed(aim, case):
                for recipient in self._reached(user_id, kind, case):
                    if recipient.user_id != but and recipient.way != Way.NONE:
                        found.setdefault(recipient.user_id, recipient)
        return tuple(found.values())

    def _aimed(self, aim: Told, case: "Case") -> list[int]:
        """Those whom it names and who may see the demande, present or not."""
        ticket = case.ticket()
        match aim:
            case Told.NEW_HOLDER | Told.HOLDER if case.assignee_id is not None and self.sees(case.assignee_id, ticket):
                return [case.assignee_id]
            case Told.NEW_HOLDER:
                return []
            case Told.HOLDER:
                found = self.heads(case.office_id) or self._in_role(Role.MAILROOM, ticket)
                return found or self._in_role(Role.QUALITY, ticket)
            case Told.HEADS:
                return self.heads(case.office_id)
            case Told.QUALITY:
                return self._in_role(Role.QUALITY, ticket)
            case Told.MAILROOM:
                return self._in_role(Role.MAILROOM, ticket)
            case Told.REGISTRANT:
                return [pk for pk in (case.registered_by_id,) if pk is not None and self.sees(pk, ticket)]

    def _in_role(self, role: Role, ticket: Ticket) -> list[int]:
        return [
            pk
            for pk, scope in self._scopes.items()
            if any(grant.role == role and covers(grant, ticket) for grant in scope.grants)
        ]

    def heads(self, office_id: int | None) -> list[int]:
        """The encadrants of a bureau; where it has none, those of the nearest one above it, then of its site."""
        site_id = self._offices[office_id].site_id if office_id is not None else None
        while office_id is not None:
            found = self._leading(office_id=office_id)
            if found:
                return found
            office_id = self._offices[office_id].parent_id
        if site_id is None:
            return []
        return self._leading(site_id=site_id) or self._leading(prefecture_id=self._sites[site_id].prefecture_id)

    def _leading(
        self, *, office_id: int | None = None, site_id: int | None = None, prefecture_id: int | None = None
    ) -> list[int]:
        return [
            pk
            for pk, rows in self._held.items()
            for row in rows
            if row.role == Role.SUPERVISOR
            and (row.office_id, row.site_id) == (office_id, site_id)
            and prefecture_id in (None, row.prefecture_id)
        ]

    def _reached(self, user_id: int, kind: Kind, case: "Case") -> Iterable[Recipient]:
        """The person; who is away finds it on returning, and meanwhile the substitute is told, else the encadrants."""
        way = self.way(user_id, kind)
        absence = self.absence_now(user_id, way)
        if absence is None:
            return [Recipient(user_id, way)]
        waiting = Recipient(user_id, Way.DIGEST if way in LATER else way)
        substitute = [absence.substitute_id] if absence.substitute_id is not None else []
        standing_in = self._present(substitute, kind, case) or self._present(self.heads(case.office_id), kind, case)
        others = [Recipient(pk, self.way(pk, kind), instead_of=user_id) for pk in standing_in if pk != user_id]
        return [waiting, *others]

    def _present(self, user_ids: Iterable[int], kind: Kind, case: "Case") -> list[int]:
        """Those who are there to read it, and may."""
        ticket = case.ticket()
        return [pk for pk in user_ids if self.sees(pk, ticket) and self.absence_now(pk, self.way(pk, kind)) is None]


@dataclass(frozen=True, slots=True)
class Case:
    """What decides who is told of a demande: two that are alike here are told to the same people."""

    prefecture_id: int
    site_id: int
    office_id: int | None
    assignee_id: int | None
    state: str
    # Whether the mailroom sees it while no bureau has taken it.
    by_mailroom: bool
    was_sent_back: bool
    registered_by_id: int | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> "Case":
        return cls(
            ticket.prefecture_id,
            ticket.site_id,
            ticket.office_id,
            ticket.assignee_id,
            ticket.state,
            ticket.by_mailroom,
            ticket.sent_back_count > 0,
            ticket.registered_by_id,
        )

    def ticket(self) -> Ticket:
        """A demande like these, for what asks for one."""
        return Ticket(
            prefecture_id=self.prefecture_id,
            site_id=self.site_id,
            office_id=self.office_id,
            assignee_id=self.assignee_id,
            state=self.state,
            by_mailroom=self.by_mailroom,
            sent_back_count=int(self.was_sent_back),
        )
