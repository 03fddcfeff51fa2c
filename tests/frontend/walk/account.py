"""A person's own pages: signing in, password, programs, help."""

from datetime import date, timedelta
from typing import Any

from notifications.enums import Way
from notifications.models import Notification
from tests.frontend.walk.stage import AGENT, READING, Page, Stage, add_ticket
from tracker import clock, tokens
from tracker.enums import TokenScope
from tracker.models import ApiToken
from tracker.writers import Author


def a_token(stage: Stage) -> dict[str, Any]:
    if "token" not in stage.made:
        owner = stage.user(AGENT)
        stage.made["token"] = tokens.create_token(
            owner,
            label="Tableau du cabinet",
            scope=TokenScope.READ,
            expires_on=date(2027, 5, 19),
            author=Author(user=owner),
        ).token
    return {"token_id": stage.made["token"].pk}


def add_token(stage: Stage, number: int) -> None:
    owner = stage.user(AGENT)
    now = clock.now()
    ApiToken.objects.create(
        user=owner,
        label=f"Programme {number}",
        digest=f"{number}",
        ending="abcd",
        created_at=now,
        expires_on=now.date() + timedelta(days=90),
    )


def add_notification(stage: Stage, number: int) -> None:
    """One demande told of to the agent, every third time read; now and then four at the same moment."""
    ticket, now = add_ticket(stage, number), clock.now() - timedelta(hours=number // 4)
    kind = ("assigned", "overdue", "reopened", "due_tomorrow")[number // 4 % 4]
    Notification.objects.create(
        user=stage.user(AGENT),
        prefecture=ticket.prefecture,
        kind=kind,
        ticket=ticket,
        actor=stage.user("supervisor") if kind in ("assigned", "reopened") else None,
        day=ticket.due_on,
        way=Way.APP,
        created_at=now,
        read_at=now if number % 3 == 2 else None,
        key=f"{number}",
    )


PAGES: dict[str, Page] = {
    "home": Page(status=302, to_look_at=False),
    "sign-in": Page(public=True, status=302, control="main input[name=username]", is_form=True),
    "sign-out": Page(status=405, to_look_at=False, before_password=True),
    "password-change": Page(before_password=True, control="main input[name=old_password]", is_form=True),
    "tokens": Page(rows=add_token, control="main input[name=label]", is_form=True),
    "token-revoke": Page((AGENT,), a_token, control="main form button[type=submit]"),
    "notifications": Page(READING, rows=add_notification, control="main a[href*='/choix/']"),
    "notifications-panel": Page(READING, status=302, to_look_at=False),
    "notifications-count": Page(READING, status=302, to_look_at=False),
    "notifications-read": Page(READING, method="post", status=302, to_look_at=False),
    "notification-settings": Page(READING, control="main input[type=radio]", is_form=True),
    "api-guide": Page(control="main a[href]"),
    "help": Page(public=True, control="main a[href]"),
    "accessibility": Page(public=True, control="main a[href]"),
    "health": Page(public=True, to_look_at=False),
}
