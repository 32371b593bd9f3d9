from typing import Any

import pytest
from django.test import Client

from loushi.casework.matching.factories import Place, make_place
from loushi.foundation.core.testing import at

NOW = "2026-12-01 10:00"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with at(NOW):
        yield


@pytest.fixture
def place(db: None) -> Place:
    return make_place()


@pytest.fixture
def client_of(place: Place) -> Any:
    """`client_of("clerk")`: that person's client."""

    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(place.users[name])
        return client

    return open_as
