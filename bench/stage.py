"""What the driver must know of a database that fill.py has filled: accounts with a password, tokens, samples.

Prints one JSON object. Run on a bench database alone: it gives passwords to people and tokens to agents.
"""

import json
import random
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common
import fill

SAMPLES, DEPTH = 200, 0.9


def password_for(login: str) -> dict[str, str]:
    from tracker.models import User

    user = User.objects.get(email=f"{login}@{fill.CODE.lower()}.example.test")
    password = secrets.token_urlsafe(16)
    user.set_password(password)
    user.save()
    return {"login": user.email, "password": password}


def token_for(login: str) -> str:
    """A new token; those of earlier runs are closed. A person's calls are counted by the minute, so there are many."""
    from tracker import clock, tokens
    from tracker.enums import TokenScope
    from tracker.models import ApiToken, User
    from tracker.writers import Author

    user = User.objects.get(email=f"{login}@{fill.CODE.lower()}.example.test")
    author, today = Author(user=user), clock.today("Europe/Paris")
    for old in ApiToken.objects.filter(user=user, revoked_at=None):
        tokens.revoke_token(old.pk, author)
    made = tokens.create_token(
        user, label="Banc d’essai", scope=TokenScope.WRITE, expires_on=today + timedelta(days=30), author=author
    )
    return made.secret


def place(rows: Any) -> dict[str, str]:
    """Where the list stands at 90 %: the cursor of its address, and the reference that must come next."""
    from tracker.paging import Cursor
    from tracker.registry import ORDERS

    order = ORDERS["received"]
    at = int(rows.count() * DEPTH)
    last, following = list(rows.order_by(*order.columns())[at : at + 2])
    return {"from": Cursor(order.code, tuple(order.values(last))).encode(), "holds": following.reference}


def known() -> dict[str, Any]:
    from tracker.models import Ticket

    rows = Ticket.objects.filter(prefecture__code=fill.CODE)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    drawn = random.Random(1).sample(keys, min(SAMPLES, len(keys)))
    return {
        "tickets": len(keys),
        "offices": fill.OFFICES,
        "people": {login: password_for(login) for login in ("referent", "chef0", "agent0")},
        "tokens": [token_for(f"agent{n}") for n in range(fill.AGENTS)],
        "references": sorted(Ticket.objects.filter(pk__in=drawn).values_list("reference", flat=True)),
        "deep": place(rows),
    }


if __name__ == "__main__":
    common.start_django()
    print(json.dumps(known()))
