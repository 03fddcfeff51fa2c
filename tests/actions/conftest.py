"""One line to put an action in the plan of the small préfecture."""

import pytest

from tests.factories import World
from tests.plans import Desk


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
