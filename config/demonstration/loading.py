"""Loads the demonstration préfecture through the same writer as imports: nothing here writes a demande by hand."""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from config.demonstration import absences, following, notifications, organisation, plan, views
from config.demonstration.cases import KINDS, Cases, weighted
from config.demonstration.current import Current
from config.demonstration.diary import Days, Diary
from config.demonstration.emptying import check_replaceable, empty
from config.demonstration.histories import LONG_STORY_DAYS, Histories
from config.demonstration.meetings import Meetings
from config.demonstration.merging import Pairs, write_pairs
from config.demonstration.papers import attach_papers
from config.demonstration.reforms import change_settings
from tracker import clock, journal, pending, writers
from tracker.deadlines import RuleBook
from tracker.enums import Via
from tracker.errors import SillageError
from tracker.models import Prefecture, Ticket
from tracker.rulebooks import current_calendar, rule_book
from tracker.writers import CHUNK, Draft

SEED = 44
TOTAL = 2000
"""Demandes in all, about: what is open today is added to the past that makes up the number."""
MONTHS = 14


def is_loaded() -> bool:
    return Prefecture.objects.filter(is_demonstration=True).exists()


def replace_demonstration(now: datetime, total: int = TOTAL) -> int:
    """Empty the database of its demonstration préfecture, if any, and load it as of the instant `now`; gives the number
    of demandes. Raises SillageError where the installation or what the database holds forbids it; nothing is then
    changed."""
    if not settings.SILLAGE_DEMONSTRATION_ALLOWED:
        raise SillageError("La démonstration est interdite sur cette installation : ses mots de passe sont publics.")
    check_replaceable()
    with transaction.atomic():
        empty()
        count = load(now, total)
    pending.drain_all()
    return count


def load(now: datetime, total: int = TOTAL) -> int:
    """Everything, `total` demandes in all, in the caller's transaction. The same day gives the same demandes."""
    # What the journal says of the préfecture itself dates from its first day.
    began_at = now - timedelta(days=31 * MONTHS)
    act = journal.Act(actor_id=None, via=Via.COMMAND, now=began_at, quiet=True)
    house = organisation.create(act)
    views.share(house.prefecture, house.users["referent"], act)
    main = house.sites[organisation.MAIN]
    rules = rule_book(house.prefecture.pk)
    days = Days(current_calendar(main), clock.local_date(now, main.time_zone))
    cases = Cases(house, rules, days, random.Random(SEED))  # noqa: S311  (the same figures at each load, no secret)
    replies, meetings = Histories(cases, now), Meetings(cases, now)
    current = Current(replies, meetings).diaries()
    pairs = Pairs(replies).draw()
    twins = [diary for pair in pairs for diary in (pair.kept, pair.merged)]
    past = past_diaries(total - len(current) - len(twins), replies, meetings)
    written = write([*past, *current, *twins], rules)
    writers.write_many(write_pairs(pairs, written), rules)
    following.follow(house, now)
    plan.write(house, now)
    attach_papers([written[diary] for diary in current], now)
    absences.record(house, days, now)
    change_settings(house, now)
    notifications.tell(house, now)
    return len(written)


def past_diaries(count: int, replies: Histories, meetings: Meetings) -> list[Diary]:
    """What was received since MONTHS ago and has ended."""
    days, draw, cases = replies.days, replies.draw, replies.cases
    first = days.today - timedelta(days=30 * MONTHS)
    recent, old = days.before(days.yesterday, 1), days.before(days.today, LONG_STORY_DAYS)
    diaries = []
    for _ in range(count):
        kind = weighted(draw, KINDS)
        last = old if kind == "meeting_request" else recent
        case = cases.case(first + timedelta(days=draw.randrange((last - first).days + 1)), kind=kind)
        diaries.append((meetings if kind == "meeting_request" else replies).ended(case))
    return diaries


def write(diaries: list[Diary], rules: RuleBook) -> dict[Diary, Ticket]:
    """Write them in the order in which they were registered, which is that of their references."""
    ordered = sorted(diaries, key=lambda diary: diary.planned_at or diary.last)
    for start in range(0, len(ordered), CHUNK):
        writers.write_many([Draft(diary.ticket, diary.steps) for diary in ordered[start : start + CHUNK]], rules)
    return {diary: diary.ticket for diary in ordered}
