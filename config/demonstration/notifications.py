"""What the people of the demonstration have been told these last days: by the product's own means, part of it read."""

from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Final

from config.demonstration.organisation import Organisation
from notifications import fanout, sweeping
from notifications.kinds import BY_EVENT
from notifications.models import Notification
from tracker import clock, sharing
from tracker.enums import Via
from tracker.models import Event, Ticket
from tracker.teams import HOLDING_ROLES
from tracker.writers import STREAM, Author

DAYS: Final = 3
SHARED_OUT: Final = 3
SINCE: Final = timedelta(minutes=40)


def tell(house: Organisation, now: datetime) -> None:
    """The acts and the deadlines of the last days; what was said before today has been read."""
    share_out(house, now)
    prefecture = house.prefecture
    zone = clock.zone(prefecture.time_zone)
    today = now.astimezone(zone).date()
    mornings = [
        datetime.combine(today - timedelta(days=ago), time(0, 1), zone).astimezone(UTC) for ago in range(DAYS, -1, -1)
    ]
    sweeping.planned(mornings[0])  # the marks, from which each morning goes on
    for morning in mornings[1:]:
        sweeping.sweep(min(morning, now))
    acts = Event.objects.filter(prefecture=prefecture, stream=STREAM, kind__in=BY_EVENT, recorded_at__gte=mornings[0])
    for moment, events in groupby(acts.order_by("recorded_at", "pk"), lambda event: event.recorded_at):
        fanout.tell(list(events), moment)
    Notification.objects.filter(prefecture=prefecture, created_at__lt=min(mornings[-1], now)).update(
        read_at=min(mornings[-1], now)
    )


def share_out(house: Organisation, now: datetime) -> None:
    """The encadrant gives the agent a few of the demandes that nobody has in their bureau."""
    giver, agent = house.users["encadrant"], house.users["agent"]
    offices = giver.scope.led_ids & agent.scope.offices(*HOLDING_ROLES)
    free = Ticket.objects.open().filter(prefecture=house.prefecture, office__in=offices, assignee=None)
    chosen = [(ticket, ticket.version) for ticket in free.order_by("-received_on", "-pk")[:SHARED_OUT]]
    sharing.share_out(chosen, agent, Author(user=giver, via=Via.PAGE, quiet=True, now=now - SINCE))
