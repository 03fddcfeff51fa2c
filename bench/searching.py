"""What a search of the Registre costs, on a database that bench/fill.py has filled: its first page and its count, for a
rare word, a number, a frequent word and a word that every demande holds, by relevance and by date.

    DATABASE_URL=postgres://… python bench/searching.py [--rounds 9] [--explain]
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common

SEARCHES = ("12345", "2024", "29999", "expediteur 77", "expe", "demande", "renseignements 4", "introuvable")
FREQUENT = "préfecture"
"""Written into one subject of twelve, those of one bureau: a search as it is after years."""


def reader() -> Any:
    from tracker.enums import Role
    from tracker.models import Membership, Prefecture, User

    prefecture = Prefecture.objects.get()
    user, _ = User.objects.get_or_create(email="lecteur@banc.example.test")
    Membership.objects.get_or_create(user=user, prefecture=prefecture, role=Role.QUALITY)
    return user


def spread_a_frequent_word() -> None:
    from tracker.models import Ticket
    from tracker.search import index_tickets

    office = Ticket.objects.values_list("office", flat=True).order_by("pk")[0]
    rows = Ticket.objects.filter(office=office).exclude(subject__contains=FREQUENT)
    while batch := list(rows[:2_000]):
        for ticket in batch:
            ticket.subject += f", {FREQUENT}"
        Ticket.objects.bulk_update(batch, ["subject"], batch_size=200)
        index_tickets(batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    common.start_django()
    from django.http import HttpRequest, QueryDict

    from tracker import paging
    from tracker.filters import TicketFilter
    from tracker.registry import orders_for

    request = HttpRequest()
    request.user = reader()
    spread_a_frequent_word()
    print(f"{'search':20} {'order':10} {'page ms':>9} {'count ms':>9}  found")
    for text in (*SEARCHES, FREQUENT):
        for code in ("relevance", "received", "due"):
            order = orders_for(text)[code]
            pages, counts = [], []
            for _ in range(options.rounds):
                started = time.perf_counter()
                filters = TicketFilter(QueryDict(f"text={text}"), request=request)
                filters.is_valid()
                parts = [part.select_related("kind", "channel", "office") for part in filters.in_order(order)]
                paging.page(parts, order)
                read = time.perf_counter()
                total = paging.total(filters.qs)
                pages.append((read - started) * 1000)
                counts.append((time.perf_counter() - read) * 1000)
            more = "" if total.exact else "+"
            print(f"{text:20} {code:10} {median(pages):9.1f} {median(counts):9.1f}  {total.number}{more}")
            if options.explain:
                for part in filters.in_order(order):
                    print(part.order_by(*order.columns())[:51].explain(analyze=True))


if __name__ == "__main__":
    main()
