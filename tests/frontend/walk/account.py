"""A person's own pages: signing in, password, programs, help."""

from datetime import date, timedelta
from typing import Any

from tests.frontend.walk.stage import AGENT, Page, Stage
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


PAGES: dict[str, Page] = {
    "home": Page(status=302, to_look_at=False),
    "sign-in": Page(public=True, status=302, control="main input[name=username]", is_form=True),
    "sign-out": Page(status=405, to_look_at=False, before_password=True),
    "password-change": Page(before_password=True, control="main input[name=old_password]", is_form=True),
    "tokens": Page(rows=add_token, control="main input[name=label]", is_form=True),
    "token-revoke": Page((AGENT,), a_token, control="main form button[type=submit]"),
    "api-guide": Page(control="main a[href]"),
    "help": Page(public=True, control="main a[href]"),
    "accessibility": Page(public=True, control="main a[href]"),
    "health": Page(public=True, to_look_at=False),
}
