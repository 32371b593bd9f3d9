"""Importing buildings, floors and spaces from small files of every odd kind."""

import json
from pathlib import Path

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import make_actor
from loushi.foundation.transfer.commands import run_import
from loushi.registry.buildings.factories import make_building
from loushi.registry.buildings.models import Building, Floor, Space
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def load(tmp_path: Path):
    def run(importer: str, text: str, *, name: str = "文件.csv", actor=SYSTEM, **kwargs):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return run_import(actor=actor, importer=importer, path=path, **kwargs)

    return run


def feature(oid: int, floor: int, west: float = 120.0, **properties) -> dict:
    east = west + 0.001
    ring = [[west, 28.0], [east, 28.0], [east, 28.001], [west, 28.001], [west, 28.0]]
    return {
        "type": "Feature",
        "properties": {"oid": oid, "building_id": 5, "name": "云栈大厦", "floor": floor, "xzl": 0.1,
                       **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip


def collection(*features: dict) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def test_list_without_codes_is_known_by_source_and_name(units, load) -> None:
    text = (
        "name,lon,lat,street,unused_placeholder\n云栈大厦,120.1,28.0,南汇,370\n望澜大厦,,,滨江,0\n"
    )
    first = load("buildings", text, source="街道清单", unit_path=units["C1"].path)
    assert first.counts["new"] == 2
    tower = Building.plain.get(name="云栈大厦")
    assert (tower.unit_id, tower.crs, tower.code) == (units["C1"].pk, "unknown", None)
    assert tower.lettable_area is None  # the placeholder is no fact
    again = load("buildings", text, source="街道清单", unit_path=units["C1"].path)
    assert (again.counts["unchanged"], again.counts["new"]) == (2, 0)


def test_rows_without_a_place_wait_and_unknown_units_say_so(units, load) -> None:
    text = "楼宇名称,所属单元\n甲,第1商务社区\n乙,没有的社区\n丙,\n"
    report = load("buildings", text, source="清单")
    assert (report.counts["new"], report.counts["unplaced"]) == (1, 2)
    assert any("没有“没有的社区”" in reason for _o, _c, reason, _n in report.reasons)


def test_every_error_of_every_row_comes_back_and_nothing_is_written(units, load) -> None:
    text = "楼宇编码,楼宇名称,经度,纬度,地上层数\nA1,甲,120.1,,28\nA2,乙,,,九百\nA3,,,,3\n"
    report = load("buildings", text, unit_path=units["C1"].path, partial=False, dry_run=True)
    assert report.counts["rejected"] == 3
    assert not Building.plain.exists()


def test_codes_win_and_partial_columns_never_empty_the_others(units, load) -> None:
    make_building(units["C1"], name="望澜", code="LW-001", grade="甲级", manager="望澜物业")
    text = "编码,楼名,层数\nlw-001,望澜中心,28层\n"
    report = load("buildings", text, unit_path=units["C1"].path)
    assert report.counts["changed"] == 1
    tower = Building.plain.get()
    assert (tower.name, tower.floors_above, tower.grade) == ("望澜中心", 28, "a")
    assert tower.manager is not None


def test_a_neighbours_code_is_refused_without_a_name(units, load) -> None:
    make_building(units["C2"], name="邻区大厦", code="LW-001")
    actor = make_actor(path=units["C1"].path, permissions=["buildings.import"])
    text = "编码,楼名\nLW-001,我的大厦\n"
    report = load("buildings", text, unit_path=units["C1"].path, actor=actor, dry_run=True)
    assert report.counts["rejected"] == 1
    assert "邻区" not in str(report.problems)


def test_floors_make_a_missing_building_and_join_outlines(units, load) -> None:
    text = collection(feature(1, 5), feature(2, 5, west=120.002), feature(3, 17))
    kwargs = {"name": "楼层.geojson", "source": "经济地图", "unit_path": units["C1"].path}
    report = load("floors", text, **kwargs)
    assert report.counts["new"] == 3
    tower = Building.plain.get()
    assert (tower.name, tower.floors_above) == ("云栈大厦", 17)
    floors = {floor.number: floor for floor in Floor.plain.all()}
    assert set(floors) == {5, 17}
    assert floors[5].outline["type"] == "MultiPolygon"
    assert float(floors[5].reported_vacancy) == 0.1
    again = load("floors", text, **kwargs)
    assert (again.counts["unchanged"], again.counts["new"], again.counts["changed"]) == (3, 0, 0)


def test_floors_find_the_building_of_the_list_by_its_name(units, load) -> None:
    kwargs = {"source": "经济地图", "unit_path": units["C1"].path}
    load("buildings", "name\n云栈大厦\n", **kwargs)
    load("floors", collection(feature(1, 5)), name="楼层.geojson", **kwargs)
    assert Building.plain.count() == 1


def test_broken_outline_is_explained_repaired_one_is_hinted(units, load) -> None:
    bad = feature(1, 5)
    bad["geometry"]["coordinates"] = [
        [[120, 28], [120.001, 28.001], [120.001, 28], [120, 28.001], [120, 28]]
    ]
    report = load("floors", collection(bad), name="楼层.geojson", source="经济地图",
                  unit_path=units["C1"].path, dry_run=True)  # fmt: skip
    assert report.counts["rejected"] == 1
    assert "自相交" in report.problems[0][3]


def test_spaces_read_floors_as_people_write_them(units, load) -> None:
    make_building(units["C1"], name="望澜", code="LW-001")
    text = (
        "楼宇编码,房号,楼层,建筑面积,房源状态\n"
        "LW-001,1703,17F,700㎡,空置\nLW-001,B101,B1,80,出租\nLW-001,201,第2层,100,自用\n"
    )
    report = load("spaces", text, unit_path=units["C1"].path)
    assert report.counts["new"] == 3
    rows = {room.number: (room.floor.number, room.state) for room in Space.plain.all()}
    assert rows == {"1703": (17, "vacant"), "B101": (-1, "let"), "201": (2, "self_used")}
    again = load("spaces", text, unit_path=units["C1"].path)
    assert again.counts["unchanged"] == 3


def test_room_of_an_unknown_building_is_rejected(units, load) -> None:
    report = load("spaces", "楼宇,房号\n没有的楼,1\n", unit_path=units["C1"].path, dry_run=True)
    assert report.counts["rejected"] == 1
    assert "没有登记过“没有的楼”" in report.problems[0][3]
