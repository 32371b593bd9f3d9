"""A community with two stations, four departments and a week's rota."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from loushi.foundation.core.testing import at, remembered
from loushi.registry.accounts.factories import actor_of, make_department, make_staff
from loushi.registry.territory.factories import make_district
from loushi.services.stations.factories import make_rota, make_station


@pytest.fixture(autouse=True)
def _today() -> Any:
    with at("2026-11-01 10:00"):
        yield


@pytest.fixture
@remembered
def place(db: None) -> Any:
    units = make_district()
    departments = [
        make_department(units["Q"], name=name) for name in ("司法局", "税务局", "人社局", "卫健局")
    ]
    users = {
        "secretary": make_staff("community_secretary", units["C1"]),
        "clerk": make_staff("window_clerk", units["C1"]),
        "leader": make_staff("district_viewer", units["Q"]),
        "officer": make_staff("enterprise_officer", units["C1"]),
        "neighbour": make_staff("community_secretary", units["C2"]),
        **{f"dept{n}": make_staff("department_handler", one) for n, one in enumerate(departments)},
    }
    stations = [make_station(units["C1"], name) for name in ("东清驿站", "望澜驿站")]
    return SimpleNamespace(
        units=units, users=users, departments=departments, stations=stations,
        rota=make_rota(units["C1"], stations, departments),
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
