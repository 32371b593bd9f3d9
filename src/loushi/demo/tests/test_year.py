"""The register of the demo district survives a year of everything that happens to it."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from loushi.casework.visits import commands as visits
from loushi.casework.visits.models import SweepCampaign, SweepTask
from loushi.casework.visits.queries import facts_of
from loushi.demo import commands
from loushi.demo.tests.conftest import small
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.models import Event
from loushi.foundation.core.testing import at
from loushi.registry.enterprises import commands as enterprises
from loushi.registry.enterprises.queries.checking import RULE_NAMES, Tally, check_register
from loushi.registry.enterprises.tests import year
from loushi.registry.territory import commands as territory
from loushi.registry.territory.models import Unit

WHY = "a generated year"
SYSTEM = system_actor()


def sweep(world: year.World) -> None:
    """A door of a running sweep: what is found changes the register in the same save."""
    campaign = SweepCampaign.objects.unscoped(WHY).filter(state="running").order_by("pk").last()
    if campaign is None:
        campaign = visits.create_campaign(
            actor=SYSTEM,
            given=visits.CampaignInput(
                name="年度扫楼", building_ids=(world.building().pk,), due_on=world.today,
                starts_on=world.today,
            ),
        )  # fmt: skip
    tasks = SweepTask.objects.unscoped(WHY).filter(campaign=campaign, outcome="")
    for task in tasks.order_by("pk")[:4]:
        given = found_at(world, task)
        try:
            visits.save_room(actor=SYSTEM, task_id=task.pk, given=given)
        except visits.NeedsNote as need:
            notes = {one.code: "现场核对过" for one in need.checks}
            given = replace(given, notes=notes)
            visits.save_room(actor=SYSTEM, task_id=task.pk, given=given)
    if not tasks.exists():
        visits.close_campaign(actor=SYSTEM, campaign_id=campaign.pk, note="扫完")


def found_at(world: year.World, task: SweepTask) -> visits.RoomInput:
    facts = facts_of([task.space_id])[task.space_id]
    given: dict[str, Any] = {"version": task.version, "stamp": facts.stamp}
    if facts.tenants and world.rng.random() < 0.5:
        gone = world.rng.choice(("left", "registered"))
        tenant = visits.TenantInput(tenancy_id=facts.tenants[0].tenancy_id, gone=gone)
        return visits.RoomInput(outcome="corrected", tenants=(tenant,), **given)
    if world.rng.random() < 0.4:
        newcomer = visits.NewcomerInput(
            name=f"扫楼新来{world.number()}有限公司",
            presence=world.rng.choice(("here_registered", "here_only")),
        )
        return visits.RoomInput(outcome="corrected", newcomers=(newcomer,), **given)
    return visits.RoomInput(outcome="confirmed", **given)


def split_unit(world: year.World) -> None:
    """A community is cut in two; towers and whatever hangs on them follow."""
    community = world.rng.choice(
        list(Unit.objects.filter(kind="community").exclude(path="").order_by("pk"))
    )
    grids = list(Unit.objects.filter(kind="grid", path__startswith=community.path).order_by("pk"))
    if len(grids) < 2:
        raise Refused("too small to be cut")
    number = world.number()
    part = territory.Part(
        code=f"{community.code}S{number}", name=f"新设{number}商务社区",
        children=(grids[-1].pk,),
    )  # fmt: skip
    territory.split_unit(actor=SYSTEM, unit_id=community.pk, on=world.today, parts=[part])
    territory.take_effect()
    territory.run_rewrites()
    hear()


def hear() -> None:
    """What the listeners would do with the events of buildings that were placed elsewhere."""
    for event in Event.objects.filter(name="building_placed").order_by("pk"):
        enterprises.follow_building(event.payload)


@pytest.mark.slow
@pytest.mark.one_engine
@pytest.mark.django_db
def test_a_year_of_the_demo_district_leaves_nothing_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(datetime.combine(year.FIRST_DAY, time(1), tzinfo=UTC)):
        commands.build(seed=5, today=year.FIRST_DAY, shape=small())
        assert [str(breach) for breach in check_register()] == []
    monkeypatch.setattr(year, "STEPS", [*year.STEPS, sweep, sweep, sweep, split_unit])
    world = year.live(year.World(Random(5), tmp_path), steps=160)
    with at(datetime.combine(world.today, time(5), tzinfo=UTC)):
        enterprises.turn_of_day()
        looked = Tally()
        assert [str(breach) for breach in check_register(tally=looked)] == []
    assert set(looked) == set(RULE_NAMES)
    assert looked["home"] > small().enterprises
    for step in ("sweep", "split_unit", "merge", "undo_merge", "take_file_back", "come_later"):
        assert world.done[step], (step, world.refused)
