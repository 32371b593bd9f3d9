"""What an import of buildings asks to be confirmed: places that cannot be, areas that jump."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.transfer.commands import run_import
from loushi.registry.buildings.commands import install_amenity_kinds
from loushi.registry.buildings.factories import make_building
from loushi.registry.buildings.imports.locating import from_gcj, gcj_shift, metres
from loushi.registry.buildings.models import (
    Amenity,
    Building,
    ManagerContract,
    Ownership,
    Space,
)
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Boundary

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
# a district of two kilometres by one, at the latitude of Hangzhou
WEST, EAST, SOUTH, NORTH = 120.1500, 120.1700, 30.3100, 30.3200


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def outlined(units):
    ring = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
    Boundary.objects.create(
        unit=units["C1"], since=date(2020, 1, 1),
        geometry={"type": "Polygon", "coordinates": [ring]},
    )  # fmt: skip
    return units


@pytest.fixture
def load(tmp_path: Path):
    def run(importer: str, text: str, **kwargs):
        path = tmp_path / "文件.csv"
        path.write_text(text, encoding="utf-8")
        return run_import(actor=SYSTEM, importer=importer, path=path, **kwargs)

    return run


def one(lon: float, lat: float, crs: str = "CGCS2000") -> str:
    return f"楼宇编码,楼宇名称,经度,纬度,坐标系\nLW-1,望澜中心,{lon:.6f},{lat:.6f},{crs}\n"


def asked(report) -> str:
    return " ".join(sentence for _row, _column, _value, sentence in report.problems)


def test_the_shift_of_gcj_is_some_hundred_metres_and_goes_back() -> None:
    point = (120.1536, 30.3191)
    east, north = gcj_shift(*point)
    moved = (point[0] + east, point[1] + north)
    assert 300 < metres(point, moved) < 700
    assert metres(point, from_gcj(*moved)) < 1


def test_a_point_inside_asks_nothing(outlined, load) -> None:
    report = load("buildings", one(120.1600, 30.3150), unit_path=outlined["C1"].path)
    assert report.applied
    assert report.counts["confirms"] == 0


def test_gcj_taken_for_cgcs2000_must_be_confirmed_and_says_so(outlined, load) -> None:
    true = (120.1685, 30.3110)  # near the south-eastern corner: the shift leads out
    east, north = gcj_shift(*true)
    text = one(true[0] + east, true[1] + north)
    report = load("buildings", text, unit_path=outlined["C1"].path)
    assert not report.applied
    assert "按 GCJ-02 理解就落在范围之内" in asked(report)
    assert "CGCS2000" in asked(report)
    assert not Building.plain.exists()
    stated = one(true[0] + east, true[1] + north, "GCJ-02")
    assert load("buildings", stated, unit_path=outlined["C1"].path).counts["confirms"] == 0


def test_far_outside_and_swapped_points_are_told_apart(outlined, load) -> None:
    far = load("buildings", one(121.2, 30.3), unit_path=outlined["C1"].path)
    assert "范围之外" in asked(far)
    assert "GCJ" not in asked(far)
    swapped = load("buildings", one(30.3150, 60.0), unit_path=outlined["C1"].path)
    assert swapped.counts["confirms"] == 1


def test_without_an_outline_the_other_buildings_are_the_measure(units, load) -> None:
    for number in range(6):
        make_building(
            units["C1"], name=f"楼{number}", longitude=120.15 + number / 1000, latitude=30.31
        )
    near = load("buildings", one(120.16, 30.312), unit_path=units["C1"].path, dry_run=True)
    assert near.counts["confirms"] == 0
    far = load("buildings", one(120.25, 30.31), unit_path=units["C1"].path, dry_run=True)
    assert "离所属单位的其他楼宇" in asked(far)


def test_areas_that_jump_need_a_note(units, load) -> None:
    make_building(units["C1"], code="LW-1", name="望澜中心", lettable_area=1000)
    text = "楼宇编码,可租面积\nLW-1,590\n"
    report = load("buildings", text, unit_path=units["C1"].path)
    assert "缩小 41%，请说明" in asked(report)
    assert Building.plain.get().lettable_area == 1000
    assert load("buildings", text, unit_path=units["C1"].path, note="拆分登记").applied
    assert Building.plain.get().lettable_area == 590
    small = "楼宇编码,可租面积\nLW-1,800\n"
    assert load("buildings", small, unit_path=units["C1"].path).applied


def test_rooms_that_jump_need_a_note(units, load) -> None:
    tower = make_building(units["C1"], code="LW-1", name="望澜中心")
    head = "楼宇编码,房号,面积\n"
    assert load("spaces", f"{head}LW-1,1701,100\n", unit_path=units["C1"].path).applied
    report = load("spaces", f"{head}LW-1,1701,300\n", unit_path=units["C1"].path)
    assert "扩大 200%" in asked(report)
    assert Space.plain.get(building=tower).area == 100


PROPERTY = [
    (
        "owners",
        "楼宇编码,产权人,份额,取得日期,电话\nLW-001,望澜置业有限公司,60,2018-06-01,13800000000\n",
        "楼宇编码,产权人,份额,取得日期\nLW-001,望澜置业有限公司,55,2018-06-01\n",
        Ownership, {"share": Decimal("0.55")}, {"owner__phone": "13800000000"},
    ),
    (
        "manager-contracts",
        "楼宇编码,物业公司,开始日期,合同到期,服务范围\nLW-001,望澜物业,2025-01-01,2027-12-31,保洁\n",
        "楼宇编码,物业公司,开始日期,合同到期\nLW-001,望澜物业,2025-01-01,2028-12-31\n",
        ManagerContract, {"until": date(2028, 12, 31)}, {"scope": "保洁"},
    ),
    (
        "amenities",
        "楼宇编码,配套种类,名称,数量,位置\nLW-001,停车位,地下车库,220,地下一层\n",
        "楼宇编码,配套种类,名称,数量\nLW-001,停车位,地下车库,180\n",
        Amenity, {"count": 180}, {"place": "地下一层"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("importer", "first", "second", "model", "changed", "kept"), PROPERTY,
    ids=[case[0] for case in PROPERTY],
)  # fmt: skip
def test_owners_contracts_and_amenities_show_the_exact_difference(
    units, load, importer, first, second, model, changed, kept
) -> None:
    install_amenity_kinds()
    make_building(units["C1"], name="望澜", code="LW-001")
    kwargs = {"unit_path": units["C1"].path}
    assert load(importer, first, **kwargs).counts["new"] == 1
    again = load(importer, first, **kwargs).counts
    assert (again["unchanged"], again["new"], again["changed"]) == (1, 0, 0)
    report = load(importer, second, **kwargs).counts
    assert (report["changed"], report["cells"], report["new"]) == (1, 1, 0)
    assert model.plain.filter(**changed, **kept).count() == model.plain.count() == 1
