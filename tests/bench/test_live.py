"""The benchmark of live screens: on a few browsers, every one ends with the right region."""

import argparse
import shutil
import socket
from pathlib import Path

import pytest

BENCH = str(Path(__file__).parents[2] / "bench")


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_every_browser_ends_with_the_right_region(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed (make test installs it as root)")
    monkeypatch.syspath_prepend(BENCH)
    import crowd
    import live

    monkeypatch.setattr(crowd, "SETTLE_SECONDS", 1.0)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = argparse.Namespace(server=None, browsers=4, demandes=60, rounds=1, port=port)
    found = live.measured(options)
    assert {name: len(each) for name, each in found.items()} == {"region": 5, "notice": 5, "plain": 5}
    assert min(min(each) for each in found.values()) > 0
