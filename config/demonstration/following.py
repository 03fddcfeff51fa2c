"""What the référent of the demonstration did this morning: two bureaux reminded, and a screen hung in the hall."""

from datetime import datetime, timedelta
from typing import Final

from config.demonstration.organisation import Organisation
from tracker import reminding, screens
from tracker.enums import Via
from tracker.following import Figure, count
from tracker.models import Office, Ticket
from tracker.registry import Situations
from tracker.writers import Author

REMINDED: Final = 2
SINCE: Final = timedelta(minutes=3)
HUNG: Final = timedelta(days=20)
SCREEN: Final = "Hall d’accueil"


def follow(house: Organisation, now: datetime) -> None:
    referent = house.users["referent"]
    situations = Situations.at(now, {house.prefecture.pk})
    counts = count(Ticket.objects.visible_to(referent), situations, referent.scope.sealed_ids)
    led = Office.objects.filter(pk__in=referent.scope.led_ids).order_by("pk")
    latest = sorted(led, key=lambda each: -counts.own(Figure.OVERDUE, each.pk))[:REMINDED]
    for office in latest:
        reminding.remind_office(office, Author(user=referent, via=Via.PAGE, quiet=True, now=now - SINCE))
    author = Author(user=referent, via=Via.PAGE, quiet=True, now=now - HUNG)
    screens.create_screen(house.prefecture, name=SCREEN, site=None, office=None, author=author)
