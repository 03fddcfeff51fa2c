"""A small préfecture in the database of the environment, its events followed; run as a module."""

import django

if __name__ == "__main__":
    django.setup()
    from tests.factories import make_world
    from tracker import pending
    from tracker.models import Outbox

    world = make_world()
    for _ in range(20):
        world.register()
    pending.drain_all()
    Outbox.objects.all().delete()
