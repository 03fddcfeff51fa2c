"""One demande: its page, acts, files and letters."""

from collections.abc import Callable
from typing import Any

from tests.frontend.walk.stage import AGENT, HANDLING, SUPERVISOR, Page, Stage, the_ticket
from tests.tracker.attachments.samples import png, upload
from tracker import attachments
from tracker.writers import Author

ACTS = (
    "answer", "hold", "ask_requester", "hand_over", "take", "forward", "send_back", "dismiss", "merge", "note",
    "correct",
)  # fmt: skip
"""Acts that a demande held by a bureau allows; their forms differ, so each is looked at."""
WITHOUT_FIELDS = ("take",)


def act(name: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: {"reference": stage.ticket.reference, "name": name}


def an_attachment(stage: Stage) -> dict[str, Any]:
    if "attachment" not in stage.made:
        outcome = attachments.attach(stage.ticket.pk, [upload("Lettre signée.pdf")], Author(user=stage.user(AGENT)))
        stage.made["attachment"] = outcome.added[0]
    return the_ticket(stage) | {"key": stage.made["attachment"].key}


def add_attachment(stage: Stage, number: int) -> None:
    """Every third one withdrawn: they are listed too."""
    author = Author(user=stage.user((AGENT, SUPERVISOR)[number % 2]))
    file = upload(f"Relevé {number}.png", png(number + 1))
    [added] = attachments.attach(stage.ticket.pk, [file], author).added
    if number % 3 == 2:
        attachments.withdraw(added, "Doublon", author)


def a_text(slug: str, **typed: str) -> dict[str, str]:
    return {"pour": slug, "opened": slug, "model": slug, "text": "Madame, Monsieur,", **typed}


PAGES: dict[str, Page] = {
    "ticket": Page(HANDLING, the_ticket, rows=add_attachment, control="main a[href*=repondre], main button"),
    "ticket-live": Page(HANDLING, the_ticket, rows=add_attachment, to_look_at=False),
    "ticket-presence": Page(HANDLING, the_ticket, "?lit=1&ecrit=2", to_look_at=False),
    "ticket-attach": Page(HANDLING, the_ticket, method="post", status=422, to_look_at=False),
    "attachment": Page(HANDLING, an_attachment, to_look_at=False),
    "attachment-withdraw": Page(HANDLING, an_attachment, control="main form button[type=submit]", is_form=True),
    **{
        f"ticket-act:{name}": Page(
            HANDLING, act(name), control="main form button[type=submit]", is_form=name not in WITHOUT_FIELDS
        )
        for name in ACTS
    },
    "ticket-text": Page(HANDLING, the_ticket, control="main textarea[name=text]", is_form=True),
    "ticket-text:attente": Page(
        HANDLING, the_ticket, "?pour=attente", control="main textarea[name=text]", is_form=True
    ),
    "ticket-text-odt": Page(HANDLING, the_ticket, method="post", data=a_text("attente"), to_look_at=False),
}
