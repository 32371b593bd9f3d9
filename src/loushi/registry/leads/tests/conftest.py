"""A community with a tower, vacant rooms, and the people who work on leads."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from loushi.foundation.core.testing import remembered
from loushi.registry.accounts.factories import actor_of, make_staff
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.leads.factories import make_post
from loushi.registry.territory.factories import make_district


@pytest.fixture
@remembered
def place(db: None) -> Any:
    units = make_district()
    tower = make_building(units["C1"], name="东清大厦")
    rooms = [
        make_space(tower, number, area=area, use="办公", rent=rent)
        for number, area, rent in (("1201", 300, 3), ("1202", 320, 5), ("1203", 900, 2))
    ]
    users = {
        "liaison": make_staff("investment_liaison", units["C1"]),
        "secretary": make_staff("community_secretary", units["C1"]),
        "leader": make_staff("district_viewer", units["Q"]),
        "officer": make_staff("enterprise_officer", units["C1"]),
        "neighbour": make_staff("investment_liaison", units["C2"]),
        "referrer": make_staff("referral_post", units["C1"]),
        "other_referrer": make_staff("referral_post", units["C1"]),
    }
    post = make_post(units["C1"], users["referrer"])
    return SimpleNamespace(
        units=units, tower=tower, rooms=rooms, users=users, post=post,
        actors={name: actor_of(user) for name, user in users.items()},
    )  # fmt: skip


@pytest.fixture
def client_of(place: Any) -> Any:
    """`client_of("liaison")`: that person's client."""

    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(place.users[name])
        return client

    return open_as
