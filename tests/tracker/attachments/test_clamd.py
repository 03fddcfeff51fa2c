"""The antivirus over its own protocol, on real sockets; and what happens to a file where it says nothing."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.tracker.attachments.clamd_server import EICAR, MOST, dumb, honest, serving
from tests.tracker.attachments.samples import PDF, PNG, PROGRAM, upload
from tracker import attachments, clamd
from tracker.checks import antivirus_address, antivirus_answers

NOWHERE = "127.0.0.1:1"
"""A port on which nobody listens."""


@pytest.mark.parametrize("local", [True, False])
def test_a_clean_file_and_a_virus(settings: Any, tmp_path: Path, local: bool) -> None:
    with serving(path=tmp_path / "clamd" if local else None) as settings.CLAMD_ADDRESS:
        assert clamd.ping()
        assert clamd.find_virus(io.BytesIO(PDF)) == ""
        assert clamd.find_virus(io.BytesIO(bytes(200_000) + EICAR)) == "Eicar-Test-Signature"


def test_a_file_longer_than_it_takes_is_not_clean(settings: Any) -> None:
    with serving() as settings.CLAMD_ADDRESS, pytest.raises(clamd.ScannerUnavailable):
        clamd.find_virus(io.BytesIO(bytes(40 * MOST)))


def test_an_answer_that_is_none_is_not_a_clean_file(settings: Any) -> None:
    with serving(dumb) as settings.CLAMD_ADDRESS, pytest.raises(clamd.ScannerUnavailable):
        clamd.find_virus(io.BytesIO(PDF))


def test_the_file_is_refused_with_the_name_of_the_virus(settings: Any) -> None:
    with serving() as settings.CLAMD_ADDRESS:
        checked, refused = attachments.check_all([upload("a.pdf"), upload("b.txt", EICAR)])
    assert [file.name for file in checked] == ["a.pdf"]
    assert [str(file) for file in refused] == [
        "«\xa0b.txt\xa0»\xa0: l’antivirus y a trouvé un virus (Eicar-Test-Signature). Ne l’ouvrez pas et prévenez le "
        "service informatique."
    ]


@pytest.mark.parametrize("address", [NOWHERE, "/nowhere/clamd.ctl"])
def test_no_file_is_taken_while_it_does_not_answer(settings: Any, address: str) -> None:
    settings.CLAMD_ADDRESS = address
    checked, refused = attachments.check_all([upload("a.pdf")])
    assert checked == []
    assert [file.message for file in refused] == [
        "l’antivirus ne répond pas, ce fichier n’a donc pas été pris. Réessayez dans quelques minutes."
    ]


def test_one_that_hangs_is_waited_for_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute for each of fifty files would hold a thread of the pages for a morning."""
    monkeypatch.setattr(clamd, "REPLY_SECONDS", 0.1)
    asked, over = [], threading.Event()

    def silent(handler: Any) -> bytes:
        asked.append(1)
        over.wait(20)
        return b""

    with serving(silent) as address:
        settings.CLAMD_ADDRESS = address
        files = [upload("a.pdf"), upload("b.exe", PROGRAM), upload("c.png", PNG), upload("d.pdf", PDF + b"\n")]
        checked, refused = attachments.check_all(files)
        over.set()
    assert (checked, len(asked)) == ([], 1)
    assert [file.message == attachments.UNSCANNED for file in refused] == [True, False, True, True]


def test_a_file_refused_for_its_type_is_not_even_sent(settings: Any) -> None:
    asked = []

    def counting(handler: Any) -> bytes:
        asked.append(1)
        return honest(handler)

    with serving(counting) as settings.CLAMD_ADDRESS:
        attachments.check_all([upload("a.exe"), upload("b.pdf")])
    assert len(asked) == 1


# --- Settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("/run/clamav/clamd.ctl", clamd.Address(path="/run/clamav/clamd.ctl")),
        ("antivirus.prefecture.example:3310", clamd.Address(host="antivirus.prefecture.example", port=3310)),
        ("[::1]:3310", clamd.Address(host="::1", port=3310)),
    ],
)
def test_addresses(value: str, address: clamd.Address) -> None:
    assert clamd.parse_address(value) == address


@pytest.mark.parametrize("value", ["3310", "localhost", ":3310", "localhost:", "localhost:²"])
def test_an_address_that_is_none_stops_the_start(settings: Any, value: str) -> None:
    settings.CLAMD_ADDRESS = value
    assert [problem.id for problem in antivirus_address()] == ["tracker.E002"]
    assert antivirus_answers() == []


def test_the_check_of_a_deployment_asks_the_antivirus(settings: Any) -> None:
    settings.CLAMD_ADDRESS = NOWHERE
    assert (antivirus_address(), [problem.id for problem in antivirus_answers()]) == ([], ["tracker.W001"])
    with serving() as settings.CLAMD_ADDRESS:
        assert antivirus_answers() == []
    settings.CLAMD_ADDRESS = ""
    assert (antivirus_address(), antivirus_answers()) == ([], [])
