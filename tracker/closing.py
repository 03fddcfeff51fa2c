"""Answered demandes that close by themselves, n working days after the answer (`Prefecture.close_after_days`)."""

from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Subquery

from tracker import clock
from tracker.commands import Close
from tracker.enums import State, Via
from tracker.errors import TransitionRefused
from tracker.models import Event, Site, Ticket
from tracker.rulebooks import current_calendar
from tracker.writers import STREAM, Author, write_one


def close_answered() -> int:
    """Close what was answered long enough ago, site by site since each has its calendar; returns how many. Done twice,
    it closes nothing more."""
    count = 0
    for site in Site.objects.select_related("prefecture"):
        for pk in answered_until(site, last_day_to_close(site)):
            try:
                write_one(pk, [Close()], Author(via=Via.TASK))
                count += 1
            except TransitionRefused:
                continue  # reopened or closed by somebody in the meantime
    return count


def answered_until(site: Site, limit: date) -> list[int]:
    """Keys of the demandes answered up to and including the day `limit`. Where no date of answer could be traced, the
    day on which the answer was recorded stands for it."""
    answered = Ticket.objects.filter(site=site, state__in=(State.ANSWERED, State.MET))
    recorded = Event.objects.filter(stream=STREAM, object_id=OuterRef("pk"), kind="answered").order_by("-number")
    midnight = datetime.combine(limit + timedelta(days=1), time.min, tzinfo=clock.zone(site.time_zone))
    undated = answered.filter(answered_on=None).annotate(recorded_at=Subquery(recorded.values("recorded_at")[:1]))
    keys = [
        *answered.filter(answered_on__lte=limit).values_list("pk", flat=True),
        *undated.filter(recorded_at__lt=midnight).values_list("pk", flat=True),
    ]
    return sorted(keys)


def last_day_to_close(site: Site) -> date:
    """The latest day of answer from which the préfecture's number of working days has passed today."""
    calendar, today = current_calendar(site), clock.today(site.time_zone)
    day = today
    while calendar.count(day, today) < site.prefecture.close_after_days:
        day -= timedelta(days=1)
    return day
