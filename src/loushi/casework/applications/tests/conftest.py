from typing import Any

import pytest
from django.test import Client

from loushi.casework.applications.factories import World, make_world
from loushi.foundation.core.testing import at


@pytest.fixture(autouse=True)
def _now() -> Any:
    with at("2026-11-02 10:00"):  # a Monday
        yield


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def client_of(world: World) -> Any:
    """`client_of("clerk")`: that person's client."""

    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(world.users[name])
        return client

    return open_as
