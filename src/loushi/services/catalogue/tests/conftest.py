"""A district with two communities, some firms, and the people who look."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from loushi.foundation.core.testing import at, remembered
from loushi.registry.accounts.factories import actor_of, make_staff, make_user
from loushi.registry.enterprises.factories import make_enterprise, make_member
from loushi.registry.territory.factories import make_district


@pytest.fixture(autouse=True)
def _today() -> Any:
    with at("2026-11-02 10:00"):
        yield


@pytest.fixture
@remembered
def place(db: None) -> Any:
    units = make_district()
    here = units["C1"]
    firms = {
        "young": make_enterprise(here, name="新芽科技", size="small", staff_count=8,
                                 established_on=date(2024, 5, 1)),
        "old": make_enterprise(here, name="老树贸易", size="small", staff_count=30,
                               established_on=date(2010, 5, 1)),
        "blank": make_enterprise(here, name="空白商行"),
        "far": make_enterprise(units["C2"], name="邻区科技", size="small",
                               established_on=date(2024, 5, 1)),
    }  # fmt: skip
    users = {
        "secretary": make_staff("community_secretary", here),
        "clerk": make_staff("window_clerk", here),
        "leader": make_staff("district_office", units["Q"]),
        "finance": make_staff("finance_officer", units["Q"]),
        "neighbour": make_staff("community_secretary", units["C2"]),
        "boss": make_member(firms["young"], make_user("许念青")).user,
        "boss2": make_member(firms["old"], make_user("陈屿")).user,
        "employee": make_member(firms["young"], make_user("林溪"), "employee").user,
    }
    return SimpleNamespace(
        units=units, firms=firms, users=users,
        actors={name: actor_of(user) for name, user in users.items()},
    )  # fmt: skip


@pytest.fixture
def client_of(place: Any) -> Any:
    """`client_of("clerk")`: that person's client."""

    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(place.users[name])
        return client

    return open_as
