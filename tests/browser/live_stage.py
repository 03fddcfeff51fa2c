"""What another process does while browsers look: `python -m tests.browser.live_stage COMMAND`, on the database of
SILLAGE_DATA."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from tests.factories import OFFICES, World, make_world  # noqa: E402
from tracker import clock  # noqa: E402
from tracker.commands import Note  # noqa: E402
from tracker.models import Office, Prefecture, Ticket, User  # noqa: E402


def build() -> None:
    """A préfecture where the people of the bureau du séjour are late, and a session for each of them."""
    world = make_world()
    today = clock.today(world.site.time_zone)
    references = [
        world.register(received_on=today - timedelta(days=40 - number), subject=f"Demande {number}").reference
        for number in range(12)
    ]
    sessions = {}
    for name in world.users:
        client = Client()
        client.force_login(world.user(name))
        sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    sys.stdout.write(json.dumps({"references": references, "sessions": sessions}))


def standing() -> World:
    prefecture = Prefecture.objects.get()
    sites = {site.code: site for site in prefecture.sites.all()}
    offices = {code: Office.objects.get(code=code) for code, *_ in OFFICES}
    users = {user.email.partition("@")[0]: user for user in User.objects.all()}
    return World(prefecture, prefecture.sites.get(is_main=True), sites["SP1"], offices, users)


def note(number: str) -> None:
    """So many changes, one after the other, as fast as they go."""
    world = standing()
    tickets = list(Ticket.objects.order_by("pk"))
    for rank in range(int(number)):
        world.act(tickets[rank % len(tickets)], Note("Rappelé"))


def register(number: str) -> None:
    """So many more demandes that are late, for the bureau du séjour."""
    world = standing()
    day = clock.today(world.site.time_zone) - timedelta(days=60)
    for _ in range(int(number)):
        sys.stdout.write(f"{world.register(received_on=day, subject='Une demande de plus').reference}\n")


if __name__ == "__main__":
    {"build": build, "note": note, "register": register}[sys.argv[1]](*sys.argv[2:])
