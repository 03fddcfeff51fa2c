"""The sweep of deadlines: N open demandes whose deadline passed in the night, told in one pass, against the bare SQL
update of their deadlines.

One case a process; `bench/report.py --only sweep` calls them in turn, on the same database.

  fill ROWS   N open demandes through the product's own writer, all due yesterday
  ours        notifications.sweeping.sweep: who is told of each, absences, choices, a row each
  floor       UPDATE of one column of the same N deadlines, in one transaction
"""

import argparse
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common
import fill


def filled(rows: int) -> dict[str, Any]:
    from tracker import clock
    from tracker.models import Deadline, Ticket

    (prefecture,) = fill.prefectures(1)
    fill.Filler(prefecture, seed=1, open_share=1.0).write(rows)
    yesterday = clock.today(prefecture.time_zone) - timedelta(days=1)
    Ticket.objects.update(due_on=yesterday)
    Deadline.objects.filter(outcome="running").update(due_on=yesterday)
    fill.settle()
    return {"rows": Ticket.objects.count()}


def ours() -> dict[str, Any]:
    """Told anew each time: the marks stand where they stood two days ago."""
    from notifications import sweeping
    from notifications.models import Notification, Sweep
    from tracker import clock

    Notification.objects.all().delete()
    Sweep.objects.all().delete()
    sweeping.planned(clock.now() - timedelta(days=1))
    found = common.measured(sweeping.sweep)
    return found | {"told": Notification.objects.count()}


def floor() -> dict[str, Any]:
    from django.db import transaction
    from django.db.models import F

    from tracker import clock
    from tracker.models import Deadline

    updated: list[int] = []

    def update() -> None:
        with transaction.atomic():
            running = Deadline.objects.filter(outcome="running", due_on__lt=clock.now().date())
            updated.append(running.update(taken=F("days")))

    return common.measured(update) | {"told": updated[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=("fill", "ours", "floor"))
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    options = parser.parse_args()
    common.start_django()
    found = filled(options.rows) if options.case == "fill" else {"ours": ours, "floor": floor}[options.case]()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
