"""Fill a database with N demandes, their journal and their deadlines, through the product's own writer.

    python bench/fill.py 100000                             # under SILLAGE_DATA (default: var/)
    DATABASE_URL=postgres://… python bench/fill.py 100000

They belong to a préfecture of code BANC, made on the first run; later runs add to it. A database that holds another
préfecture is refused. Two years of arrivals, four kinds, every channel, a dozen bureaux, about 2 % still open.
"""

import argparse
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common

CODE, OFFICES, CHANNELS = "BANC", 12, ("letter", "email", "form", "box", "counter", "phone")
KINDS = {"correspondence": 75, "complaint": 13, "meeting_request": 7, "site_update": 5}
OPEN_SHARE, DAYS = 0.02, 730
CHUNK = 500


class Filler:
    """Draws demandes and writes them. Everything is known before the clock starts: only writing is timed."""

    def __init__(self, seed: int) -> None:
        from tracker import clock
        from tracker.models import Channel, Nature
        from tracker.rulebooks import current_calendar, rule_book

        self.prefecture = self.bench_prefecture()
        self.site = self.prefecture.sites.get(is_main=True)
        self.offices = list(self.prefecture.offices.order_by("pk"))
        self.kinds = {kind.code: kind for kind in self.prefecture.kinds.all()}
        self.channels = dict(Channel.objects.values_list("code", "pk"))
        self.natures = list(Nature.objects.values_list("pk", flat=True))
        self.rules, self.calendar = rule_book(self.prefecture.pk), current_calendar(self.site)
        self.now, self.draw = clock.now(), random.Random(seed)

    def bench_prefecture(self) -> Any:
        from tracker import clock, journal
        from tracker.enums import Via
        from tracker.models import Office, Prefecture
        from tracker.reference import install, profiles

        others = Prefecture.objects.exclude(code=CODE).values_list("code", flat=True)
        if others:
            raise SystemExit(f"This database holds the préfecture {others[0]}: fill an empty one.")
        found = Prefecture.objects.filter(code=CODE).first()
        if found is not None:
            return found
        act = journal.Act(actor_id=None, via=Via.COMMAND, now=clock.now(), quiet=True)
        made = install.create_prefecture(
            code=CODE, department_code="44", name="Banc d’essai", profile=profiles.DEFAULT_PROFILE, act=act
        )
        for n in range(OFFICES):
            site = made.sites.get(is_main=True)
            Office.objects.create(prefecture=made, site=site, code=f"B{n:02d}", name=f"Bureau {n}", position=n)
        return made

    def write(self, count: int) -> None:
        from django.db import transaction

        from tracker import writers

        for start in range(0, count, CHUNK):
            drafts = [self.draft(start + n) for n in range(min(CHUNK, count - start))]
            with transaction.atomic():
                writers.write_many(drafts, self.rules)

    def draft(self, number: int) -> Any:
        """Registered and affected; then, but for the last ones, answered and closed, or its meeting held."""
        from tracker import commands as c
        from tracker.models import Ticket
        from tracker.writers import Draft

        draw = self.draw
        kind = self.kinds[draw.choices(list(KINDS), list(KINDS.values()))[0]]
        is_open = draw.random() < OPEN_SHARE
        ago = draw.randint(0, 14) if is_open else draw.randint(60, DAYS)
        received_on = (self.now - timedelta(days=ago)).date()
        register = c.Register(
            kind=kind,
            channel_id=self.channels[draw.choice(CHANNELS)],
            nature_id=draw.choice(self.natures),
            received_on=received_on,
            site_id=self.site.pk,
            module=draw.choice((1, 1, 1, 2, 4)),
            sender_name=f"Expéditeur {number % 30_000}",
            subject=f"Demande de renseignements n° {number}",
        )
        at = self.author(received_on)
        steps: list[Any] = [(at, [register, c.Assign(draw.choice(self.offices).pk)])]
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

    def author(self, on: Any) -> Any:
        from tracker.enums import Via
        from tracker.writers import Author

        return Author(via=Via.IMPORT, quiet=True, now=min(self.now, datetime.combine(on, day_time(10), UTC)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tickets", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="print where the time goes (cProfile, twice as slow)")
    options = parser.parse_args()
    common.start_django()
    filler = Filler(options.seed)
    if options.profile:
        import cProfile

        cProfile.runctx("filler.write(options.tickets)", globals(), locals(), sort="cumulative")
        return
    started = time.perf_counter()
    filler.write(options.tickets)
    seconds = time.perf_counter() - started
    print(
        f"{options.tickets} demandes in {seconds:.1f} s "
        f"({seconds / options.tickets * 1e6:.0f} µs each), peak {common.peak_mib():.0f} MiB"
    )


if __name__ == "__main__":
    main()
