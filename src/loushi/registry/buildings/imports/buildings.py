"""The importer of buildings."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import Column, Row, parsers, register
from loushi.registry.buildings import commands
from loushi.registry.buildings.imports.locating import Places
from loushi.registry.buildings.imports.placing import (
    MUCH,
    UNIT_ALIASES,
    Placed,
    change_said,
    outline_column,
)
from loushi.registry.buildings.models import Building, Grade, ReferenceSystem
from loushi.registry.territory.queries import leaf_id

lazy = gettext_lazy

CRS_WORDS = {
    "国家2000": "CGCS2000",
    "2000": "CGCS2000",
    "WGS-84": "WGS84",
    "84": "WGS84",
    "火星": "GCJ02",
    "高德": "GCJ02",
    "腾讯": "GCJ02",
    "GCJ-02": "GCJ02",
    "百度": "BD09",
    "BD-09": "BD09",
}

GRADE_WORDS = {"超甲": "super_a", "甲": "a", "乙": "b", "丙": "c"}


@register
class BuildingImporter(Placed):
    """Buildings: known by code, else by source and the source's number, else source and name."""

    name = "buildings"
    label = lazy("楼宇")
    kind = "buildings.building"
    model = Building
    key = ("code",)
    by_portions = True
    order = 20
    help = lazy("没有楼宇编码时请填写来源，系统按“来源 + 外部编号或名称”识别同一幢楼。")
    columns = (
        Column("code", lazy("楼宇编码"), parsers.Text(32, fold=True, upper=True),
               aliases=("楼栋编号", "编码", "楼宇编号"), example="LW-001"),
        Column("name", lazy("楼宇名称"), parsers.Text(80), required=True,
               aliases=("楼名", "名称", "楼栋名称", "大厦名称", "楼宇"), example="望澜中心 A 座"),
        Column("unit", lazy("所属单元"), parsers.Text(60), aliases=UNIT_ALIASES, field=None,
               help=lazy("商务社区、片区或微网格的名称或编码"), example="望澜商务社区"),
        Column("unit_id", lazy("所属单元编号"), derived=True),
        Column("address", lazy("地址"), parsers.Text(200), aliases=("楼宇地址", "详细地址"),
               example="桐川路 66 号"),
        Column("longitude", lazy("经度"), parsers.Number(places=7, minimum=-180, maximum=180),
               aliases=("lon", "lng", "x"), example="120.1536"),
        Column("latitude", lazy("纬度"), parsers.Number(places=7, minimum=-90, maximum=90),
               aliases=("lat", "y"), example="30.3191"),
        Column("crs", lazy("坐标系"),
               parsers.Choice(dict(ReferenceSystem.choices), also=CRS_WORDS),
               aliases=("坐标参考系", "datum"), example="CGCS2000"),
        outline_column(),
        Column("floors_above", lazy("地上层数"), parsers.Whole(minimum=0, maximum=200, unit="层"),
               aliases=("层数", "总层数", "地上楼层"), example="28"),
        Column("floors_below", lazy("地下层数"), parsers.Whole(minimum=0, maximum=20, unit="层"),
               aliases=("地下楼层",), example="3"),
        Column("lettable_area", lazy("可租面积"),
               parsers.Number(places=2, minimum=0, unit="㎡"), aliases=("可出租面积", "商务面积"),
               example="38040"),
        Column("grade", lazy("等级"), parsers.Choice(dict(Grade.choices), also=GRADE_WORDS),
               aliases=("品质等级", "楼宇等级"),
               example="甲级"),
        Column("grade_source", lazy("等级依据"), parsers.Text(60), aliases=("评级依据", "评定单位"),
               example="2025 年区商务楼宇评定"),
        Column("completed_year", lazy("交付年份"), parsers.Whole(minimum=1800, maximum=2100),
               aliases=("竣工年份", "建成年份"), example="2018"),
        Column("manager", lazy("物业公司"), parsers.Text(100), aliases=("物业", "物业服务企业"),
               field="manager__name", example="望澜物业服务有限公司"),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        self.prepare_units(rows)
        if {"longitude", "latitude"} <= self.present and "crs" not in self.present:
            for row in rows[:1]:
                row.hint("crs", _("文件没有写明坐标系，坐标按“未说明”登记，不作换算。"))
        self.places: Places | None = None
        if {"longitude", "latitude"} <= self.present:
            paths = {unit.path for found in self.units.values() for unit in found}
            paths |= {self.context.unit_path} if self.context.unit_path else set()
            self.places = Places.around(paths, timezone.localdate(self.context.now))

    def check_row(self, row: Row) -> None:
        unit = self.unit_of(row)
        if unit is not None:
            row.unit_path = unit.path
            row.values["unit_id"] = unit.pk
        self.check_outline(row)
        known = [name for name in ("longitude", "latitude") if row.get(name) is not None]
        if len(known) == 1 and not row.unreadable("longitude") and not row.unreadable("latitude"):
            row.error(known[0], _("经度和纬度要同时填写，或同时留空。"))

    def check_change(self, row: Row) -> None:
        old, new = row.changes.get("lettable_area", (None, None))
        if old and new is not None and abs(new - old) > old * MUCH:
            row.confirm("lettable_area", change_said(old, new), kind=_("可租面积变化超过 40 %"))
        held = row.stored.values if row.stored else {}
        given = {name: row.get(name, held.get(name)) for name in ("longitude", "latitude", "crs")}
        moved = row.stored is None or {"longitude", "latitude", "crs", "unit_id"} & set(row.changes)
        if self.places is None or not moved or None in (given["longitude"], given["latitude"]):
            return
        doubt = self.places.doubt(
            row.unit_path,
            float(given["longitude"]),
            float(given["latitude"]),
            given["crs"] or ReferenceSystem.UNKNOWN,
            row.object_id,
        )
        if doubt:
            row.confirm("longitude", doubt, kind=_("楼宇位置在所属单位之外"))

    def external_id(self, row: Row) -> str:
        return super().external_id(row) or ("" if row.get("code") else str(row.get("name") or ""))

    def apply_new(self, rows: Sequence[Row]) -> None:
        made = commands.create_buildings(
            actor=self.context.actor,
            rows=[self._values(row, row.values, row.unit_path) for row in rows],
            why=self.why(),
            permission=self.permission,
        )
        for row, building in zip(rows, made, strict=True):
            row.object_id = building.pk

    def apply_changed(self, rows: Sequence[Row]) -> None:
        commands.update_buildings(
            actor=self.context.actor,
            changes=[(row.object_id or 0, self._values(row, row.after, "")) for row in rows],
            why=self.why(),
            permission=self.permission,
        )

    def _values(self, row: Row, given: Mapping[str, Any], path: str) -> commands.BuildingValues:
        values: dict[str, Any] = {
            name: value for name, value in given.items() if name not in {"unit", "external_id"}
        }
        if path:
            values.setdefault("unit_id", leaf_id(path))
            values["source"] = self.context.source
        return values  # type: ignore[return-value]
