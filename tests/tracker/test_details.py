"""The detail model of a kind receives its own columns and no other's."""

from datetime import date

import pytest

from correspondence.models import SiteUpdate
from tests.factories import World
from tracker.commands import Answer, Undo


@pytest.mark.parametrize(("kind", "details"), [("site_update", {"page": "/horaires"}), ("complaint", {})])
def test_undoing_an_answer_leaves_the_details_of_a_reply_alone(
    world: World, kind: str, details: dict[str, str]
) -> None:
    ticket = world.register(kind=kind, details=details, received_on=date(2026, 11, 18))
    world.act(ticket, Answer(date(2026, 11, 20)), by="agent")
    again = world.act(ticket, Undo(), by="agent")
    assert again.state == "assigned"
    assert list(SiteUpdate.objects.values_list("page", flat=True)) == ([details["page"]] if details else [])
