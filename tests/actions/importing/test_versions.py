"""A later version of the plan: what it says anew is taken, what people have done here is never undone in silence."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from actions.commands import Abandon, Command, Edit, Finish, Link, Reopen, Start, Verify
from actions.enums import ActionState, CauseKind
from actions.importing.acts import reachable, towards
from actions.models import Action, ActionIdentity, ActionLink
from tests.actions.importing.conftest import Bring, Write
from tests.plans import Desk
from tracker.enums import Via
from tracker.models import Event
from tracker.verification import verify_journal

DAY, DUE, DONE = date(2026, 3, 2), date(2026, 6, 30), date(2026, 4, 1)
OTHER = (9, "Module 1", "Une autre", "CLU", "En cours", DAY, None, None)


def row(
    state: str = "Non fait", due: Any = DUE, done: Any = None, title: str = "Afficher", **cells: Any
) -> tuple[Any, ...]:
    return (
        cells.get("number", 1),
        cells.get("part", "Module 1"),
        title,
        "CLU",
        state,
        cells.get("opened", DAY),
        due,
        done,
    )


@pytest.fixture
def version(bring: Bring, write: Write) -> Callable[..., Any]:
    def imported(**cells: Any) -> Any:
        return bring(write(row(**cells), OTHER))

    return imported


def the_action() -> Action:
    return Action.objects.get(identities__key="1")


@pytest.mark.parametrize(
    ("first", "then", "kinds"),
    [
        ("Non fait", "En cours", ["started"]),
        ("Non fait", "Fait", ["done"]),
        ("En cours", "Fait", ["done"]),
        ("En cours", "Non fait", ["put_back"]),
        ("Fait", "En cours", ["reopened"]),
        ("Fait", "Non fait", ["reopened", "put_back"]),
        ("Fait", "Vérifié", ["verified"]),
        ("En cours", "Vérifié", ["done", "verified"]),
        ("Non fait", "Abandonnée", ["abandoned"]),
        ("Fait", "Abandonnée", ["reopened", "abandoned"]),
        ("Abandonnée", "Fait", ["reopened", "done"]),
        ("Proposé", "Non fait", ["planned"]),
        ("Proposé", "Non retenue", ["declined"]),
        ("Non retenue", "En cours", ["reconsidered", "planned", "started"]),
    ],
)
def test_a_later_version_brings_the_action_further(
    version: Callable[..., Any], first: str, then: str, kinds: list[str]
) -> None:
    version(state=first)
    before = the_action()
    report = version(state=then)
    assert (report.taken, report.already_known, report.updated, report.refused) == (0, 2, 1, [])
    events = Event.objects.filter(stream="action", object_id=before.pk, number__gt=before.version)
    assert list(events.order_by("number").values_list("kind", flat=True)) == kinds
    assert set(events.values_list("via", flat=True)) == {Via.IMPORT}
    again = version(state=then)
    assert (again.already_known, again.updated) == (2, 0)
    assert verify_journal().different == []


@pytest.mark.parametrize("now", ActionState)
@pytest.mark.parametrize("wanted", ActionState)
def test_every_state_leads_to_every_other_that_it_may_reach(now: ActionState, wanted: ActionState) -> None:
    """The acts that are chosen are those that the machine takes."""
    if not reachable(now, wanted):
        return
    action = Action(state=now, done_on=DONE)
    for act in towards(now, wanted, {"done_on": DONE}, DAY):
        name = {"PutBack": "put_back"}.get(type(act).__name__, type(act).__name__.lower())
        getattr(action, name)(**{field: getattr(act, field) for field in act.__dataclass_fields__})
    assert action.state == wanted or (now, wanted) == (ActionState.VERIFIED, ActionState.DONE)


def test_dates_and_words_follow_the_file(version: Callable[..., Any]) -> None:
    version()
    version(due=date(2026, 9, 30), title="Afficher partout")
    action = the_action()
    assert (action.due_on, action.title) == (date(2026, 9, 30), "Afficher partout")


def test_another_day_of_doing_is_written(version: Callable[..., Any]) -> None:
    version(state="Fait", done=DONE)
    assert version(state="Fait", done=date(2026, 4, 8)).updated == 1
    assert the_action().done_on == date(2026, 4, 8)


def test_an_empty_cell_takes_nothing_back(version: Callable[..., Any]) -> None:
    version(state="Fait", done=DONE)
    report = version(state="Fait", due=None, done=None)
    assert (report.already_known, report.updated) == (2, 0)
    assert (the_action().due_on, the_action().done_on) == (DUE, DONE)


def test_who_carries_it_and_what_caused_it_stay(version: Callable[..., Any], desk: Desk) -> None:
    version()
    action = the_action()
    agent = desk.world.users["agent"]
    office = desk.world.offices["SEJ"]
    ticket = desk.world.register(kind="complaint", nature="complaint")
    desk.act(action, Edit({"pilot_id": agent.pk, "office_id": office.pk}), Link(CauseKind.TICKET, ticket.pk))
    version(state="Fait", done=DONE)
    action = the_action()
    assert (action.pilot, action.office, action.state) == (agent, office, "done")
    assert ActionLink.objects.get().action == action


@pytest.mark.parametrize("acts", [[Start()], [Finish(DONE)], [Finish(DONE), Verify(DONE)], [Abandon("Fermé.")]])
def test_the_same_file_undoes_nothing_of_what_was_done_here(
    version: Callable[..., Any], desk: Desk, acts: list[Command]
) -> None:
    version()
    action = desk.act(the_action(), *acts)
    report = version()
    assert (report.already_known, report.updated, report.refused) == (2, 0, [])
    assert the_action().version == action.version


@pytest.mark.parametrize(
    ("acts", "said", "reason"),
    [
        ([Finish(DONE)], {"state": "En cours"},
         "l’état de l’action 44-A-2026-0001 : « En cours » dans le fichier, « Faite » dans Sillage."),
        ([Finish(DONE)], {"state": "Fait", "done": date(2026, 4, 8)},
         "la date de réalisation de l’action 44-A-2026-0001 : 08/04/2026 dans le fichier, 01/04/2026 dans Sillage."),
        ([Edit({"due_on": date(2026, 7, 7)})], {"due": date(2026, 8, 8)},
         "l’échéance de l’action 44-A-2026-0001 : 08/08/2026 dans le fichier, 07/07/2026 dans Sillage."),
        ([Edit({"title": "Afficher ici"})], {"title": "Afficher là"},
         "l’intitulé de l’action 44-A-2026-0001 : « Afficher là » dans le fichier, « Afficher ici » dans Sillage."),
    ],
)  # fmt: skip
def test_what_contradicts_the_tool_is_refused_with_both_values(
    version: Callable[..., Any], desk: Desk, acts: list[Command], said: dict[str, Any], reason: str
) -> None:
    version()
    action = desk.act(the_action(), *acts)
    report = version(**said)
    [refused] = report.refused
    assert refused.reason.replace("\xa0", " ") == f"Le fichier contredit Sillage sur {reason}"
    assert refused.row == 2 and refused.column
    assert the_action().version == action.version


def test_both_sides_saying_the_same_is_no_contradiction(version: Callable[..., Any], desk: Desk) -> None:
    version()
    desk.act(the_action(), Finish(DONE))
    assert version(state="Fait", done=DONE).already_known == 2
    desk.act(the_action(), Reopen())
    report = version(state="Fait", done=DONE)
    assert (report.already_known, report.updated, report.refused) == (2, 0, []), "the file says nothing new"


def test_an_action_of_the_plan_is_no_idea_again(version: Callable[..., Any]) -> None:
    version(state="En cours")
    [refused] = version(state="Proposé").refused
    assert "« Proposée » dans le fichier" in refused.reason.replace("\xa0", " ")


def test_a_number_of_another_action_is_refused(version: Callable[..., Any]) -> None:
    version()
    report = version(title="Tout autre chose", opened=date(2026, 5, 5))
    [refused] = report.refused
    assert refused.reason.replace("\xa0", " ").startswith("Numéro déjà utilisé dans ce plan : « 1 » désigne l’action")
    assert Action.objects.count() == 2


def test_rows_without_number_are_known_by_what_they_say(bring: Bring, write: Write) -> None:
    header = ("Module", "Action", "Source", "État", "Ouverte le")
    first = [(1, "Une", "CLU", "Non fait", DAY), (1, "Une", "CLU", "Fait", DAY), (4, "Deux", "CLU", "Fait", DAY)]
    assert bring(write(*first, header=header)).taken == 3
    later = [(4, "Deux", "CLU", "En cours", DAY), (1, "Une", "CLU", "Fait", DAY), (1, "Une", "CLU", "Fait", DAY)]
    report = bring(write(*later, header=header))
    assert (report.taken, report.already_known, report.updated) == (0, 3, 2)


def test_another_file_name_is_the_same_plan_and_another_register_is_not(bring: Bring, write: Write) -> None:
    assert bring(write(row())).taken == 1
    assert bring(write(row(), name="plan v2 (copie).xlsx")).already_known == 1
    assert bring(write(row()), register="Plan de la sous-préfecture").taken == 1
    assert ActionIdentity.objects.count() == 2


def test_a_rehearsal_of_a_later_version_changes_nothing(
    version: Callable[..., Any], bring: Bring, write: Write
) -> None:
    version()
    report = bring(write(row(state="Fait"), OTHER), dry_run=True)
    assert (report.already_known, report.updated) == (2, 1)
    assert the_action().state == "planned"
    assert version(state="Fait").updated == 1


def test_said_holds_no_word_of_the_file(version: Callable[..., Any]) -> None:
    version(title="Phrase que rien ne doit répéter")
    assert "Phrase" not in str(ActionIdentity.objects.get(key="1").said)
