"""The sweep: each warning once, lateness the moment it happens, named people upward."""

from datetime import date

import pytest

from loushi.casework.demands.factories import World
from loushi.casework.demands.jobs import close_unrated, sweep_clocks
from loushi.casework.demands.models import Demand, DemandClock, DemandEvent
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.models import Appointment, Role, User


def warnings(demand: Demand) -> list[tuple[str, int]]:
    rows = DemandEvent.objects.unscoped("test").filter(row=demand, move__in=["warned", "overdue"])
    return [(row.data["clock"], row.data["percent"]) for row in rows.order_by("id")]


def told(user: User) -> bool:
    return Notice.objects.unscoped("test").filter(recipient_id=user.pk).exists()


@pytest.fixture
def head(world: World) -> User:
    """A head of the police department."""
    user = User.objects.create(username="head", name="负责人", password="!")
    role = Role.objects.get_or_create(
        code="department_head", defaults={"name": "部门负责人", "kind": "department"}
    )[0]
    role.permissions = ["demands.view", "demands.head"]
    role.save()
    Appointment.objects.unscoped("test").create(
        user=user, role=role, department=world.police, since=date(2022, 1, 1)
    )
    return user


def test_what_nobody_accepts_is_warned_about_from_its_submission_on(world: World) -> None:
    with at("2026-11-02 09:00"):
        demand = world.submit()
        clock = DemandClock.objects.unscoped("test").get(demand=demand)
        assert clock.next_warning_at is not None
        assert clock.next_warning_at < clock.due_at
        assert sweep_clocks() == 0
    with at("2026-11-04 09:00"):
        assert sweep_clocks() >= 1
    assert warnings(demand)[-1] == ("accept", 100)


def test_each_warning_is_given_once_and_lateness_is_recorded(world: World, head: User) -> None:
    with at("2026-11-02 09:00"):
        demand = world.dispatched()
        world.move(demand, "contact", world.handler(), note="已联系")
        assert sweep_clocks() == 0
    with at("2026-11-04 14:10"):  # half of five working days
        assert sweep_clocks() == 2
        assert sweep_clocks() == 0
        assert not told(head)
    with at("2026-11-06 09:30"):  # over 80 %: the head is told
        assert sweep_clocks() == 2
        assert told(head)
    demand.refresh_from_db()
    assert not demand.is_late
    with at("2026-11-09 10:00"):
        assert sweep_clocks() == 2
        assert sweep_clocks() == 0
    demand.refresh_from_db()
    assert demand.is_late
    assert warnings(demand) == [
        ("resolve", 50), ("unit", 50), ("resolve", 80), ("unit", 80), ("resolve", 100),
        ("unit", 100),
    ]  # fmt: skip


def test_each_notice_names_its_clock(world: World, head: User) -> None:
    with at("2026-11-02 09:00"):
        demand = world.dispatched()
        world.move(demand, "contact", world.handler(), note="已联系")
    with at("2026-11-06 09:30"):
        sweep_clocks()
    rows = Notice.objects.unscoped("test").filter(recipient_id=head.pk, kind="demand_clock")
    assert {row.title_text for row in rows} == {
        "办结时限已用 80%", f"{world.police}的办理时限已用 80%",
    }  # fmt: skip
    with at("2026-11-09 10:00"):
        sweep_clocks()
    titles = {row.title_text for row in rows.all()}
    assert {"办结已超时", f"{world.police}办理已超时"} <= titles


def test_a_paused_clock_warns_nobody(world: World) -> None:
    with at("2026-11-02 09:00"):
        demand = world.handling()
        world.move(demand, "ask_info", world.handler(), note="请补充")
    with at("2026-12-01 09:00"):
        assert sweep_clocks() == 0
    assert not DemandClock.objects.unscoped("t").filter(demand=demand, is_late=True).exists()


def test_what_nobody_rated_is_closed_and_never_satisfied(world: World) -> None:
    with at("2026-11-02 09:00"):
        demand = world.resolved()
    with at("2026-11-08 09:00"):
        assert close_unrated() == 0
    with at("2026-11-09 10:00"):
        assert close_unrated() == 1
    demand.refresh_from_db()
    assert (demand.state, demand.score, demand.solved) == ("closed", None, "")
