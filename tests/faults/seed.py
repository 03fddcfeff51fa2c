"""A small préfecture in the database of the environment, its events followed; run as a module."""

from datetime import date, timedelta

import django

if __name__ == "__main__":
    django.setup()
    from tests.factories import make_world
    from tracker import clock, pending
    from tracker.models import Outbox

    world = make_world()
    long_ago = clock.today("Europe/Paris") - timedelta(days=20)
    for number in range(20):
        world.register(received_on=long_ago if number < 6 else date(2026, 11, 16))
    pending.drain_all()
    Outbox.objects.all().delete()
