"""The API of the register and of visits answers as its own description says."""

from typing import Any

import pytest

from loushi.casework.demands.tests import test_api_schema as described
from loushi.casework.visits.factories import World
from loushi.registry.accounts.commands import issue_token

pytestmark = [pytest.mark.slow, pytest.mark.one_engine]
one_connection = described.one_connection
ROOTS = tuple(
    f"/api/v1/{name}" for name in ("visits", "enterprises", "buildings", "units", "leads", "tax")
)


@pytest.mark.parametrize("operation", described.operations(*ROOTS), ids=described.name_of)
def test_whatever_the_description_allows(
    world: World, operation: Any, one_connection: None
) -> None:
    world.visit()
    world.sweep()
    described.answers_as_described(operation, issue_token(username=world.secretary.username))
