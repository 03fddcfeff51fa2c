"""The cost of a list is that of what it shows, not one query a row."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.frontend.walk import LISTS, TABLE
from tests.frontend.walk.stage import Stage, make_stage


def looked_at(stage: Stage, name: str) -> tuple[list[str], int]:
    """The queries of a page, and its length in characters."""
    page = TABLE[name]
    client = Client()
    client.force_login(stage.user(page.roles[0]))
    client.get(page.url(name, stage))  # what is kept in memory from one request to the next is kept by now
    with CaptureQueriesContext(connection) as captured:
        response = client.get(page.url(name, stage))
    assert response.status_code == 200
    return [query["sql"] for query in captured], len(response.content.decode())


@pytest.mark.parametrize("name", LISTS)
def test_as_many_queries_for_fifty_rows_as_for_one(db: None, frozen: Any, name: str) -> None:
    stage = make_stage()
    add = TABLE[name].rows
    assert add is not None
    add(stage, 0)
    at_one, short = looked_at(stage, name)
    for number in range(1, 50):
        add(stage, number)
    at_fifty, long = looked_at(stage, name)
    assert len(at_fifty) == len(at_one), at_one
    assert long > short + 10 * 49, "the rows do not show: nothing was measured"
