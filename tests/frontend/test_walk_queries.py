"""The cost of a list is that of what it shows, not one query a row."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.frontend.walk import LISTS, TABLE, Stage, make_stage


def queries(stage: Stage, name: str) -> list[str]:
    page = TABLE[name]
    client = Client()
    client.force_login(stage.user(page.roles[0]))
    client.get(page.url(name, stage))  # what is kept in memory from one request to the next is kept by now
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page.url(name, stage)).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("name", LISTS)
def test_as_many_queries_for_fifty_rows_as_for_one(db: None, frozen: Any, name: str) -> None:
    stage = make_stage()
    add = TABLE[name].rows
    assert add is not None
    add(stage, 0)
    at_one = queries(stage, name)
    for number in range(1, 50):
        add(stage, number)
    assert len(queries(stage, name)) == len(at_one), at_one
