"""Every figure of the plan equals the list behind it, and a recount of the actions one by one."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from actions.commands import Abandon, Finish, Start
from actions.completion import Completion, Line, Tally, completion
from actions.enums import DONE_STATES, ActionState, Progress
from actions.filters import LATE, MINE, NONE, PlanFilter
from actions.models import Action
from tests.plans import Desk, fill

TODAY = date(2026, 11, 20)


@pytest.fixture
def plan(desk: Desk) -> list[Action]:
    return fill(desk)


def seen(desk: Desk, by: str = "quality") -> Any:
    return Action.objects.visible_to(desk.world.user(by))


def tables(found: Completion) -> list[Line]:
    return [found.total, *found.parts, *found.sources, *found.families, *found.offices]


def test_each_figure_is_the_count_of_its_list(desk: Desk, plan: list[Action]) -> None:
    lines = tables(completion(seen(desk)))
    assert len(lines) > 12
    for line in lines:
        for progress in Progress:
            behind = line.behind(progress).apply(seen(desk), None, TODAY)
            assert line.tally.of(progress) == behind.count(), (line.label, progress)
            assert PlanFilter.from_query(dict(pair.split("=") for pair in line.behind(progress).query.split("&"))) == (
                line.behind(progress)
            )
        assert line.tally.n == line.whole.apply(seen(desk), None, TODAY).count()


@pytest.mark.parametrize(
    ("table", "of"),
    [
        ("parts", lambda action: f"module-{action.module}" if action.module else str(action.strand) or NONE),
        ("sources", lambda action: action.source.code),
        ("offices", lambda action: action.office.code if action.office else NONE),
    ],
)
def test_figures_are_those_of_a_recount(
    desk: Desk, plan: list[Action], table: str, of: Callable[[Action], str]
) -> None:
    for line in getattr(completion(seen(desk)), table):
        states = Counter(action.state for action in plan if of(action) == line.code)
        done = states["done"] + states["verified"]
        n = done + states["planned"] + states["in_progress"]
        assert (line.tally.done, line.tally.in_progress, line.tally.not_done, line.tally.n) == (
            done, states["in_progress"], states["planned"], n,
        )  # fmt: skip
        assert line.tally.rate == (Fraction(done, n) if n else None)
        assert (line.tally.proposed, line.tally.declined, line.tally.abandoned) == (
            states["proposed"], states["declined"], states["abandoned"],
        )  # fmt: skip


def test_the_total_is_the_sum_of_each_table(desk: Desk, plan: list[Action]) -> None:
    found = completion(seen(desk))
    assert found.total.tally.n == 20
    for lines in (found.parts, found.sources, found.offices):
        summed: Counter[str] = Counter()
        for line in lines:
            summed.update(line.tally.counts)
        assert summed == Counter(found.total.tally.counts)
        assert sum((line.share or Fraction(0) for line in lines), Fraction(0)) == 1


def test_parts_come_in_the_order_of_the_label(desk: Desk, plan: list[Action]) -> None:
    labels = [line.label for line in completion(seen(desk)).parts]
    assert labels == ["Module 1", "Module 2", "Module 4", "Pilotage", "Sans module"]


def test_sources_of_one_family_are_added(desk: Desk, plan: list[Action]) -> None:
    audits = completion(seen(desk)).families[0]
    assert (audits.code, audits.label) == ("audit", "Audits")
    counted = [a for a in plan if a.source.family == "audit" and a.state in ("planned", "in_progress", *DONE_STATES)]
    assert audits.tally.n == len(counted) > 0


def test_figures_within_a_filter_keep_it(desk: Desk, plan: list[Action]) -> None:
    within = PlanFilter(office="SEJ")
    found = completion(within.apply(seen(desk), None, TODAY), within)
    assert {line.filter.office for line in found.parts} == {"SEJ"}
    assert found.total.tally.n == within.apply(seen(desk), None, TODAY).in_plan().count() > 0


def test_an_empty_plan_has_no_rate(desk: Desk) -> None:
    found = completion(seen(desk))
    assert (found.total.tally.n, found.total.tally.rate, found.total.share) == (0, None, None)
    assert found.parts == found.sources == found.offices == []


def test_nobody_sees_more_than_their_own(desk: Desk, plan: list[Action]) -> None:
    assert completion(seen(desk, "agent")).total.tally.n == 0
    own = completion(seen(desk, "supervisor"))
    assert [line.code for line in own.offices] == ["SEJ"]


def test_one_query_whatever_the_plan_holds(
    desk: Desk, plan: list[Action], django_assert_num_queries: Callable[..., Any]
) -> None:
    actions = seen(desk)
    with django_assert_num_queries(1):
        completion(actions)


def test_rates_are_compared_unrounded() -> None:
    tally = Tally({ActionState.DONE: 577, ActionState.PLANNED: 147})
    assert tally.rate is not None and tally.rate < Fraction(4, 5)


# --- Late ---------------------------------------------------------------------------------------------------------


def test_done_is_never_late(desk: Desk) -> None:
    due = {"due_on": date(2026, 11, 19)}
    late = [desk.planned(**due), desk.planned(Start(), **due)]
    desk.planned(Finish(TODAY), **due)
    desk.planned(Abandon("Fermé."), **due)
    desk.propose(**due)
    desk.planned(due_on=TODAY)
    desk.planned()
    assert set(Action.objects.late(TODAY)) == set(late)
    assert set(PlanFilter(due=LATE).apply(seen(desk), None, TODAY)) == set(late)


def test_mine_are_those_that_i_carry(desk: Desk) -> None:
    agent = desk.world.user("agent")
    mine = desk.planned(pilot_id=agent.pk)
    named = desk.planned(pilot_name="Mme A.")
    orphan = desk.planned()
    desk.propose(by="agent")
    assert [*PlanFilter(pilot=MINE).apply(Action.objects.visible_to(agent), agent, TODAY)] == [mine]
    assert [*PlanFilter(pilot=NONE, progress="not_done").apply(seen(desk), None, TODAY)] == [orphan]
    assert not PlanFilter(pilot=MINE).apply(seen(desk), None, TODAY).exists()
    assert named.pilot_name == "Mme A."


@pytest.mark.parametrize(
    "given",
    [{"part": "module-9"}, {"part": "module-x"}, {"progress": "x"}, {"state": "'"}, {"due": "1"}, {"pilot": "2"}],
)
def test_what_means_nothing_leaves_nothing_out(given: dict[str, str]) -> None:
    assert PlanFilter.from_query(given) == PlanFilter()
