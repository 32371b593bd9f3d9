"""A community with a council of seven people, its meeting and one item on the agenda."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from loushi.foundation.core.testing import at, remembered
from loushi.registry.accounts.factories import actor_of, make_staff, make_user
from loushi.registry.territory.factories import make_district
from loushi.services.governance import commands
from loushi.services.governance.factories import (
    MEETS,
    make_body,
    make_item,
    make_meeting,
    make_seats,
)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with at(MEETS):
        yield


@pytest.fixture
@remembered
def place(db: None) -> Any:
    commands.install_kinds()
    units = make_district()
    members = [make_user(f"委员{n}", username=f"member{n}") for n in range(1, 8)]
    users = {
        "secretary": make_staff("community_secretary", units["C1"]),
        "clerk": make_staff("window_clerk", units["C1"]),
        "leader": make_staff("district_viewer", units["Q"]),
        "officer": make_staff("enterprise_officer", units["C1"]),
        "neighbour": make_staff("community_secretary", units["C2"]),
        "stranger": make_user("路人"),
        **{one.username: one for one in members},
    }
    body = make_body(units["C1"])
    seats = make_seats(body, members)
    item = make_item(body)
    return SimpleNamespace(
        units=units, users=users, body=body, seats=seats, item=item, members=members,
        meeting=make_meeting(body, [item]),
        actors={name: actor_of(user) for name, user in users.items()},
    )  # fmt: skip


@pytest.fixture
def client_of(place: Any) -> Any:
    """`client_of("secretary")`: that person's client."""

    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(place.users[name])
        return client

    return open_as
