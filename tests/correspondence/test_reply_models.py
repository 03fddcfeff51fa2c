"""The models of a préfecture: what it starts from, what fits a demande, how they change and what the journal keeps."""

from dataclasses import replace

import pytest

from correspondence import reply_models
from correspondence.models import ReplyModel
from correspondence.reply_models import Terms, add_model, change_model, fitting, history, propose_model
from correspondence.shipped import SHIPPED
from tests.factories import World, make_world
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import Channel, Event, Prefecture
from tracker.verification.journal import examine_other_streams
from tracker.verification.report import Report
from tracker.writers import Author

TERMS = Terms("holding", "Attente, étrangers", "Bonjour, réponse le [date promise].")


@pytest.fixture
def author(world: World) -> Author:
    return Author(user=world.user("quality"))


def model(world: World, code: str = "attente") -> ReplyModel:
    return ReplyModel.objects.get(prefecture=world.prefecture, code=code)


def test_a_prefecture_starts_with_the_shipped_letters(world: World) -> None:
    found = {row.code: row for row in reply_models.models_of(world.prefecture)}
    assert set(found) == {shipped.code for shipped in SHIPPED}
    short = found["reponse-courriel"]
    assert {channel.code for channel in short.channels.all()} == {"email", "form"}
    assert [kind.code for kind in short.kinds.all()] == ["correspondence"]
    assert history(short) == []


@pytest.mark.parametrize(
    ("kind", "channel", "first"),
    [
        ("correspondence", "email", "reponse-courriel"),
        ("correspondence", "letter", "reponse"),
        ("complaint", "box", "reclamation"),
        ("meeting_request", "email", "refus"),
    ],
)
def test_the_most_precise_model_is_proposed_first(world: World, kind: str, channel: str, first: str) -> None:
    found = fitting(world.register(kind=kind, channel=channel))
    assert found[0].code == first
    assert ("accuse-reception" in {row.code for row in found}) is (kind != "meeting_request")


def test_add(world: World, author: Author) -> None:
    kinds = [world.kind("complaint")]
    terms = replace(TERMS, title="  Attente, étrangers ", kinds=kinds, channels=list(Channel.objects.all()[:1]))
    made = add_model(world.prefecture, terms, author)
    assert (made.code, made.title, made.version) == ("attente-etrangers", "Attente, étrangers", 1)
    assert list(made.kinds.all()) == kinds
    again = add_model(world.prefecture, terms, author)
    assert again.code == "attente-etrangers-2"
    assert add_model(world.prefecture, replace(TERMS, title="…"), author).code == "modele"
    event = history(made)[0]
    assert (event.kind, event.actor, event.data) == ("added", world.users["quality"], {})


def test_change_keeps_the_text_that_it_replaces(world: World, author: Author) -> None:
    before = model(world)
    terms = replace(TERMS, body="Réponse le [date promise].\r\n\r\nAu revoir.", kinds=[world.kind("complaint")])
    change_model(before.pk, terms, author, opened_version=0)
    after = model(world)
    assert (after.title, after.body, after.version) == (TERMS.title, "Réponse le [date promise].\n\nAu revoir.", 1)
    event = history(after)[0]
    assert event.kind == "changed"
    assert event.data["fields"] == ["body", "kinds", "title"]
    assert before.body not in str(event.data), "the text is erasable, the event is not"
    assert {text.name: text.text for text in event.texts.all()} == {"was_body": before.body, "was_title": before.title}
    report = Report()
    examine_other_streams(report)
    assert report.different == []


def test_two_people_change_the_same_model(world: World, author: Author) -> None:
    change_model(model(world).pk, TERMS, author, opened_version=0)
    with pytest.raises(StaleVersion):
        change_model(model(world).pk, replace(TERMS, title="Autre"), author, opened_version=0)
    with pytest.raises(StaleVersion):
        propose_model(model(world).pk, author, proposed=False, opened_version=0)
    assert model(world).title == TERMS.title


def test_withdrawn_it_is_proposed_no_more_and_comes_back(world: World, author: Author) -> None:
    ticket = world.register()
    propose_model(model(world).pk, author, proposed=False, opened_version=0)
    assert "attente" not in {row.code for row in fitting(ticket)}
    assert reply_models.models_of(world.prefecture)[-1].code == "attente"
    propose_model(model(world).pk, author, proposed=False, opened_version=1)
    propose_model(model(world).pk, author, proposed=True, opened_version=1)
    assert "attente" in {row.code for row in fitting(ticket)}
    assert [event.kind for event in history(model(world))] == ["restored", "withdrawn"]


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        (replace(TERMS, title=" "), "title", "Donnez un titre"),
        (replace(TERMS, title="t" * 121), "title", "dépasse 120 caractères (121)"),
        (replace(TERMS, body=" \n"), "body", "Écrivez le texte"),
        (replace(TERMS, body="t" * 10_001), "body", "dépasse 10000 caractères (10001)"),
        (replace(TERMS, purpose="poem"), "purpose", "Choisissez"),
        (
            replace(TERMS, body="[reference]"),
            "body",
            "[reference] n’est pas un champ. Vouliez-vous dire [référence]\xa0?",
        ),
        (replace(TERMS, body="[chat] [chien]"), "body", "[chat], [chien] ne sont pas des champs. Les champs connus"),
    ],
)
def test_refused(world: World, author: Author, terms: Terms, field: str, words: str) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        add_model(world.prefecture, terms, author)
    assert refusal.value.field == field
    assert words in refusal.value.message
    assert not Event.objects.filter(stream="replymodel").exists()


def test_nothing_changed_is_said(world: World, author: Author) -> None:
    same = model(world)
    with pytest.raises(InvalidCommand, match="Rien n’a changé"):
        change_model(same.pk, Terms(same.purpose, same.title, same.body), author, opened_version=0)


def test_a_kind_of_another_prefecture_does_not_exist(world: World, author: Author) -> None:
    elsewhere = make_world(code="85", department="85")
    with pytest.raises(InvalidCommand, match="n’existe pas dans votre préfecture"):
        add_model(world.prefecture, replace(TERMS, kinds=[elsewhere.kind("complaint")]), author)
    assert Prefecture.objects.count() == 2
