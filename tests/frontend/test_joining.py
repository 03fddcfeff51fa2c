"""« Déjà enregistrée ? »: what looks like the demande being typed, and joining it in one step."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from frontend.duplicates import Duplicate, duplicates_of
from frontend.models import FormDraft, Submission
from frontend.registration import Sending, register_into
from tests.factories import World, make_world
from tests.frontend.test_registering import Desk, text
from tests.tracker.attachments.samples import upload
from tests.tracker.threads import together
from tracker import kept, writers
from tracker.commands import Answer, Assign, Close, Dismiss, Register
from tracker.enums import DismissalReason, State
from tracker.errors import TransitionRefused
from tracker.models import Attachment, Channel, Event, EventText, Nature, Ticket
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

SENDER, SUBJECT = "Mairie d’Orvault", "Subvention"
ON = date(2026, 11, 20)


@pytest.fixture
def desk(world: World, client: Client) -> Any:
    def by(person: str = "agent", kind: str = "correspondence") -> Desk:
        return Desk(client, world, person, kind)

    return by


def found(
    world: World, by: str = "agent", sender: str = SENDER, subject: str = SUBJECT, on: Any = ON
) -> list[Duplicate]:
    return duplicates_of(world.prefecture, world.user(by), world.kind("correspondence"), sender, subject, on)


def tickets(*args: Any, **options: Any) -> list[Ticket]:
    return [each.ticket for each in found(*args, **options)]


# --- What looks like it -------------------------------------------------------------------------------------------


def test_near_subject_first_then_near_date_however_they_are_written(world: World) -> None:
    near_date = world.register(sender_name="MAIRIE D'ORVAULT", subject="Autre chose", received_on=date(2026, 11, 18))
    subject = world.register(sender_name="mairie d’orvault", subject="SUBVENTION", received_on=date(2026, 9, 25))
    world.register(sender_name="Mairie de Rezé", subject=SUBJECT, received_on=ON)
    assert tickets(world) == [subject, near_date]
    assert [each.same_subject for each in found(world)] == [True, False]
    assert tickets(world, sender="") == []
    assert tickets(world, subject="", on=None) == []


def test_old_ones_only_while_they_are_open(world: World) -> None:
    old = world.register(sender_name=SENDER, subject=SUBJECT, received_on=date(2026, 3, 2))
    assert tickets(world) == [old]
    world.act(old, Answer(date(2026, 3, 9)), by="agent")
    assert tickets(world) == []


def test_merged_and_registered_by_mistake_are_left_out(world: World) -> None:
    kept = world.register(sender_name=SENDER, subject=SUBJECT)
    merged, mistake = (world.register(sender_name=SENDER, subject=SUBJECT) for _ in range(2))
    writers.merge(merged.pk, kept.pk, Author())
    world.act(mistake, Dismiss(DismissalReason.REGISTRATION_ERROR, ON))
    assert tickets(world) == [kept]


def test_only_what_one_may_read_and_no_count_of_the_rest(world: World, desk: Any) -> None:
    for _ in range(3):
        world.register(sender_name=SENDER, subject=SUBJECT, office="ASI", by="asylum_agent", received_on=ON)
    elsewhere = make_world("49", "49")
    elsewhere.register(sender_name=SENDER, subject=SUBJECT, received_on=ON)
    alone = {person: text(desk(person).send(live="1", sender_name="Personne")) for person in ("agent", "quality")}
    for person in ("agent", "colleague", "other_agent", "mailroom", "quality", "branch_quality"):
        assert tickets(world, person) == []
    for person, page in alone.items():
        assert text(desk(person).send(live="1")) == page  # to the letter: nothing tells that something is hidden
    assert len(tickets(world, "asylum_agent")) == 3
    assert duplicates_of(
        world.prefecture, elsewhere.user("quality"), elsewhere.kind("correspondence"), SENDER, SUBJECT, ON
    ) == []  # fmt: skip


def test_each_with_its_reference_date_state_and_what_may_be_done(world: World, desk: Any) -> None:
    opened = world.register(sender_name=SENDER, subject=SUBJECT, received_on=date(2026, 11, 18))
    ended = world.register(Answer(date(2026, 11, 18)), sender_name=SENDER, subject=SUBJECT)
    other_kind = world.register(kind="complaint", nature="complaint", sender_name=SENDER, subject=SUBJECT)
    page = text(desk().send(live="1"))
    side = page[page.index("Déjà enregistrée") :]
    assert "Affectée" in side and "Répondue" in side
    assert "reçu mercredi 18 novembre, objet très proche" in side
    assert f'name="merge" value="{opened.reference}"' in side
    assert f'name="reopen" value="{ended.reference}"' in side
    assert other_kind.reference in side and f'value="{other_kind.reference}"' not in side
    mailroom = world.register(sender_name="M. X", by="mailroom", by_mailroom=True, subject=SUBJECT)
    page = text(desk("mailroom").send(live="1", sender_name="M. X"))
    assert mailroom.reference in page and 'name="merge"' not in page


def test_a_name_but_for_its_particle_is_shown_with_the_name_it_bears(world: World, desk: Any) -> None:
    near = world.register(sender_name="Mairie de Rezé", subject=SUBJECT, received_on=ON)
    side = text(desk().send(live="1", sender_name="Mairie Rezé"))
    assert near.reference in side and ", de « Mairie de Rezé », objet très proche" in side
    assert ", de «" not in text(desk().send(live="1", sender_name="MAIRIE DE REZÉ"))


def test_two_queries_whatever_the_history(world: World) -> None:
    user = world.user("agent")
    assert user.scope

    def queries() -> int:
        kind = world.kind("correspondence")
        # As in a page, which has asked once whether the lists in memory still hold.
        with kept.looking_once():
            assert duplicates_of(world.prefecture, user, kind, SENDER, SUBJECT, ON)
            with CaptureQueriesContext(connection) as captured:
                duplicates_of(world.prefecture, user, kind, SENDER, SUBJECT, ON)
        return len(captured)

    world.register(sender_name=SENDER, subject=SUBJECT)
    assert queries() == 2
    for _ in range(20):
        world.register(sender_name=SENDER, subject=SUBJECT)
    assert queries() == 2


# --- « C’est la même » --------------------------------------------------------------------------------------------


def test_registered_and_merged_in_one_step_and_undone_in_one(world: World, desk: Any) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT, received_on=date(2026, 11, 18))
    person, token = desk(), str(uuid.uuid4())
    person.send(live="1", token=token)
    response = person.send(follow=True, merge=earlier.reference, token=token)
    new = Ticket.objects.latest("pk")
    assert (new.state, new.merged_into) == (State.MERGED, earlier)
    assert response.redirect_chain[-1][0].endswith(f"{earlier.reference}/")
    page = text(response)
    assert f"Demande {new.reference} enregistrée et fusionnée avec {earlier.reference}." in page
    assert "À traiter au plus tard mercredi 25 novembre." in page
    assert not FormDraft.objects.exists()
    undo = f"/demandes/{new.reference}/annuler/?version={new.version}"
    assert undo in page
    person.client.post(undo)
    new.refresh_from_db()
    assert (new.state, new.office, new.merged_into) == (State.ASSIGNED, world.offices["SEJ"], None)
    assert verify_journal().different == check_deadlines().different == []


def test_the_earliest_arrival_is_kept(world: World, desk: Any) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT, received_on=date(2026, 11, 18))
    desk().send(merge=earlier.reference, received_on="16/11")
    earlier.refresh_from_db()
    assert earlier.received_on == date(2026, 11, 16)


def test_it_goes_where_the_other_is_whatever_bureau_was_typed_and_the_file_stays_with_it(
    world: World, desk: Any
) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT)
    desk().send(merge=earlier.reference, office="", files=[upload("Lettre.pdf")], token=str(uuid.uuid4()))
    new = Ticket.objects.latest("pk")
    assert (new.merged_into, new.office) == (earlier, world.offices["SEJ"])
    assert Attachment.objects.get().ticket == new


def test_sent_twice_it_is_done_once(world: World, desk: Any) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT)
    person, token = desk(), str(uuid.uuid4())
    person.send(merge=earlier.reference, token=token)
    response = person.send(follow=True, merge=earlier.reference, token=token)
    assert "C’était déjà fait" in text(response)
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("how", ["merge", "reopen"])
def test_into_what_one_may_not_read_it_is_refused_as_if_it_did_not_exist(world: World, desk: Any, how: str) -> None:
    hidden = world.register(sender_name=SENDER, subject=SUBJECT, office="ASI", by="asylum_agent")
    ended = world.register(Answer(date(2026, 11, 18)), sender_name=SENDER, office="ASI", by="asylum_agent")
    elsewhere = make_world("49", "49").register(sender_name=SENDER, subject=SUBJECT)
    other_kind = world.register(kind="complaint", nature="complaint", sender_name=SENDER)
    events = Event.objects.count()
    said = set()
    for reference in (
        hidden.reference,
        ended.reference,
        elsewhere.reference,
        other_kind.reference,
        "44-2026-999999",
        "\0",
    ):
        token = str(uuid.uuid4())
        response = desk().send(**{how: reference}, token=token)
        assert response.status_code == 422
        assert response.context["form"]["subject"].value() == SUBJECT
        said.add(str(response.context["form"].non_field_errors()))
    assert len(said) == 1 and "n’est plus accessible" in said.pop()
    assert Event.objects.count() == events
    assert not Submission.objects.exists()


def test_into_one_that_has_ended_meanwhile_nothing_is_registered(world: World, desk: Any) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT)
    world.act(earlier, Answer(date(2026, 11, 18)), by="colleague")
    response = desk().send(merge=earlier.reference)
    assert response.status_code == 422
    assert "a changé entre-temps" in text(response)
    assert (Ticket.objects.count(), Submission.objects.count()) == (1, 0)


def test_what_has_been_answered_does_not_join(world: World, desk: Any) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT)
    response = desk().send(merge=earlier.reference, answered_on="20/11")
    assert response.status_code == 422
    assert "videz « Si c’est déjà fait »" in text(response)
    assert Ticket.objects.count() == 1


def test_the_mailroom_merges_nothing(world: World, desk: Any) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT, by="mailroom", by_mailroom=True)
    assert desk("mailroom").send(merge=earlier.reference).status_code == 422
    assert Ticket.objects.count() == 1


# --- « C’en est la suite » ----------------------------------------------------------------------------------------


def test_what_has_ended_is_reopened_by_the_new_message_with_its_text_and_files(world: World, desk: Any) -> None:
    ended = world.register(Answer(date(2026, 11, 18)), Close(), sender_name=SENDER, subject=SUBJECT)
    files = [upload("Pièce.pdf")]
    response = desk().send(follow=True, reopen=ended.reference, body="Il manque une page.", files=files)
    assert Ticket.objects.count() == 1
    ended.refresh_from_db()
    assert ended.state == State.IN_PROGRESS
    assert ended.due_on == date(2026, 11, 27)
    page = text(response)
    assert f"Demande {ended.reference} rouverte par le message du vendredi 20 novembre." in page
    assert f"/demandes/{ended.reference}/annuler/?version={ended.version}" in page
    assert EventText.objects.filter(text="Subvention\n\nIl manque une page.").exists()
    assert Attachment.objects.get().ticket == ended
    assert check_deadlines().different == []


def test_one_still_open_is_not_reopened(world: World, desk: Any) -> None:
    earlier = world.register(sender_name=SENDER, subject=SUBJECT)
    response = desk().send(reopen=earlier.reference)
    assert response.status_code == 422
    assert Event.objects.filter(kind="reopened").count() == 0


def test_a_message_older_than_the_end_reopens_nothing(world: World) -> None:
    ended = world.register(Answer(date(2026, 11, 18)), sender_name=SENDER, subject=SUBJECT)
    [before] = found(world, on=date(2026, 11, 17))
    assert (before.ticket, before.may_reopen, before.may_merge) == (ended, False, False)


# --- Two people at the same instant -------------------------------------------------------------------------------


def joining(world: World, name: str, target: Ticket) -> Ticket:
    user = world.user(name)
    registration = Register(
        kind=world.kind("correspondence"),
        channel_id=Channel.objects.get(code="email").pk,
        nature_id=Nature.objects.get(code="general_information").pk,
        received_on=ON,
        site_id=world.site.pk,
        sender_name=SENDER,
        subject=SUBJECT,
    )
    sending = Sending(uuid.uuid4(), {}, world.prefecture, user)
    return register_into(sending, registration, target)[0]


@pytest.fixture
def lasting(transactional_db: None, frozen: Any) -> World:
    return make_world()


@pytest.mark.postgresql
def test_joining_what_another_merges_away_ends_with_one_open_demande_and_at_most_one_refusal(lasting: World) -> None:
    """The target goes into a third one at the instant when a new one joins it: never a demande merged into one that is
    merged itself, unless it was merged there while still open."""
    rounds = 30
    world = lasting
    pairs = [[world.register(sender_name=SENDER, received_on=ON) for _ in range(2)] for _ in range(rounds)]
    colleague = Author(user=world.user("colleague"))
    assert colleague.user is not None and colleague.user.scope
    results = together(
        rounds,
        lambda number: joining(world, "agent", pairs[number][0]),
        lambda number: writers.merge(pairs[number][0].pk, pairs[number][1].pk, colleague),
    )
    for joined, merged in results:
        assert not isinstance(merged, Exception)
        assert isinstance(joined, (Ticket, TransitionRefused))
    refused = sum(isinstance(joined, Exception) for joined, _ in results)
    assert Ticket.objects.count() == 3 * rounds - refused
    assert Ticket.objects.open().count() == rounds
    numbers = list(Ticket.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))  # a refusal gives its number back
    assert verify_journal().different == check_deadlines().different == []


@pytest.mark.postgresql
def test_two_who_join_the_same_demande_wait_for_each_other(lasting: World) -> None:
    rounds, world = 20, lasting
    target = world.register(sender_name=SENDER, received_on=ON)
    results = together(
        rounds,
        lambda _: joining(world, "agent", target),
        lambda _: joining(world, "colleague", target),
    )
    assert not [result for pair in results for result in pair if isinstance(result, Exception)]
    assert Ticket.objects.filter(merged_into=target).count() == 2 * rounds
    assert check_deadlines().different == []


def test_a_into_b_and_b_into_a_through_the_form(world: World, desk: Any) -> None:
    """The new one joins the other; the other then goes nowhere into the new one, which has ended."""
    earlier = world.register(sender_name=SENDER, subject=SUBJECT)
    desk().send(merge=earlier.reference)
    new = Ticket.objects.latest("pk")
    with pytest.raises(TransitionRefused):
        writers.merge(earlier.pk, new.pk, Author(user=world.user("agent")))
    assert Ticket.objects.get(pk=earlier.pk).is_open
    assert world.act(earlier, Assign(world.offices["SEJ"].pk, world.users["agent"].pk), by="agent").is_open
