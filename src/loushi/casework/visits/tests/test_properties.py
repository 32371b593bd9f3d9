"""Whatever is found at the doors, in whatever order: the register stays consistent."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import NewcomerInput, RoomInput, TenantInput
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import SweepResult, SweepTask
from loushi.casework.visits.queries.plan import walking_order
from loushi.casework.visits.queries.reasons import Reasons
from loushi.foundation.core.errors import LoushiError
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises.models import Presence, Tenancy
from loushi.registry.enterprises.queries import Place

WHY = "test"
ROOMS = ("301", "302", "201", "202", "101", "102")
STEP = st.tuples(
    st.sampled_from(ROOMS),
    st.sampled_from(("confirmed", "corrected", "vacant", "absent", "refused")),
    st.sampled_from(("", "left", "registered")),
    st.sampled_from(("", "new", "known")),
    st.one_of(st.none(), st.integers(1, 300)),
)


def result(world: World, task: SweepTask, step: tuple, number: int) -> RoomInput:
    _room, outcome, gone, comes, area = step
    facts = queries.facts_of([task.space_id])[task.space_id]
    tenants = tuple(
        TenantInput(one.tenancy_id, gone=gone, area=None if area is None else Decimal(area))
        for one in facts.tenants[:1]
    )
    newcomers = ()
    if comes == "new":
        newcomers = (NewcomerInput(name=f"新来{number}号有限公司"),)
    elif comes == "known":
        newcomers = (NewcomerInput(credit_code=world.firms[0].credit_code or ""),)
    wants = {f"staff:{one.tenancy_id}": "已核实" for one in facts.tenants}
    wants |= {"code:0": "看门牌", "areas": "合并了隔壁", "shared": "合用"}
    corrects = outcome == "corrected"
    return RoomInput(
        outcome,
        task.version,
        facts.stamp,
        tenants=tenants if outcome in ("corrected", "vacant") else (),
        newcomers=newcomers if corrects else (),
        notes=wants,
    )


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEP, max_size=8))
def test_any_walk_keeps_the_register_true(world: World, steps: list[tuple]) -> None:
    campaign = world.sweep(name=f"扫楼{SweepTask.objects.unscoped(WHY).count()}")
    saved: Counter[str] = Counter()
    for number, step in enumerate(steps):
        task = world.task(campaign, step[0])
        before = SweepResult.objects.unscoped(WHY).count()
        try:
            commands.save_room(
                actor=world.actor(), task_id=task.pk, given=result(world, task, step, number)
            )
            saved[step[0]] += 1
        except LoushiError:
            assert SweepResult.objects.unscoped(WHY).count() == before
    for task in SweepTask.objects.unscoped(WHY).filter(campaign=campaign):
        assert task.attempts == saved[task.number] == task.results.count()
        assert task.version == task.attempts + 1
    for space in Space.objects.unscoped(WHY).filter(building=world.tower):
        here = (
            Tenancy.objects.unscoped(WHY)
            .filter(space=space, until__isnull=True)
            .exclude(presence=Presence.REGISTERED_ONLY)
        )
        assert (space.state == "let") == here.exists(), space.number
    page = queries.campaign_page(world.actor(), campaign.pk)
    assert page.tally.total == 6
    assert sum(place.tally.reached for place in page.buildings) == page.tally.reached
    assert sum(floor.tally.total for floor in
               queries.swept_floors(world.actor(), campaign.pk, world.tower.pk)) == 6  # fmt: skip


def reason(number: int, building: int, floor: int | None, weight: int) -> Reasons:
    place = Place(
        tenancy_id=number, building_id=building, building=f"楼{building}", address="",
        space_id=number, space=str(number), floor=floor, unit_path="000001",
        presence="here_registered", area=None, since=None, until=None, lease_until=None,
        is_main=True,
    )  # fmt: skip
    return Reasons(number, weight, ["x"], "", None, [place])


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.one_of(st.none(), st.integers(-2, 40)), st.integers(0, 99)),
        max_size=12,
    )
)
def test_the_walk_enters_each_tower_once_and_goes_down(rows: list[tuple]) -> None:
    order = walking_order(reason(number, *row) for number, row in enumerate(rows, 1))
    assert sorted(one.enterprise_id for one in order) == list(range(1, len(rows) + 1))
    towers = [one.places[0].building_id for one in order]
    entered = [tower for n, tower in enumerate(towers) if n == 0 or towers[n - 1] != tower]
    assert len(entered) == len(set(entered))
    for first, second in zip(order, order[1:], strict=False):
        a, b = first.places[0], second.places[0]
        if a.building_id == b.building_id and a.floor is not None and b.floor is not None:
            assert a.floor >= b.floor
