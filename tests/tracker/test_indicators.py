"""The figures against a recount, row by row, of the same demandes; and what leaves or enters N."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.factories import World
from tracker import clock, writers
from tracker.commands import Answer, AskRequester, Assign, Complete, Dismiss, Hold, Propose, Register, Reopen
from tracker.enums import DismissalReason, Outcome
from tracker.indicators import Figure, Figures, Perimeter, compute_figures
from tracker.models import Channel, Deadline, Mailbox, Nature, Site, SuspendedPeriod, Target, Ticket
from tracker.rulebooks import rule_book

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
KINDS = {
    "correspondence": ("letter", "email", "form"),
    "complaint": ("letter", "email", "box", "counter"),
    "site_update": ("email",),
    "meeting_request": ("letter", "email"),
}


def figures(world: World, first: date = date(2026, 1, 1), last: date = date(2026, 12, 31), **chosen: Any) -> Figures:
    return compute_figures(Perimeter(world.prefecture.pk, first, last, **chosen), NOW)


def reply(found: Figures) -> Figure:
    """The only total of purpose « reply »."""
    (total,) = [figure for figure in found.totals if figure.scope.purpose == "reply"]
    return total


# --- What counts ---------------------------------------------------------------------------------------------------


def test_answered_in_time_and_late(world: World) -> None:
    world.register(Answer(date(2026, 11, 16)), received_on=date(2026, 11, 12))  # 2 working days
    world.register(Answer(date(2026, 11, 20)), received_on=date(2026, 11, 12))  # 6, for 5 promised
    total = reply(figures(world))
    assert (total.n, total.on_time, total.rate, total.mean_working_days) == (2, 1, 0.5, 4.0)


def test_answer_without_a_date_is_late_and_leaves_the_mean_alone(world: World) -> None:
    world.register(Answer(None), received_on=date(2026, 11, 12))
    world.register(Answer(date(2026, 11, 13)), received_on=date(2026, 11, 12))
    total = reply(figures(world))
    assert (total.n, total.on_time, total.dated, total.mean_working_days) == (2, 1, 1, 1.0)


def test_open_past_due_is_late_and_open_before_it_is_beside(world: World) -> None:
    world.register(received_on=date(2026, 11, 2))  # due on the 9th
    world.register(received_on=date(2026, 11, 13))  # due today: not yet broken
    total = reply(figures(world))
    assert (total.n, total.on_time, total.not_due, total.rate, total.mean_working_days) == (1, 0, 1, 0.0, None)


def test_overdue_is_by_the_date_of_the_site(world: World) -> None:
    """On the evening of the 19th in Paris it is already the 20th in Nouméa."""
    world.branch.time_zone = "Pacific/Noumea"
    world.branch.save()
    for site in (world.site, world.branch):
        world.register(received_on=date(2026, 11, 10), channel="email", site=site)  # due on the 18th
    evening = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)
    found = compute_figures(Perimeter(world.prefecture.pk, date(2026, 11, 1), TODAY), evening)
    assert {group.scope.site: (group.n, group.not_due) for group in found.groups} == {"PREF": (0, 1), "SP1": (1, 0)}


def test_holding_reply_meets_the_first_promise_and_counts_apart(world: World) -> None:
    world.register(
        Hold(date(2026, 11, 13), date(2026, 11, 18)), Answer(date(2026, 11, 20)), received_on=date(2026, 11, 12)
    )
    found = figures(world)
    by_purpose = {total.scope.purpose: (total.n, total.on_time) for total in found.totals}
    assert by_purpose == {"reply": (1, 1), "promised_reply": (1, 0)}


def test_a_second_promise_makes_the_first_void(world: World) -> None:
    ticket = world.register(Hold(date(2026, 11, 13), date(2026, 11, 18)), received_on=date(2026, 11, 12))
    world.act(ticket, Hold(date(2026, 11, 16), date(2026, 11, 25)))
    promised = next(total for total in figures(world).totals if total.scope.purpose == "promised_reply")
    assert (promised.n, promised.void, promised.not_due) == (0, 1, 1)
    assert promised.as_json()["rate"] is None


def test_asking_for_a_piece_counts_the_demande_once(world: World) -> None:
    late = world.register(AskRequester(date(2026, 11, 19), "un justificatif"), received_on=date(2026, 11, 2))
    world.act(late, Complete(date(2026, 11, 19)))
    world.act(late, Answer(date(2026, 11, 20)))
    world.register(AskRequester(date(2026, 11, 13), "un justificatif"), received_on=date(2026, 11, 12))
    found = figures(world)
    total = reply(found)
    assert (total.n, total.on_time, total.void) == (1, 0, 1)
    complement = next(total for total in found.totals if total.scope.purpose == "complement")
    assert (complement.n, complement.on_time) == (2, 1)


def test_dismissals_and_no_rule_leave_n(world: World) -> None:
    world.register(Dismiss(DismissalReason.DUPLICATE, TODAY), received_on=date(2026, 11, 2))
    world.register(Dismiss(DismissalReason.WITHDRAWN, TODAY), received_on=date(2026, 11, 2))  # after the deadline
    total = reply(figures(world))
    assert (total.n, total.on_time, total.excluded) == (1, 0, 1)
    world.register(kind="complaint", nature="complaint", channel="phone")
    world.register(Answer(TODAY), kind="complaint", nature="complaint", channel="phone")
    phone = next(total for total in figures(world).totals if total.scope.channel == "phone")
    assert (phone.n, phone.excluded, phone.not_due) == (0, 2, 0)


def test_reopening_by_a_new_message_counts_once_more_at_its_date(world: World) -> None:
    ticket = world.register(Answer(date(2026, 10, 30)), received_on=date(2026, 10, 28))
    world.act(ticket, Reopen(date(2026, 11, 5)))
    october, november = (figures(world, date(2026, month, 1), date(2026, month, 28 + month % 2)) for month in (10, 11))
    assert (reply(october).n, reply(october).on_time) == (1, 1)
    assert (reply(november).n, reply(november).on_time) == (1, 0)  # due on the 13th, still open


# --- Periods and perimeters ----------------------------------------------------------------------------------------


def test_both_ends_of_the_period_are_in_it_and_neighbours_share_nothing(world: World) -> None:
    for day in (1, 9, 10, 11, 20):
        world.register(Answer(TODAY), received_on=date(2026, 11, day))
    assert reply(figures(world, date(2026, 11, 1), date(2026, 11, 10))).n == 3
    assert reply(figures(world, date(2026, 11, 11), date(2026, 11, 20))).n == 2
    assert reply(figures(world, date(2026, 11, 10), date(2026, 11, 10))).n == 1
    assert figures(world, date(2026, 11, 12), date(2026, 11, 19)).groups == ()


def test_filters(world: World) -> None:
    mailbox = Mailbox.objects.create(prefecture=world.prefecture, name="pref-contact")
    world.register(Answer(TODAY), office="DOT", mailbox_id=mailbox.pk, by=None)
    world.register(Answer(TODAY), office="DCL", by=None)
    world.register(Answer(TODAY), office="SPB", site=world.branch, by=None)
    world.register(office=None)
    assert reply(figures(world)).n == 3
    assert reply(figures(world, site_id=world.branch.pk)).n == 1
    below = frozenset({world.offices["DCL"].pk, world.offices["DOT"].pk})
    assert reply(figures(world, office_ids=below)).n == 2
    only = figures(world, mailbox_id=mailbox.pk)
    assert [group.scope.mailbox for group in only.groups] == ["pref-contact"]
    assert only.totals[0].scope.mailbox is None


def test_target_is_compared_unrounded() -> None:
    """577 in time of 724 shows as 80 % and misses 80 %."""
    figure = Figure(scope=None, label="", n=724, on_time=577, target=0.8)  # type: ignore[arg-type]
    assert figure.met is False
    assert Figure(scope=None, label="", n=5, on_time=4, target=0.8).met is True  # type: ignore[arg-type]
    assert Figure(scope=None, label="", n=5, on_time=4).met is None  # type: ignore[arg-type]


# --- Against a recount ---------------------------------------------------------------------------------------------


def random_draft(world: World, draw: random.Random, codes: dict[str, dict[str, int]]) -> writers.Draft:
    """A demande of any kind, with a plausible or an unlucky history."""
    kind = draw.choice(sorted(KINDS))
    received = TODAY - timedelta(days=draw.randrange(60))
    site: Site = draw.choice([world.site, world.branch])
    register = Register(
        kind=world.kind(kind),
        channel_id=codes["channel"][draw.choice(KINDS[kind])],
        nature_id=draw.choice(sorted(codes["nature"].values())),
        received_on=received,
        site_id=site.pk,
        module=draw.choice([1, 4]),
        mailbox_id=draw.choice([None, codes["mailbox"]["pref-contact"]]),
    )
    first: list[Any] = [register]
    if draw.random() < 0.8:
        first.append(Assign(draw.choice([office.pk for office in world.offices.values()])))
    steps: list[list[Any]] = [first]
    day = min(TODAY, received + timedelta(days=draw.randrange(20)))
    if kind == "meeting_request":
        if len(first) == 2 and draw.random() < 0.7:
            steps.append([Propose(day, day + timedelta(days=3))])
    elif len(first) == 2 and draw.random() < 0.3:
        steps.append([draw.choice([Hold(day, TODAY + timedelta(days=9)), AskRequester(day, "une pièce")])])
    if kind != "meeting_request" and draw.random() < 0.6:
        steps.append([Answer(draw.choice([day, day, day, None]))])
    elif draw.random() < 0.3:
        reason = draw.choice([DismissalReason.DUPLICATE, DismissalReason.WITHDRAWN])
        steps.append([Dismiss(reason, day)])
    at = datetime.combine(TODAY, time(8), UTC)
    author = writers.Author(now=at, quiet=True)
    return writers.Draft(Ticket(prefecture=world.prefecture, site=site), [(author, acts) for acts in steps])


def recount(world: World, first: date, last: date) -> dict[tuple[Any, ...], list[Any]]:
    """N, in time, dated days and what stands beside, one deadline at a time."""
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, 0, [], 0, 0, 0])
    for row in Deadline.objects.select_related(
        "site", "ticket__kind", "ticket__channel", "ticket__nature", "ticket__office", "ticket__mailbox"
    ):
        if row.counted_on is None or not first <= row.counted_on <= last:
            continue
        ticket = row.ticket
        sums = found[
            row.purpose,
            ticket.kind.code,
            ticket.channel.code,
            ticket.module,
            ticket.nature.code,
            row.site.code,
            ticket.office.code if ticket.office else None,
            ticket.mailbox.name if ticket.mailbox else None,
        ]
        if row.outcome == "in_time" or row.outcome == "late":
            sums[0] += 1
            sums[1] += row.outcome == "in_time"
            if row.met_on:
                sums[2].append(row.taken)
        elif row.outcome == "running" and row.due_on and row.due_on < TODAY:
            sums[0] += 1
        elif row.outcome == "running" and row.due_on:
            sums[3] += 1
        elif row.outcome == "void":
            sums[5] += 1
        else:
            sums[4] += 1
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equal_to_a_recount(world: World, seed: int) -> None:
    draw = random.Random(seed)
    mailbox = Mailbox.objects.create(prefecture=world.prefecture, name="pref-contact")
    codes = {
        "channel": dict(Channel.objects.values_list("code", "pk")),
        "nature": dict(Nature.objects.values_list("code", "pk")),
        "mailbox": {mailbox.name: mailbox.pk},
    }
    writers.write_many([random_draft(world, draw, codes) for _ in range(150)], rule_book(world.prefecture.pk))
    first, last = TODAY - timedelta(days=40), TODAY - timedelta(days=3)
    expected = recount(world, first, last)
    assert expected
    found = figures(world, first, last)
    seen = {}
    for group in found.as_json()["groups"]:
        seen[tuple(group["scope"].values())] = group
    assert set(seen) == set(expected)
    for key, (n, on_time, days, not_due, excluded, void) in expected.items():
        group = seen[key]
        assert (group["n"], group["on_time"]) == (n, on_time)
        assert (group["not_due"], group["excluded"], group["void"]) == (not_due, excluded, void)
        assert group["rate"] == (float(Fraction(on_time, n)) if n else None)
        assert group["mean_working_days"] == (float(Fraction(sum(days), len(days))) if days else None)
        assert group["met"] == (None if None in (group["target"], group["rate"]) else group["rate"] >= group["target"])
    for total in found.as_json()["totals"]:
        parts = [sums for key, sums in expected.items() if key[:4] == tuple(total["scope"].values())[:4]]
        assert total["n"] == sum(part[0] for part in parts)
        assert total["on_time"] == sum(part[1] for part in parts)
        days = [taken for part in parts for taken in part[2]]
        assert total["mean_working_days"] == (float(Fraction(sum(days), len(days))) if days else None)


def test_queries_do_not_grow_with_the_demandes(world: World, django_assert_num_queries: Any) -> None:
    world.register()
    with django_assert_num_queries(9):
        figures(world)
    for channel in ("letter", "email", "form"):
        for office in ("DOT", "SEJ", "SPB"):
            world.register(Answer(TODAY), channel=channel, office=office, by=None)
    with django_assert_num_queries(9):
        assert len(figures(world).groups) == 9


@pytest.mark.parametrize(
    ("kind", "module", "target"),
    [("correspondence", 1, 0.9), ("correspondence", 4, 0.8), ("complaint", 1, 1.0), ("site_update", 1, 0.9)],
)
def test_the_most_precise_target_of_the_day_wins(world: World, kind: str, module: int, target: float) -> None:
    world.register(Answer(TODAY), kind=kind, module=module, received_on=date(2026, 11, 19))
    [figure] = figures(world).groups
    assert (figure.target, figure.met) == (target, True)


def test_a_target_holds_for_its_dates_alone(world: World) -> None:
    Target.objects.update(valid_until=date(2025, 12, 31))
    world.register(Answer(TODAY))
    [figure] = figures(world).groups
    assert (figure.target, figure.met) == (None, None)


def test_a_suspended_period_is_a_hole_in_the_figures_alone(world: World) -> None:
    SuspendedPeriod.objects.create(
        prefecture=world.prefecture,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        reason="Crise",
        source="Circulaire",
    )
    for received_on in (date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 1)):
        world.register(Answer(date(2026, 4, 30)), received_on=received_on)
    [figure] = compute_figures(Perimeter(world.prefecture.pk, date(2026, 1, 1), date(2026, 12, 31)), clock.now()).totals
    assert (figure.n, figure.suspended, figure.dated) == (2, 2, 2)
    assert Deadline.objects.filter(outcome=Outcome.LATE).count() == 4
