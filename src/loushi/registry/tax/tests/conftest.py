"""A district with two communities, and the people who may look at its tax in different ways."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from loushi.foundation.core.testing import remembered
from loushi.registry.accounts.factories import actor_of, make_staff
from loushi.registry.buildings.factories import make_building
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy
from loushi.registry.tax.factories import make_returns
from loushi.registry.territory.factories import make_district

AMOUNTS = (620_000, 480_000, 510_000, 90_000, 300_000, 700_000)


@pytest.fixture
@remembered
def place(db: None) -> Any:
    """Six firms in C1 (five in one tower), one in C2, with returns of 2024 and 2025."""
    units = make_district()
    tower = make_building(units["C1"], name="望澜中心", lettable_area=10_000)
    firms = [make_enterprise(units["C1"], industry_id="I") for _ in AMOUNTS]
    for firm in firms[:5]:
        make_tenancy(firm, tower)
    other = make_enterprise(units["C2"], industry_id="I")
    for firm in (*firms, other):
        firm.refresh_from_db()
    make_returns(firms, AMOUNTS, 2025)
    make_returns(firms, [amount * 2 for amount in AMOUNTS], 2024)
    make_returns([other], [800_000], 2025)
    people = {
        "finance": make_staff("finance_officer", units["Q"]),
        "leader": make_staff("district_viewer", units["Q"]),
        "secretary": make_staff("community_secretary", units["C1"]),
        "neighbour": make_staff("community_secretary", units["C2"]),
        "clerk": make_staff("window_clerk", units["C1"]),
    }
    return SimpleNamespace(
        units=units, tower=tower, firms=firms, other=other, users=people,
        actors={name: actor_of(user) for name, user in people.items()},
    )  # fmt: skip


@pytest.fixture
def client_of(place: Any) -> Any:
    """`client_of("leader")`: that person's client."""

    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(place.users[name])
        return client

    return open_as
