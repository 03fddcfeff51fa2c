"""The benchmark of the pages asks for addresses and fields that exist, and takes no wrong answer for a right one."""

from pathlib import Path

import pytest
from django.test import Client

BENCH = str(Path(__file__).parents[2] / "bench")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)


def test_every_operation_is_answered_right(bench: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import client
    import fill
    import sides
    import stage

    class WithoutSocket(client.Browser):
        """The same requests, without a server between them and the product."""

        def exchange(self, request: client.Request) -> client.Answer:
            body, headers = self.prepared(request)
            kind = headers.pop("Content-Type", "")
            response = Client(enforce_csrf_checks=True, headers=headers).generic(
                request.method, request.path, body or b"", kind
            )
            self.cookies |= {name: cookie.value for name, cookie in response.cookies.items()}
            return client.Answer(response.status_code, response.headers.get("Location", ""), response.content)

        def connect(self) -> None:
            """There is nothing to connect to."""

    filler = fill.Filler(next(fill.prefectures(1)), seed=1, open_share=0.2)
    filler.write(700)
    monkeypatch.setattr(sides, "Browser", WithoutSocket)
    side = sides.Desk(0, stage.known(), "SQLite", secure=False).side
    for name, operation in side.operations.items():
        found = client.measured(operation.browser, operation.asked(), seconds=0)
        operation.learn([answer for _, answer in found])
        assert len(found) == 2, name
    wrong = client.Request("/registre/?state=open", right=sides.listing(49))
    with pytest.raises(client.WrongAnswer):
        side.operations["list"].browser.send(wrong)


def test_shares_add_up(bench: None) -> None:
    import argparse

    import fill

    options = argparse.Namespace(tickets=1000, prefectures=7, largest=100)
    shares = fill.shares(options)
    assert (len(shares), shares[0], sum(shares)) == (7, 100, 1000)
    assert max(shares[1:]) - min(shares[1:]) <= 1
