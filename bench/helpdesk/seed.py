"""Fill the peer with N tickets of the same words as ours: python seed.py N OPEN_SHARE. Run by the peer's own Python.

Ten queues, twenty agents, two years; each ticket has the two follow-ups that ours tells in its journal: what came in,
and one remark that, but for the open ones, closes it. Prints the account that the driver uses.
"""

import json
import random
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import texts

QUEUES, AGENTS, CHUNK, DAYS, HELD_SHARE = 10, 20, 2000, 730, 0.85


class Seeder:
    def __init__(self, open_share: float) -> None:
        from django.contrib.auth import get_user_model
        from helpdesk.models import Queue

        self.open_share, self.draw = open_share, random.Random(1)
        users = get_user_model().objects
        self.agents = [users.create_user(f"agent{n}", f"agent{n}@example.test", is_staff=True) for n in range(AGENTS)]
        self.queues = [
            Queue.objects.create(title=f"Bureau {n}", slug=f"b{n}", allow_public_submission=True) for n in range(QUEUES)
        ]
        self.now = datetime.now(UTC)

    def write(self, count: int) -> None:
        from helpdesk.models import FollowUp, Ticket

        for start in range(0, count, CHUNK):
            tickets = [self.ticket(start + n) for n in range(min(CHUNK, count - start))]
            Ticket.objects.bulk_create(tickets)
            FollowUp.objects.bulk_create([told for ticket in tickets for told in self.follow_ups(ticket)])

    def ticket(self, number: int) -> Any:
        from helpdesk.models import Ticket

        draw = self.draw
        is_open = draw.random() < self.open_share
        created = self.now - timedelta(days=draw.uniform(0, 20) if is_open else draw.uniform(60, DAYS))
        return Ticket(
            title=texts.subject(draw),
            queue=draw.choice(self.queues),
            created=created,
            modified=min(self.now, created + timedelta(days=draw.randint(1, 12))),
            status=Ticket.OPEN_STATUS if is_open else Ticket.CLOSED_STATUS,
            submitter_email=f"usager{draw.randrange(30_000)}@example.test",
            assigned_to=draw.choice(self.agents) if draw.random() < HELD_SHARE else None,
            description=texts.body(draw),
            resolution=None if is_open else "fait",
            priority=draw.randint(1, 5),
            due_date=created + timedelta(days=draw.randint(5, 20)),
            secret_key=f"bench{number}",
        )

    def follow_ups(self, ticket: Any) -> list[Any]:
        from helpdesk.models import FollowUp, Ticket

        by, remark = self.draw.choice(self.agents), texts.remark(self.draw)
        ended = ticket.status if ticket.status == Ticket.CLOSED_STATUS else None
        opened = {"date": ticket.created, "title": "Opened", "comment": ticket.description, "public": True}
        said = {"date": ticket.modified, "title": "Comment", "comment": remark, "new_status": ended}
        return [FollowUp(ticket=ticket, user=by, **each) for each in (opened, said)]


def account() -> dict[str, str]:
    from django.contrib.auth import get_user_model

    password = secrets.token_urlsafe(16)
    user = get_user_model().objects.filter(username="bench").first()
    if user is None:
        user = get_user_model().objects.create_superuser("bench", "bench@example.test")
    user.set_password(password)
    user.save()
    return {"login": "bench", "password": password}


def main() -> None:
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    from helpdesk.models import Ticket

    if not Ticket.objects.exists():
        Seeder(float(sys.argv[2])).write(int(sys.argv[1]))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(json.dumps(account() | {"tickets": Ticket.objects.count()}))


if __name__ == "__main__":
    main()
