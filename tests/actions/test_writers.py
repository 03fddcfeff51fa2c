"""What an act on the plan writes: the action, its journal, and nothing where it is refused."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from actions import writers
from actions.commands import (
    Abandon,
    AddEvidence,
    Command,
    Decline,
    Edit,
    Finish,
    Link,
    Plan,
    PutBack,
    Reconsider,
    Record,
    Reopen,
    Start,
    Verify,
    WithdrawEvidence,
)
from actions.enums import ActionState, CauseKind, Strand
from actions.models import Action, ActionCounter, ActionEvidence, ActionLink, ActionSource
from actions.shipped import SHIPPED
from tests.factories import World, make_world
from tests.plans import OPENED, Desk
from tracker.enums import Via
from tracker.errors import InvalidCommand, NotAllowed, StaleVersion, TransitionRefused
from tracker.models import Engagement, Event, LiveCounter, PendingEvent
from tracker.pending import drain_all
from tracker.verification import verify_journal
from tracker.writers import Author

TODAY = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)


def kinds_of(action: Action) -> list[str]:
    events = Event.objects.filter(stream="action", object_id=action.pk).order_by("number")
    return list(events.values_list("kind", flat=True))


# --- Sources ------------------------------------------------------------------------------------------------------


def test_a_new_prefecture_has_the_eleven_sources(world: World) -> None:
    codes = list(ActionSource.objects.filter(prefecture=world.prefecture).values_list("code", flat=True))
    assert codes == [source.code for source in SHIPPED]
    assert len(set(codes)) == 11


def test_a_prefecture_in_use_receives_the_sources_of_a_new_one(world: World) -> None:
    new = list(ActionSource.objects.values_list("code", "label", "family", "position"))
    ActionSource.objects.all().delete()
    editor = connection.SchemaEditorClass(connection)
    import_module("actions.migrations.0002_shipped_sources").give(apps, editor)
    assert list(ActionSource.objects.values_list("code", "label", "family", "position")) == new


# --- A whole life -------------------------------------------------------------------------------------------------


def test_life_of_an_action_is_told_whole(desk: Desk) -> None:
    action = desk.propose(by="agent", module=1)
    assert (action.reference, action.state) == ("44-A-2026-0001", ActionState.PROPOSED)
    for acts in ([Plan()], [Start()], [Finish(YESTERDAY)], [Verify(TODAY)], [Reopen()], [PutBack()]):
        action = desk.act(action, *acts)
    action = desk.act(action, Abandon("Le guichet a fermé."))
    assert kinds_of(action) == [
        "recorded", "planned", "started", "done", "verified", "reopened", "put_back", "abandoned",
    ]  # fmt: skip
    assert (action.version, action.reopened_count, action.reason) == (8, 1, "Le guichet a fermé.")
    report = verify_journal()
    assert report.different == []


def test_events_hold_codes_and_dates_and_texts_hold_words(desk: Desk) -> None:
    action = desk.planned(title="Former les agents", due_on=date(2026, 12, 1))
    action = desk.act(action, Edit({"title": "Former les agents d’accueil", "due_on": date(2026, 12, 31)}))
    first, _, changed = Event.objects.filter(stream="action").order_by("number")
    assert first.data["changes"]["due_on"] == [None, "2026-12-01"]
    assert first.texts.get(name="title").text == "Former les agents"
    assert changed.data["changes"] == {"due_on": ["2026-12-01", "2026-12-31"]}
    assert changed.data["fields"] == ["title"]
    assert [(row.name, row.text) for row in changed.texts.all()] == [("was_title", "Former les agents")]
    assert "Former" not in str(changed.data) + str(first.data)


def test_a_declined_idea_says_why_and_can_be_looked_at_again(desk: Desk) -> None:
    action = desk.propose(by="agent")
    with pytest.raises(InvalidCommand, match="pourquoi"):
        desk.act(action, Decline("  "))
    desk.act(action, Decline("Déjà fait au guichet 3."))
    action = desk.act(action, Reconsider())
    assert (action.state, action.reason) == (ActionState.PROPOSED, "")
    declined = Event.objects.get(stream="action", kind="declined")
    assert declined.texts.get(name="reason").text == "Déjà fait au guichet 3."


def test_an_idea_enters_the_plan_once_it_has_its_part(desk: Desk) -> None:
    action = desk.propose(by="agent")
    with pytest.raises(InvalidCommand) as refusal:
        desk.act(action, Plan())
    assert refusal.value.field == "module"
    action = desk.act(action, Edit({"strand": Strand.STEERING}), Plan())
    assert (action.state, action.strand, action.version) == (ActionState.PLANNED, "steering", 3)


def test_numbers_follow_each_other_by_year_and_by_prefecture(desk: Desk) -> None:
    other = Desk(make_world("85", "85"))
    found = [desk.propose().reference, desk.propose(opened_on=date(2025, 3, 3)).reference, desk.propose().reference]
    assert found == ["44-A-2026-0001", "44-A-2025-0001", "44-A-2026-0002"]
    assert other.propose().reference == "85-A-2026-0001"
    with pytest.raises(InvalidCommand), transaction.atomic():
        desk.planned(title="")
    assert desk.propose().reference == "44-A-2026-0003", "what is refused takes no number"
    assert ActionCounter.objects.get(prefecture=desk.world.prefecture, year=2026).last == 3


# --- Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"strand": "steering", "module": 1}, "strand"),
        ({"module": 9}, "module"),
        ({"strand": "autre", "module": None}, "strand"),
        ({"strand_item": 3}, "strand_item"),
        ({"due_on": date(2026, 9, 30)}, "due_on"),
        ({"opened_on": date(2026, 11, 21)}, "opened_on"),
        ({"opened_on": None}, "opened_on"),
        ({"source_id": None}, "source"),
        ({"priority": 4}, "priority"),
        ({"module": None}, "module"),
    ],
)
def test_what_does_not_hold_is_refused_beside_its_field(desk: Desk, values: dict[str, object], field: str) -> None:
    action = desk.planned()
    with pytest.raises(InvalidCommand) as refusal:
        desk.act(action, Edit(values))
    assert refusal.value.field == field
    assert kinds_of(action) == ["recorded", "planned"]


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (Finish(date(2026, 9, 30)), "done_on"),
        (Finish(date(2026, 11, 21)), "done_on"),
        (Finish(None), "done_on"),
        (Abandon(""), "reason"),
        (AddEvidence("", "https://intranet/pv"), "label"),
        (AddEvidence("Compte rendu", "javascript:alert(1)"), "url"),
        (AddEvidence("Compte rendu", "pv.pdf"), "url"),
        (WithdrawEvidence(1), "evidence"),
        (Edit({}), None),
    ],
)
def test_refused_act_writes_nothing(desk: Desk, act: Command, field: str | None) -> None:
    action = desk.planned()
    with pytest.raises(InvalidCommand) as refusal:
        desk.act(action, act)
    assert refusal.value.field == field
    assert kinds_of(action) == ["recorded", "planned"]


def test_verification_follows_the_doing(desk: Desk) -> None:
    action = desk.planned(Finish(YESTERDAY))
    with pytest.raises(InvalidCommand) as refusal:
        desk.act(action, Verify(date(2026, 11, 18)))
    assert refusal.value.field == "verified_on"
    with pytest.raises(TransitionRefused, match="«\xa0Faite\xa0»"):
        desk.act(action, Start())


def test_rows_of_another_prefecture_do_not_exist(desk: Desk) -> None:
    other = Desk(make_world("85", "85"))
    for name, pk in (
        ("source_id", other.source().pk),
        ("office_id", other.world.offices["SEJ"].pk),
        ("site_id", other.world.site.pk),
        ("pilot_id", other.world.users["agent"].pk),
    ):
        with pytest.raises(InvalidCommand):
            desk.act(desk.planned(), Edit({name: pk}))
    with pytest.raises(InvalidCommand):
        writers.record(desk.world.prefecture, [Record(other.source().pk, OPENED, {"title": "x"})], desk.author(None))


def test_engagement_is_of_the_module_of_the_action(desk: Desk) -> None:
    engagement = Engagement.objects.get(number=21)
    action = desk.planned()
    with pytest.raises(InvalidCommand, match="L’engagement 21 est du module 2"):
        desk.act(action, Edit({"engagement_id": engagement.pk}))
    action = desk.act(action, Edit({"module": 2, "engagement_id": engagement.pk}))
    with pytest.raises(InvalidCommand, match="L’engagement 21 est du module 2"):
        desk.act(action, Edit({"module": 1}))
    with pytest.raises(InvalidCommand):
        desk.act(action, Edit({"module": None, "strand": Strand.LABELLING}))


# --- Two people ---------------------------------------------------------------------------------------------------


def test_stale_form_is_refused_only_where_it_writes(desk: Desk) -> None:
    action = desk.planned()
    opened = action.version
    desk.act(action, Edit({"due_on": date(2026, 12, 1), "title": "Autre titre"}))
    for values in ({"due_on": date(2026, 12, 9)}, {"title": "Encore un"}):
        with pytest.raises(StaleVersion, match="L’action a changé") as stale:
            desk.act(action, Edit(values), opened_version=opened)
        assert stale.value.fields == tuple(values)
    desk.act(action, Start(), opened_version=opened)
    with pytest.raises(StaleVersion):
        desk.act(action, Finish(TODAY), opened_version=opened)
    desk.act(action, AddEvidence("Photo", "https://intranet/photo"), opened_version=opened)
    with pytest.raises(StaleVersion):
        desk.act(action, AddEvidence("Photo", "https://intranet/photo"), opened_version=99)


# --- Causes and evidence ------------------------------------------------------------------------------------------


def test_a_demande_is_linked_once_by_who_may_see_it(desk: Desk, world: World) -> None:
    ticket = world.register(kind="complaint", nature="complaint")
    action = desk.planned()
    desk.act(action, Link(CauseKind.TICKET, ticket.pk))
    assert ActionLink.objects.get().ticket == ticket
    with pytest.raises(InvalidCommand, match="déjà liée"):
        desk.act(action, Link(CauseKind.TICKET, ticket.pk))
    hidden = make_world("85", "85").register()
    with pytest.raises(InvalidCommand, match="n’existe pas"):
        desk.act(action, Link(CauseKind.TICKET, hidden.pk))
    assert kinds_of(action) == ["recorded", "planned", "linked"]


def test_evidence_is_withdrawn_never_deleted(desk: Desk) -> None:
    action = desk.act(desk.planned(), AddEvidence("Compte rendu", "https://intranet/pv-12"))
    evidence = ActionEvidence.objects.get()
    desk.act(action, WithdrawEvidence(evidence.pk))
    evidence.refresh_from_db()
    assert evidence.withdrawn_at is not None
    with pytest.raises(InvalidCommand):
        desk.act(action, WithdrawEvidence(evidence.pk))
    assert kinds_of(action)[2:] == ["evidence_added", "evidence_withdrawn"]


# --- Many at once -------------------------------------------------------------------------------------------------


def test_both_ways_of_writing_give_the_same(desk: Desk) -> None:
    values = {"title": "Refaire la signalétique", "module": 1, "due_on": date(2026, 12, 1)}
    acts: list[Command] = [Record(desk.source().pk, OPENED, values), Plan(), Start(), Finish(YESTERDAY)]
    one = writers.record(desk.world.prefecture, acts, Author(via=Via.IMPORT))
    draft = writers.Draft(Action(prefecture=desk.world.prefecture), acts)
    bad = writers.Draft(Action(prefecture=desk.world.prefecture), [acts[0], Reopen()])
    with transaction.atomic():
        writers.write_many([draft, bad], Author(via=Via.IMPORT, quiet=True))
    assert bad.refusal is not None and bad.action.pk is None
    many = Action.objects.get(pk=draft.action.pk)
    own = {"id", "number", "reference", "recorded_at"}
    columns = [field.attname for field in Action._meta.concrete_fields if field.attname not in own]
    assert [getattr(one, name) for name in columns] == [getattr(many, name) for name in columns]
    told = [
        [(event.kind, event.occurred_on, {**event.data, "texts": sorted(event.data.get("texts", ()))})
         for event in Event.objects.filter(stream="action", object_id=action.pk).order_by("number")]
        for action in (one, many)
    ]  # fmt: skip
    assert told[0] == told[1]
    with transaction.atomic():
        again = writers.Draft(writers.lock_many([many.pk])[many.pk], [Verify(TODAY)])
        writers.write_many([again], Author(via=Via.IMPORT, quiet=True))
    assert kinds_of(many)[-1] == "verified"
    assert verify_journal().different == []
    assert PendingEvent.objects.filter(event__stream="action", quiet=True).count() == 2


# --- What the database itself refuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        {"strand": "steering"},
        {"module": None},
        {"done_on": TODAY},
        {"verified_on": TODAY},
        {"reason": "Parce que"},
        {"due_on": date(2026, 9, 1)},
        {"strand_item": 2},
    ],
)
def test_state_and_columns_are_tied_by_the_database(desk: Desk, columns: dict[str, object]) -> None:
    action = desk.planned()
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(**columns)


def test_state_is_never_updated_in_bulk(desk: Desk) -> None:
    with pytest.raises(TypeError):
        Action.objects.all().update(state="done")


def test_who_may_not_is_refused(desk: Desk) -> None:
    action = desk.planned(pilot_id=desk.world.users["agent"].pk)
    with pytest.raises(NotAllowed):
        desk.act(action, Edit({"due_on": TODAY}), by="agent")
    desk.act(action, Edit({"progress_note": "Devis reçu."}), Start(), by="agent")
    with pytest.raises(NotAllowed):
        desk.propose(by="agent", pilot_id=desk.world.users["agent"].pk)
    with pytest.raises(NotAllowed):
        desk.propose(by="administrator")


def test_what_follows_an_event_lets_those_of_the_plan_pass(desk: Desk) -> None:
    """The followers of the journal are told of every stream: one that is not theirs stops nothing."""
    desk.planned(Start(), Finish(YESTERDAY))
    desk.propose(Decline("Déjà prévu."))
    before = LiveCounter.objects.get(prefecture=desk.world.prefecture).value
    drain_all()
    assert not PendingEvent.objects.exists()
    assert LiveCounter.objects.get(prefecture=desk.world.prefecture).value > before
