"""Two people take an import back at the same instant, and an agent acts on a demande meanwhile."""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from tests.factories import World, make_world
from tests.tracker.importing.test_withdrawal import bring, clean, register
from tests.tracker.test_concurrency import together
from tracker import jobs, writers
from tracker.commands import Assign, Note
from tracker.enums import JobState, State
from tracker.errors import StaleVersion
from tracker.importing import withdrawal
from tracker.models import Event, ExternalIdentity, Job, Ticket
from tracker.writers import Author

ROUNDS = 12


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.mark.postgresql
def test_two_people_ask_at_once(world: World, tmp_path: Path) -> None:
    imported = bring(world, register(tmp_path, *[date(2026, 3, 20)] * 3), "courriel")
    user = world.user("quality")
    [pair] = together(1, *[lambda _: withdrawal.withdraw(world.prefecture, user, imported)] * 2)
    assert pair[0] == pair[1]
    jobs.run_pending_jobs()
    assert Event.objects.filter(stream="ticket", kind="dismissed").count() == 3
    assert clean()


@pytest.mark.postgresql
def test_the_page_and_the_command_at_once(world: World, tmp_path: Path) -> None:
    """The command works in its own process: of the two jobs, one dismisses and the other is told."""
    imported = bring(world, register(tmp_path, *[date(2026, 3, 20)] * 3), "courriel")
    together(1, *[lambda _: withdrawal.withdraw_here(world.prefecture, imported)] * 2)
    done = Job.objects.filter(kind=withdrawal.KIND, state=JobState.DONE)
    assert [job.result["withdrawn"] for job in done] == [3]
    others = Job.objects.filter(kind=withdrawal.KIND).exclude(state=JobState.DONE)
    assert {job.error for job in others} <= {withdrawal.UNDER_WAY}
    assert Event.objects.filter(stream="ticket", kind="dismissed").count() == 3
    assert clean()


@pytest.mark.postgresql
def test_an_agent_acts_meanwhile(world: World, tmp_path: Path) -> None:
    """Whoever comes first: the act keeps the demande, or finds it dismissed. Never both."""
    imported = bring(world, register(tmp_path, *[None] * ROUNDS), "courriel")
    user = world.user("quality")
    rows = list(ExternalIdentity.objects.select_related("ticket").order_by("pk"))

    def take_back(number: int) -> int:
        with transaction.atomic():
            author = Author(user=user, quiet=True)
            return withdrawal.withdraw_chunk(imported, [rows[number]], author)

    def act(number: int) -> Ticket:
        version = rows[number].ticket.version
        acts = [Assign(world.offices["SEJ"].pk), Note("Pris en main")]
        return writers.write_one(rows[number].ticket_id, acts, Author(user=user), opened_version=version)

    for number, (count, acted) in enumerate(together(ROUNDS, take_back, act)):
        ticket = Ticket.objects.get(pk=rows[number].ticket_id)
        assert not isinstance(count, Exception)
        if count:
            assert isinstance(acted, StaleVersion)
            assert ticket.state == State.DISMISSED
        else:
            assert ticket.state == State.ASSIGNED
        assert ExternalIdentity.objects.get(ticket=ticket).withdrawn_at is None or count == 1
    assert clean()


@pytest.mark.postgresql
def test_taken_back_while_the_file_is_imported_again(world: World, tmp_path: Path) -> None:
    """The second import finds each row known, or free: no row is ever held by two standing demandes."""
    path = register(tmp_path, *[date(2026, 3, 20)] * 6)
    imported = bring(world, path, "courriel")
    together(
        1, lambda _: withdrawal.withdraw_here(world.prefecture, imported), lambda _: bring(world, path, "courriel")
    )
    bring(world, path, "courriel")
    standing = ExternalIdentity.objects.standing()
    assert standing.count() == standing.values("key").distinct().count() == 6
    assert clean()
