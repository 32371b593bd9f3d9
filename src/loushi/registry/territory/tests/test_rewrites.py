"""Rows follow their unit: in batches, restartable anywhere, each row once."""

import itertools
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.utils import timezone

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at
from loushi.registry.territory import commands
from loushi.registry.territory.commands import rewrites
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import PathRewrite, Unit

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
TODAY = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_district()


def model(label: str) -> Any:
    return apps.get_model(label)


def building(name: str, unit: Unit) -> Any:
    return model("buildings.Building").plain.create(name=name, unit=unit, unit_path=unit.path)


def floor(of: Any) -> Any:
    return model("buildings.Floor").plain.create(building=of, unit_path=of.unit_path, number=1)


def paths(label: str) -> dict[int, str]:
    return dict(model(label).plain.values_list("pk", "unit_path"))


def test_every_model_with_a_unit_path_takes_part_but_history_does_not() -> None:
    labels = {found._meta.label for found in rewrites.path_models()}
    assert {"buildings.Building", "buildings.Floor", "accounts.Appointment"} <= labels
    assert "audit.Entry" not in labels


def test_rows_move_with_their_unit(units: dict[str, Unit]) -> None:
    tower = building("甲楼", units["C1-G1"])
    storey = floor(tower)
    other = building("乙楼", units["C1-G2"])
    commands.move_unit(actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=TODAY)
    commands.run_rewrites()
    new = Unit.objects.get(code="C1-G1").path
    assert paths("buildings.Building") == {tower.pk: new, other.pk: units["C1-G2"].path}
    assert paths("buildings.Floor") == {storey.pk: new}
    tower.refresh_from_db()
    assert tower.unit_id == units["C1-G1"].pk


def test_a_future_move_leaves_rows_alone_until_its_day(units: dict[str, Unit]) -> None:
    tower = building("甲楼", units["C1-G1"])
    commands.move_unit(
        actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=date(2026, 11, 1)
    )
    assert commands.run_rewrites() == 0
    with at("2026-11-01 00:01"):
        commands.take_effect()
        assert commands.run_rewrites() == 1
    tower.refresh_from_db()
    assert tower.unit_path.startswith(units["C2"].path)


def test_a_merge_hands_rows_and_their_unit_to_the_heir(units: dict[str, Unit]) -> None:
    direct, below = building("甲楼", units["C2"]), building("乙楼", units["C2-G1"])
    commands.merge_units(actor=SYSTEM, unit_ids=[units["C2"].pk], heir_id=units["C1"].pk, on=TODAY)
    commands.run_rewrites()
    direct.refresh_from_db()
    below.refresh_from_db()
    assert (direct.unit_id, direct.unit_path) == (units["C1"].pk, units["C1"].path)
    assert below.unit_id == units["C2-G1"].pk
    assert below.unit_path == units["C1"].path + f"{units['C2-G1'].pk:06d}"


def test_a_split_takes_single_buildings_and_what_hangs_on_them(units: dict[str, Unit]) -> None:
    gone, stays = building("甲楼", units["C1"]), building("乙楼", units["C1"])
    storey = floor(gone)
    (heir,) = commands.split_unit(
        actor=SYSTEM, unit_id=units["C1"].pk, on=TODAY,
        parts=[commands.Part(code="C3", name="东清", buildings=(gone.pk,))],
    )  # fmt: skip
    commands.run_rewrites()
    gone.refresh_from_db()
    storey.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.unit_id, gone.unit_path, storey.unit_path) == (heir.pk, heir.path, heir.path)
    assert (stays.unit_id, stays.unit_path) == (units["C1"].pk, units["C1"].path)


def test_splitting_up_moves_children_buildings_and_the_rest(units: dict[str, Unit]) -> None:
    rest, single = building("余楼", units["C1"]), building("单楼", units["C1"])
    below = building("下楼", units["C1-G2"])
    east, west = commands.split_unit(
        actor=SYSTEM, unit_id=units["C1"].pk, on=TODAY, dissolve=True,
        parts=[commands.Part(code="C3", name="东", children=(units["C1-G1"].pk,)),
               commands.Part(code="C4", name="西", children=(units["C1-G2"].pk,),
                             buildings=(single.pk,))],
    )  # fmt: skip
    commands.run_rewrites()
    for row in (rest, single, below):
        row.refresh_from_db()
    assert (rest.unit_id, rest.unit_path) == (east.pk, east.path)
    assert (single.unit_id, single.unit_path) == (west.pk, west.path)
    assert below.unit_path == west.path + f"{units['C1-G2'].pk:06d}"


def test_single_buildings_go_first_though_time_passes_while_queueing(
    units: dict[str, Unit],
) -> None:
    ticks = itertools.count()
    start = timezone.now()
    single = building("单楼", units["C1-G1"])
    # Not by monkeypatch: it may be undone after the frozen clock, and bring it back for good.
    with patch("django.utils.timezone.now", lambda: start + timedelta(microseconds=next(ticks))):
        _east, west = commands.split_unit(
            actor=SYSTEM, unit_id=units["C1"].pk, on=TODAY, dissolve=True,
            parts=[commands.Part(code="C3", name="东", children=(units["C1-G1"].pk,)),
                   commands.Part(code="C4", name="西", children=(units["C1-G2"].pk,),
                                 buildings=(single.pk,))],
        )  # fmt: skip
        commands.run_rewrites()
    single.refresh_from_db()
    assert (single.unit_id, single.unit_path) == (west.pk, west.path)


def test_parent_and_child_moved_on_one_day(units: dict[str, Unit]) -> None:
    tower = building("甲楼", units["C1-G1"])
    on = date(2026, 11, 1)
    commands.move_unit(actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=on)
    commands.merge_units(actor=SYSTEM, unit_ids=[units["C1"].pk], heir_id=units["C2"].pk, on=on)
    with at("2026-11-01 08:00"):
        commands.take_effect()
        commands.run_rewrites()
    tower.refresh_from_db()
    assert tower.unit_path == Unit.objects.get(code="C1-G1").path


def test_a_killed_job_goes_on_where_it_stopped(
    units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrites, "BATCH", 3)
    towers = [building(f"楼{number}", units["C1-G1"]) for number in range(10)]
    commands.move_unit(actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=TODAY)
    job = PathRewrite.objects.get()
    tower_model = model("buildings.Building")
    assert rewrites.step(job.pk, tower_model) == (3, True)
    new = Unit.objects.get(code="C1-G1").path
    moved = [path for path in paths("buildings.Building").values() if path == new]
    assert len(moved) == 3
    assert commands.run_rewrites() == len(towers) - 3
    assert set(paths("buildings.Building").values()) == {new}
    job.refresh_from_db()
    assert job.done_at is not None
    assert commands.run_rewrites() == 0


def test_a_row_that_came_late_is_fetched(units: dict[str, Unit]) -> None:
    old = units["C1-G1"].path
    commands.move_unit(actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=TODAY)
    commands.run_rewrites()
    assert rewrites.reopen_strays() == 0
    late = model("buildings.Building").plain.create(
        name="迟楼", unit_id=units["C1-G1"].pk, unit_path=old
    )
    assert rewrites.reopen_strays() == 1
    commands.run_rewrites()
    late.refresh_from_db()
    assert late.unit_path == Unit.objects.get(code="C1-G1").path


def test_the_preview_counts_before_anything_moves(units: dict[str, Unit]) -> None:
    shown = commands.preview_move(unit_id=units["C1"].pk, on=TODAY)
    assert [node.code for node in shown.units] == ["C1", "C1-G1", "C1-G2"]
