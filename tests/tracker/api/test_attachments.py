"""The files of a demande by program: the pages' own service, its refusals in the API's words."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from tests.factories import World
from tests.tracker.api.programs import Program, program_of
from tests.tracker.attachments.samples import PAGE, PDF, PNG, PROGRAM, SVG, png
from tracker.models import Attachment, Event, IdempotencyKey, Ticket

KEY = {"Idempotency_Key": "envoi-1"}


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def ticket(world: World) -> Ticket:
    return world.register()


def stored(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def path_of(ticket: Ticket) -> str:
    return f"tickets/{ticket.reference}/attachments/"


def test_several_files_are_attached_listed_and_given_back(agent: Program, ticket: Ticket) -> None:
    answer = agent.upload(path_of(ticket), ("Lettre.pdf", PDF), ("Plan.png", PNG))
    assert answer.status_code == 201
    assert answer.json()["refused"] == []
    rows = agent.get(path_of(ticket)).json()["results"]
    assert answer.json()["added"] == rows
    assert [(row["name"], row["type"], row["size"]) for row in rows] == [
        ("Lettre.pdf", "pdf", len(PDF)),
        ("Plan.png", "png", len(PNG)),
    ]
    given, content = agent.download(f"{path_of(ticket)}{rows[0]['key']}/")
    assert content == PDF
    assert given["Content-Disposition"] == 'attachment; filename="Lettre.pdf"'
    assert (given["Content-Type"], given["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert (given["Content-Security-Policy"], given["Cache-Control"]) == ("default-src 'none'; sandbox", "no-store")
    [event] = Event.objects.filter(stream="ticket", kind="attachment_added", data__type="pdf")
    assert (event.via, "Lettre" in str(event.data)) == ("api", False)


def test_a_refused_file_does_not_hold_back_the_others(agent: Program, ticket: Ticket) -> None:
    answer = agent.upload(path_of(ticket), ("facture.pdf", PROGRAM), ("Lettre.pdf", PDF), ("logo.svg", SVG))
    assert answer.status_code == 201
    assert [row["name"] for row in answer.json()["added"]] == ["Lettre.pdf"]
    assert [row["name"] for row in answer.json()["refused"]] == ["facture.pdf", "logo.svg"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("facture.pdf", PROGRAM, "un programme ne peut pas être joint"),
        ("logo.svg", SVG, "une page web ou une image SVG"),
        ("lettre.pdf", PDF + PAGE, "en cache un autre"),
        ("vide.pdf", b"", "vide"),
    ],
)
def test_what_is_refused_is_said_by_file_and_leaves_nothing(
    agent: Program, ticket: Ticket, files_apart: Path, name: str, content: bytes, words: str
) -> None:
    answer = agent.upload(path_of(ticket), (name, content), **KEY)
    assert answer.status_code == 400
    [sentence] = answer.json()["files"]
    assert sentence.startswith(f"«\xa0{name}\xa0»\xa0: ") and words in sentence
    assert not Attachment.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert stored(files_apart) == 0


def test_the_limits_are_those_of_the_pages(agent: Program, ticket: Ticket, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 200
    answer = agent.upload(path_of(ticket), ("Long.png", png(200_000)))
    assert (answer.status_code, "la limite est de" in answer.json()["files"][0]) == (400, True)
    settings.MAX_UPLOAD_BYTES = 1_000
    for content in (b"%PDF-1.4" + bytes(2_000), b"%PDF-1.4" + bytes(200_000)):
        answer = agent.upload(path_of(ticket), ("Long.pdf", content))
        assert (answer.status_code, answer.json()) == (413, {"detail": "La requête est trop longue."})


@pytest.mark.parametrize(("name", "count"), [("%d.pdf", 60), ("..", 200)])
def test_too_many_files_are_refused_early(agent: Program, ticket: Ticket, name: str, count: int) -> None:
    """Also those whose name is none, which never reach our counting."""
    parts = []
    for number in range(count):
        said = name.replace("%d", str(number))
        parts.append(f'--x\r\nContent-Disposition: form-data; name="files"; filename="{said}"\r\n\r\n%PDF\r\n')
    answer = agent.client.post(
        f"/api/v1/{path_of(ticket)}",
        "".join([*parts, "--x--\r\n"]),
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {agent.secret}"},
    )
    assert (answer.status_code, answer.json()) == (413, {"detail": "La requête est trop longue."})
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "body", "status", "field"),
    [
        ("application/json", "{}", 415, "detail"),
        ("multipart/form-data", "texte", 400, "non_field_errors"),
        ("multipart/form-data; boundary=x", "--x--\r\n", 400, "files"),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="files"\r\n\r\ntexte\r\n--x--\r\n',
            400,
            "files",
        ),
    ],
)
def test_what_is_no_file_is_refused(
    agent: Program, ticket: Ticket, content_type: str, body: str, status: int, field: str
) -> None:
    answer = agent.client.post(
        f"/api/v1/{path_of(ticket)}",
        body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {agent.secret}"},
    )
    assert (answer.status_code, [name.partition(".")[0] for name in answer.json()]) == (status, [field])


def test_another_field_is_refused(agent: Program, ticket: Ticket) -> None:
    answer = agent.upload(path_of(ticket), ("Lettre.pdf", PDF), field="file")
    assert (answer.status_code, answer.json()) == (400, {"file": ["Ce champ n’existe pas."]})


# --- Once per key -------------------------------------------------------------------------------------------------


def test_the_same_key_attaches_once(agent: Program, ticket: Ticket, files_apart: Path) -> None:
    files = (("Lettre.pdf", PDF), ("facture.pdf", PROGRAM))
    first, again = (agent.upload(path_of(ticket), *files, **KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Attachment.objects.count(), stored(files_apart)) == (1, 1)
    assert Event.objects.filter(kind="attachment_added").count() == 1


def test_without_a_key_the_same_file_is_refused(agent: Program, ticket: Ticket) -> None:
    agent.upload(path_of(ticket), ("Lettre.pdf", PDF))
    answer = agent.upload(path_of(ticket), ("Lettre.pdf", PDF))
    assert answer.status_code == 400 and "déjà joint" in answer.json()["files"][0]


def test_a_key_that_served_is_refused_for_other_files_or_another_demande(
    world: World, agent: Program, ticket: Ticket, files_apart: Path, body: dict[str, Any]
) -> None:
    agent.upload(path_of(ticket), ("Lettre.pdf", PDF), **KEY)
    for answer in (
        agent.upload(path_of(ticket), ("Plan.png", PNG), **KEY),
        agent.upload(path_of(world.register()), ("Lettre.pdf", PDF), **KEY),
        agent.post("tickets/", body, **KEY),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert (Attachment.objects.count(), stored(files_apart)) == (1, 1)


def test_a_file_withdrawn_since_is_not_attached_again_by_its_key(agent: Program, ticket: Ticket) -> None:
    key = agent.upload(path_of(ticket), ("Lettre.pdf", PDF), **KEY).json()["added"][0]["key"]
    assert agent.post(f"{path_of(ticket)}{key}/withdraw/", {"reason": "Autre demande"}).json() == {"results": []}
    answer = agent.upload(path_of(ticket), ("Lettre.pdf", PDF), **KEY)
    assert (answer.status_code, answer.json()["added"]) == (200, [])
    assert "n’est plus, joint" in answer.json()["refused"][0]["message"]


@pytest.mark.parametrize("key", ["", "x" * 101, "avec espace"])
def test_a_key_that_is_none_is_refused(agent: Program, ticket: Ticket, key: str) -> None:
    assert agent.upload(path_of(ticket), ("Lettre.pdf", PDF), Idempotency_Key=key).status_code == 400
    assert not Attachment.objects.exists()


# --- Withdrawing, and what does not exist -------------------------------------------------------------------------


def test_a_withdrawn_file_is_nowhere(agent: Program, ticket: Ticket) -> None:
    key = agent.upload(path_of(ticket), ("Lettre.pdf", PDF)).json()["added"][0]["key"]
    assert agent.post(f"{path_of(ticket)}{key}/withdraw/", {"reason": " "}).status_code == 400
    assert agent.post(f"{path_of(ticket)}{key}/withdraw/", {"reason": "Illisible"}).status_code == 200
    for answer in (agent.get(f"{path_of(ticket)}{key}/"), agent.post(f"{path_of(ticket)}{key}/withdraw/", {})):
        assert answer.status_code == 404


def test_a_key_of_another_demande_opens_nothing(world: World, agent: Program, ticket: Ticket) -> None:
    key = agent.upload(path_of(ticket), ("Lettre.pdf", PDF)).json()["added"][0]["key"]
    for reference, name in ((world.register().reference, key), (ticket.reference, uuid.uuid4())):
        assert agent.get(f"tickets/{reference}/attachments/{name}/").status_code == 404


def test_a_file_that_the_storage_has_lost_is_not_there(agent: Program, ticket: Ticket, caplog: Any) -> None:
    key = agent.upload(path_of(ticket), ("Lettre.pdf", PDF)).json()["added"][0]["key"]
    default_storage.delete(Attachment.objects.get().path)
    assert agent.get(f"{path_of(ticket)}{key}/").status_code == 404
    assert "Lettre" not in caplog.text and key in caplog.text


def test_over_a_sealed_bureau_the_referent_opens_and_withdraws_nothing(world: World) -> None:
    sealed = world.register(office="ASI", by="asylum_agent")
    asylum, quality = program_of(world.user("asylum_agent")), program_of(world.user("quality"))
    key = asylum.upload(path_of(sealed), ("Lettre.pdf", PDF)).json()["added"][0]["key"]
    for name in (key, uuid.uuid4()):
        assert quality.get(f"{path_of(sealed)}{name}/").status_code == 403
        assert quality.post(f"{path_of(sealed)}{name}/withdraw/", {"reason": "x"}).status_code == 403
    assert quality.upload(path_of(sealed), ("Plan.png", PNG)).status_code == 403
    assert asylum.download(f"{path_of(sealed)}{key}/")[1] == PDF
