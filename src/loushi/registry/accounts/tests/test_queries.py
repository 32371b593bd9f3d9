"""Who may do what where, who is told, and what it costs to know."""

from datetime import date
from typing import Any

import pytest

from loushi.foundation.core.testing import at
from loushi.registry.accounts import policy, queries
from loushi.registry.accounts.factories import (
    actor_of,
    make_appointment,
    make_department,
    make_staff,
    make_user,
)
from loushi.registry.accounts.models import Appointment
from loushi.registry.accounts.sessions import device_of
from loushi.registry.territory.factories import found, make_district
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_district()


def test_two_roles_at_two_units_do_not_multiply(units: dict[str, Unit]) -> None:
    from loushi.foundation.core.actor import system_actor
    from loushi.registry.accounts import commands

    user = make_staff("community_secretary", units["C1"])
    commands.appoint(
        actor=system_actor(), user_id=user.pk, role="enterprise_officer",
        unit_id=units["C2"].pk, since=date(2026, 1, 1),
    )  # fmt: skip
    actor = actor_of(user)
    assert len(actor.grants) == 2
    assert policy.can_at(actor, "demands.dispatch", units["C1-G1"].path)
    assert not policy.can_at(actor, "demands.dispatch", units["C2"].path)
    assert policy.can_at(actor, "demands.view", units["C2"].path)
    assert not policy.can_at(actor, "demands.view", units["Q"].path)


def test_the_actor_costs_one_query_here_whatever_the_posts_and_none_while_they_stand(
    units: dict[str, Unit], django_assert_num_queries: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("loushi.registry.accounts.queries.actors._contributors", lambda: ())
    user = make_staff("window_clerk", units["C1"])
    assert len(actor_of(user).grants) == 1
    make_appointment(user, "window_clerk", units["C2"])
    with django_assert_num_queries(2):  # the stamps, and the posts
        assert len(actor_of(user).grants) == 2
    with django_assert_num_queries(1):  # the stamps
        assert len(actor_of(user).grants) == 2


def test_who_is_told_is_the_nearest_who_may(units: dict[str, Unit]) -> None:
    clerk = make_staff("window_clerk", units["C1"])
    office = make_staff("district_office", units["Q"])
    path = units["C1-G1"].path
    assert queries.users_with_permission("demands.accept", unit_path=path) == [clerk.pk]
    assert queries.users_with_permission("demands.accept", unit_path=path, nearest=False) == sorted(
        [clerk.pk, office.pk]
    )
    assert queries.users_with_permission("demands.accept", unit_path=units["C2"].path) == [
        office.pk
    ]
    assert queries.users_with_permission("demands.accept", unit_path="") == []


def test_a_departments_people(units: dict[str, Unit]) -> None:
    row = make_department(units["Q"])
    handler = make_staff("department_handler", row)
    head = make_staff("department_head", row)
    told = queries.users_with_permission("demands.handle", department_id=row.pk)
    assert told == sorted([handler.pk, head.pk])
    assert queries.heads_of(row.pk) == [head]
    assert [post.user_id for post in queries.people_at(department_id=row.pk)] == [
        handler.pk, head.pk
    ]  # fmt: skip


def test_escalation_goes_to_named_people_upward(units: dict[str, Unit]) -> None:
    street = found("J1", "subdistrict", units["Q"])
    community = found("C9", "community", street)
    secretary = make_staff("community_secretary", community)
    officer = make_staff("subdistrict_officer", street)
    office = make_staff("district_office", units["Q"])
    make_staff("community_secretary", units["C1"])
    assert queries.superiors_of(community.path) == [secretary.pk, officer.pk, office.pk]
    assert queries.superiors_of(community.path, levels=1) == [secretary.pk]
    assert queries.superiors_of("") == []


def test_a_closed_account_is_told_nothing(units: dict[str, Unit]) -> None:
    clerk = make_staff("window_clerk", units["C1"])
    clerk.is_active = False
    clerk.email = "a@b.cn"
    clerk.save()
    assert queries.users_with_permission("demands.accept", unit_path=units["C1"].path) == []
    assert queries.people_at(unit_id=units["C1"].pk) == []
    assert queries.address_of(clerk.pk) == ""


def test_appointments_are_seen_in_ones_range(units: dict[str, Unit]) -> None:
    mine = make_staff("window_clerk", units["C1"])
    make_staff("window_clerk", units["C2"])
    seen = Appointment.objects.visible_to(actor_of(mine))
    assert [row.user_id for row in seen] == [mine.pk]
    security = actor_of(make_staff("security_admin", units["Q"]))
    assert Appointment.objects.visible_to(security).count() == 3


def test_the_auditor_sees_no_people(units: dict[str, Unit]) -> None:
    auditor = actor_of(make_staff("audit_admin", units["Q"]))
    other = make_staff("window_clerk", units["C1"])
    assert other not in queries.people(auditor)
    assert not policy.can_see_user(auditor, other)


def test_people_are_found_by_name_phone_state_role_and_place(units: dict[str, Unit]) -> None:
    security = actor_of(make_staff("security_admin", units["Q"], name="安闻"))
    clerk = make_staff("window_clerk", units["C1"], name="林知微", username="lin.zhiwei")
    fresh = make_user("新人", phone="13900001111", must_change_password=True)
    find = queries.PersonFilter
    for wanted, expected in (
        (find(text="知微"), [clerk]),
        (find(text="LIN.zhi"), [clerk]),
        (find(text="1390"), [fresh]),
        (find(state="first"), [fresh]),
        (find(state="inactive"), []),
        (find(role="window_clerk"), [clerk]),
        (find(unit_path=units["C1"].path), [clerk]),
    ):
        assert list(queries.people(security, wanted)) == expected, wanted


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0", "微信 · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130", "Edge · Windows"),
        ("curl/8", ""),
    ],
)
def test_devices_have_plain_names(agent: str, device: str) -> None:
    assert device_of(agent) == device
