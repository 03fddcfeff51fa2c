"""Fill a database with N demandes, their journal and their deadlines, through the product's own writer.

    python bench/fill.py 100000                                    # under SILLAGE_DATA (default: var/)
    DATABASE_URL=postgres://… python bench/fill.py 100000
    python bench/fill.py 1000000 --prefectures 101 --largest 100000

They belong to a préfecture of code BANC, made on the first run (the others, if any, bear the code of a département);
later runs add to it. A database that holds a préfecture but not that one is refused. Two years of arrivals, four kinds,
every channel, ten bureaux, twenty agents, about 2 % still open unless --open says otherwise.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common
import texts

CODE, OFFICES, AGENTS, CHANNELS = "BANC", 10, 20, ("letter", "email", "form", "box", "counter", "phone")
KINDS = {"correspondence": 75, "complaint": 13, "meeting_request": 7, "site_update": 5}
OPEN_SHARE, OPEN_DAYS, DAYS = 0.02, 20, 730
HELD_SHARE = 0.85
"""Of the demandes, those that an agent has; the others wait in their bureau."""
CHUNK = 500


def prefectures(count: int) -> Iterator[Any]:
    """The préfecture of the bench, then as many others as départements go, each with its bureaux and its people."""
    from tracker.models import Prefecture
    from tracker.zones import DEPARTMENTS

    if Prefecture.objects.exists() and not Prefecture.objects.filter(code=CODE).exists():
        raise SystemExit("This database holds a préfecture that is not of the bench: fill an empty one.")
    wanted = [(CODE, "44", "Banc d’essai"), *((code, code, place.name) for code, place in DEPARTMENTS.items())]
    for code, department, name in wanted[:count]:
        yield Prefecture.objects.filter(code=code).first() or make_prefecture(code, department, name)


def make_prefecture(code: str, department: str, name: str) -> Any:
    from tracker import clock, journal
    from tracker.enums import Role, Via
    from tracker.models import Membership, Office, User
    from tracker.reference import install, profiles

    act = journal.Act(actor_id=None, via=Via.COMMAND, now=clock.now(), quiet=True)
    made = install.create_prefecture(
        code=code, department_code=department, name=name, profile=profiles.DEFAULT_PROFILE, act=act
    )
    site = made.sites.get(is_main=True)
    offices = [
        Office.objects.create(prefecture=made, site=site, code=f"B{n:02d}", name=f"Bureau {n}", position=n)
        for n in range(OFFICES)
    ]
    people = [("referent", Role.QUALITY, None)]
    people += [(f"chef{n}", Role.SUPERVISOR, office) for n, office in enumerate(offices)]
    people += [(f"agent{n}", Role.AGENT, offices[n % OFFICES]) for n in range(AGENTS)]
    for login, role, office in people:
        # No password: bench/stage.py gives one to those whose place it takes.
        user = User(email=f"{login}@{code.lower()}.example.test", first_name="Banc", last_name=login.title())
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, prefecture=made, office=office, role=role)
    return made


class Filler:
    """Draws the demandes of one préfecture and writes them. Everything is known before the clock starts."""

    def __init__(self, prefecture: Any, seed: int, open_share: float) -> None:
        from tracker import clock
        from tracker.enums import Role
        from tracker.models import Channel, Membership, Nature
        from tracker.rulebooks import current_calendar, rule_book

        self.prefecture, self.open_share = prefecture, open_share
        self.site = prefecture.sites.get(is_main=True)
        self.agents: dict[int, list[int]] = {pk: [] for pk in prefecture.offices.values_list("pk", flat=True)}
        held = Membership.objects.filter(prefecture=prefecture, role=Role.AGENT, office__isnull=False)
        for office_id, user_id in held.order_by("pk").values_list("office_id", "user_id"):
            self.agents[office_id].append(user_id)
        self.offices = sorted(self.agents)
        self.kinds = {kind.code: kind for kind in prefecture.kinds.all()}
        self.channels = dict(Channel.objects.values_list("code", "pk"))
        self.natures = list(Nature.objects.values_list("pk", flat=True))
        self.rules, self.calendar = rule_book(prefecture.pk), current_calendar(self.site)
        self.now, self.draw = clock.now(), random.Random(f"{seed} {prefecture.code}")

    def write(self, count: int) -> None:
        from django.db import transaction

        from tracker import writers

        for start in range(0, count, CHUNK):
            drafts = [self.draft() for _ in range(min(CHUNK, count - start))]
            with transaction.atomic():
                writers.write_many(drafts, self.rules)

    def draft(self) -> Any:
        """Registered and affected; then, but for the last ones, answered and closed, or its meeting held."""
        from tracker import commands as c
        from tracker.models import Ticket
        from tracker.writers import Draft

        draw = self.draw
        kind = self.kinds[draw.choices(list(KINDS), list(KINDS.values()))[0]]
        is_open = draw.random() < self.open_share
        ago = draw.randint(0, OPEN_DAYS) if is_open else draw.randint(60, DAYS)
        received_on = (self.now - timedelta(days=ago)).date()
        steps: list[Any] = [(self.author(received_on), [self.registration(kind, received_on), *self.dispatch()])]
        if not is_open:
            done_on = self.calendar.add(received_on, draw.randint(1, 12))
            if kind.machine == "meeting":
                proposed_on = self.calendar.add(received_on, draw.randint(1, 5))
                met_on = self.calendar.add(proposed_on, draw.randint(1, 8))
                steps.append((self.author(proposed_on), [c.Propose(proposed_on, met_on)]))
                steps.append((self.author(met_on), [c.HoldMeeting(met_on)]))
            else:
                steps.append((self.author(done_on), [c.Answer(done_on, self.channels["email"])]))
            steps.append((self.author(self.calendar.add(done_on, 20)), [c.Close()]))
        return Draft(Ticket(prefecture=self.prefecture, site=self.site), steps)

    def registration(self, kind: Any, received_on: Any) -> Any:
        from tracker.commands import Register

        draw = self.draw
        sender = draw.randrange(30_000)
        return Register(
            kind=kind,
            channel_id=self.channels[draw.choice(CHANNELS)],
            nature_id=draw.choice(self.natures),
            received_on=received_on,
            site_id=self.site.pk,
            module=draw.choice((1, 1, 1, 2, 4)),
            sender_name=f"Expéditeur {sender}",
            sender_contact=f"usager{sender}@example.test",
            subject=texts.subject(draw),
            body=texts.body(draw),
        )

    def dispatch(self) -> list[Any]:
        """To a bureau, most often to one of its agents, with a remark."""
        from tracker.commands import Assign, Note

        office_id = self.draw.choice(self.offices)
        agent_id = self.draw.choice(self.agents[office_id]) if self.draw.random() < HELD_SHARE else None
        return [Assign(office_id, agent_id), Note(texts.remark(self.draw))]

    def author(self, on: Any) -> Any:
        from tracker.enums import Via
        from tracker.writers import Author

        return Author(via=Via.IMPORT, quiet=True, now=min(self.now, datetime.combine(on, day_time(10), UTC)))


def shares(options: argparse.Namespace) -> list[int]:
    """How many demandes each préfecture gets: the largest first, the others alike."""
    if options.prefectures == 1:
        return [options.tickets]
    largest = options.tickets // options.prefectures if options.largest is None else options.largest
    others, left = divmod(options.tickets - largest, options.prefectures - 1)
    return [largest, *(others + (n < left) for n in range(options.prefectures - 1))]


def settle() -> None:
    """What autovacuum does within minutes of such an import: row counts for the planner, visibility for its indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tickets", type=int, nargs="?", default=100_000)
    parser.add_argument("--prefectures", type=int, default=1)
    parser.add_argument("--largest", type=int, help="demandes of the first préfecture; the others share the rest alike")
    parser.add_argument("--open", type=float, default=OPEN_SHARE, help="share of the demandes still open")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="print where the time goes (cProfile, twice as slow)")
    options = parser.parse_args()
    common.start_django()
    fillers = [Filler(each, options.seed, options.open) for each in prefectures(options.prefectures)]
    work = list(zip(fillers, shares(options), strict=True))
    if options.profile:
        import cProfile

        cProfile.runctx("for filler, count in work: filler.write(count)", globals(), locals(), sort="cumulative")
        return
    started = time.perf_counter()
    for filler, count in work:
        filler.write(count)
    seconds = time.perf_counter() - started
    settle()
    print(
        f"{options.tickets} demandes in {seconds:.1f} s "
        f"({seconds / options.tickets * 1e6:.0f} µs each), peak {common.peak_mib():.0f} MiB"
    )


if __name__ == "__main__":
    main()
