"""The API answers whatever its own description allows as described, and never with a 500."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS, not_a_server_error

from loushi.casework.demands.factories import World
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import make_staff

pytestmark = [pytest.mark.slow, pytest.mark.one_engine]

CALM = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations(*roots: str) -> list[Any]:
    from loushi.config.api import api

    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    found = [result.ok() for result in schema.get_all_operations()]
    return [one for one in found if one.path.startswith(roots)]


@pytest.fixture
def one_connection() -> Iterator[None]:
    """As in Django's own test client: the requests share the test's connection."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def name_of(operation: Any) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", operations("/api/v1/demands"), ids=name_of)
def test_whatever_the_description_allows(
    world: World, operation: Any, one_connection: None
) -> None:
    world.submit()
    world.handling()
    clerk = make_staff("window_clerk", world.here)
    answers_as_described(operation, issue_token(username=clerk.username))


def answers_as_described(operation: Any, token: str) -> None:
    """Sends what the description allows, and checks each answer against it."""
    app = get_wsgi_application()
    checks = [
        not_a_server_error,
        *(CHECKS.get_one(name) for name in (
            "status_code_conformance", "content_type_conformance", "response_schema_conformance",
        )),
    ]  # fmt: skip

    @seed(20261012)
    @CALM
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        case.operation.schema.app = app
        case.call_and_validate(
            app=app,
            base_url="http://testserver",
            headers={"Authorization": f"Bearer {token}"},
            checks=checks,
        )

    run()
