"""Importers of buildings, floors and spaces."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    insert_rows,
    parsers,
    register,
)
from loushi.foundation.transfer.models import ExternalKey
from loushi.registry.buildings import commands
from loushi.registry.buildings.commands.geometry import OutlineError, read_outline, union
from loushi.registry.buildings.models import Building, Floor, ReferenceSystem, Space
from loushi.registry.buildings.policy import IMPORT
from loushi.registry.buildings.queries import Finder, Known, finder
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import leaf_id, units_by_name

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
UNIT_ALIASES = (
    "所属商务社区", "商务社区", "社区", "片区", "所属片区", "网格", "微网格", "所属网格",
    "所属微网格", "unit",
)  # fmt: skip
SURE_OUTLINE = 0.999  # share of an outline that must lie in the stored one to be the same

_FLOOR = re.compile(
    r"(?P<below>B|地下|负|-|－|−)?\s*(?:第)?(?P<number>\d{1,3})\s*(?:层|楼|F)?", re.IGNORECASE
)


class FloorNumber:
    """17, 17F, 第17层, B1, 地下1层, −1 → 17 or −1."""

    typed = True

    def __call__(self, cell: Any, zone: ZoneInfo) -> int:
        if isinstance(cell, (int, float)) and float(cell).is_integer():
            number = int(cell)
        else:
            found = _FLOOR.fullmatch(parsers.half_width(parsers.plain(cell)).strip())
            if found is None:
                raise parsers.Unreadable(_("看不出楼层。请写 17、17F 或 B1。"))
            number = int(found["number"]) * (-1 if found["below"] else 1)
        if number == 0:
            raise parsers.Unreadable(_("没有第 0 层：首层写 1，地下一层写 −1 或 B1。"))
        if not -20 <= number <= 200:
            raise parsers.Unreadable(_("楼层应在 −20 与 200 之间。"))
        return number

    @property
    def hint(self) -> str:
        return _("楼层号，地下一层写 −1 或 B1")


class Placed(Importer):
    """What these importers share: the unit named in the row, or the one given for the file."""

    permission = IMPORT

    def prepare_units(self, rows: Sequence[Row]) -> None:
        said = {str(row.get("unit")) for row in rows if row.get("unit")}
        self.units: dict[str, list[Unit]] = units_by_name(said, under=self.context.unit_path)

    def unit_of(self, row: Row) -> Unit | None:
        """The unit that the row names; unknown and ambiguous names unplace the row."""
        said = row.get("unit")
        if not said:
            return None
        found = self.units.get(said, [])
        if len(found) == 1:
            return found[0]
        row.unplace(
            _("有 %(count)d 个单元叫“%(name)s”。请在归位时选择。")
            % {"count": len(found), "name": said}
            if found
            else _("组织树上没有“%(name)s”。请在归位时选择所属单元。") % {"name": said}
        )
        return None

    def check_outline(self, row: Row) -> None:
        """Validates and, where it is safe, repairs the outline; says so as a hint."""
        drawn = row.get("outline")
        if not drawn:
            return
        try:
            outline = read_outline(drawn)
        except OutlineError as error:
            row.error("outline", error)
            return
        if outline is not None:
            row.values["outline"] = outline.geometry
            if outline.hint:
                row.hint("outline", outline.hint)

    def why(self) -> str:
        """What the audit says as the reason."""
        return _("导入 %(batch)s %(source)s").strip() % {
            "batch": self.context.batch_number,
            "source": self.context.source,
        }


def _outline_column() -> Column:
    return Column(
        "outline", lazy("轮廓"), parsers.Geometry(), aliases=("geometry", "图形"),
        help=lazy("GeoJSON 面，经纬度"),
        show=lambda value: _("轮廓") if value else "",
    )  # fmt: skip


@register
class BuildingImporter(Placed):
    """Buildings: known by code, else by source and the source's number, else source and name."""

    name = "buildings"
    label = lazy("楼宇")
    kind = "buildings.building"
    model = Building
    key = ("code",)
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
        _outline_column(),
        Column("floors_above", lazy("地上层数"), parsers.Whole(minimum=0, maximum=200, unit="层"),
               aliases=("层数", "总层数", "地上楼层"), example="28"),
        Column("floors_below", lazy("地下层数"), parsers.Whole(minimum=0, maximum=20, unit="层"),
               aliases=("地下楼层",), example="3"),
        Column("lettable_area", lazy("可租面积"),
               parsers.Number(places=2, minimum=0, unit="㎡"), aliases=("可出租面积", "商务面积"),
               example="38040"),
        Column("grade", lazy("等级"), parsers.Text(10), aliases=("品质等级", "楼宇等级"),
               example="甲级"),
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

    def check_row(self, row: Row) -> None:
        unit = self.unit_of(row)
        if unit is not None:
            row.unit_path = unit.path
            row.values["unit_id"] = unit.pk
        self.check_outline(row)
        known = [name for name in ("longitude", "latitude") if row.get(name) is not None]
        if len(known) == 1 and not row.unreadable("longitude") and not row.unreadable("latitude"):
            row.error(known[0], _("经度和纬度要同时填写，或同时留空。"))

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

    def _values(
        self, row: Row, given: Mapping[str, Any], path: str
    ) -> commands.BuildingValues:
        values: dict[str, Any] = {
            name: value for name, value in given.items() if name not in {"unit", "external_id"}
        }
        if path:
            values.setdefault("unit_id", leaf_id(path))
            values["source"] = self.context.source
        return values  # type: ignore[return-value]


class InBuilding(Placed):
    """Rows of something in a building that the row names in one of several ways."""

    def prepare(self, rows: Sequence[Row]) -> None:
        self.prepare_units(rows)
        self.finder: Finder = finder(
            codes={str(row.get("building_code") or "") for row in rows},
            names={str(row.get(name) or "") for row in rows for name in self.names},
            source=self.context.source,
            externals={str(row.get("building_external") or "") for row in rows},
            permitted=lambda path: self.context.permitted(path) and self.context.inside(path),
        )

    names: tuple[str, ...] = ("building",)

    def building_of(self, row: Row) -> list[Known]:
        return self.finder.find(
            code=str(row.get("building_code") or ""),
            external=str(row.get("building_external") or ""),
            names=[str(row.get(name) or "") for name in self.names],
        )

    def said(self, row: Row) -> str:
        """How the row names its building, for sentences."""
        words = ("building_code", *self.names, "building_external")
        return next((str(row.get(word)) for word in words if row.get(word)), "")


BUILDING_COLUMNS = (
    Column("building_code", lazy("楼宇编码"), parsers.Text(32, fold=True, upper=True),
           aliases=("楼栋编号",), field=None, example="LW-001"),
    Column("building", lazy("楼宇名称"), parsers.Text(80), field=None,
           aliases=("楼宇", "楼名", "所在楼宇", "大厦", "楼栋"), example="望澜中心 A 座"),
    Column("building_external", lazy("楼宇外部编号"), parsers.Text(120), field=None,
           aliases=("building_id", "楼宇id")),
    Column("building_id", lazy("楼宇"), derived=True),
)  # fmt: skip


@register
class FloorImporter(InBuilding):
    """Floors with outlines. Several outlines of one floor (a geojson of parts) become one floor;
    a building that is not registered yet is registered with its floors."""

    name = "floors"
    label = lazy("楼层")
    kind = "buildings.floor"
    model = Floor
    key = ()
    order = 21
    names = ("building", "listed_name")
    help = lazy("楼宇尚未登记时，会按文件中的名称一并登记。")
    columns = (
        Column("building_code", lazy("楼宇编码"), parsers.Text(32, fold=True, upper=True),
               aliases=("楼栋编号",), field=None, example="LW-001"),
        Column("building", lazy("楼宇名称"), parsers.Text(80), field=None,
               aliases=("name", "楼宇", "楼名", "大厦"), example="望澜中心 A 座"),
        Column("listed_name", lazy("楼宇别名"), parsers.Text(80), field=None),
        Column("building_external", lazy("楼宇外部编号"), parsers.Text(120), field=None,
               aliases=("building_id", "楼宇id")),
        Column("external_id", lazy("外部编号"), parsers.Text(120), field=None,
               aliases=("oid", "id", "fid", "objectid")),
        Column("unit", lazy("所属单元"), parsers.Text(60), aliases=UNIT_ALIASES, field=None),
        Column("building_id", lazy("楼宇"), derived=True),
        Column("number", lazy("楼层"), FloorNumber(), required=True,
               aliases=("floor", "层", "楼层号"), example="17"),
        Column("label", lazy("层名"), parsers.Text(10), example="17F"),
        Column("kind", lazy("类型"), parsers.Choice(dict(Floor.Kind.choices)),
               aliases=("楼层类型",), example="普通层"),
        Column("area", lazy("面积"), parsers.Number(places=2, minimum=0, unit="㎡"),
               aliases=("建筑面积", "楼层面积")),
        Column("reported_vacancy", lazy("上报空置率"),
               parsers.Number(places=4, minimum=0, maximum=1), aliases=("空置率", "xzl"),
               help=lazy("0 至 1 之间，例如 0.15")),
        _outline_column(),
    )  # fmt: skip

    def check_row(self, row: Row) -> None:
        found = self.building_of(row)
        if len(found) == 1:
            row.values["building_id"] = found[0].id
            row.unit_path = found[0].unit_path
        elif found:
            row.error("building", _several(len(found), self.said(row)))
        elif row.get("building_code"):
            row.error("building_code", _no_building(self.said(row)))
        elif not self.said(row):
            row.error("building", _("没有写明是哪幢楼。请填写楼宇编码或名称。"))
        else:
            unit = self.unit_of(row)
            row.unit_path = unit.path if unit else self.context.unit_path
        self.check_outline(row)

    def natural_key(self, row: Row) -> Key | None:
        if self.external_id(row) and self.context.source:
            return None
        if row.get("number") is None or not self.said(row):
            return None
        return (row.get("building_id") or self.said(row), row.values["number"])

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        ids = {key[0] for key in keys if isinstance(key[0], int)}
        rows = self._read("building_id", ids)
        found = {(row.values["building_id"], row.values["number"]): row for row in rows}
        return {key: found[key] for key in keys if key in found}

    def same(self, column: Column, old: Any, new: Any) -> bool:
        if column.name == "outline" and old and new:
            return _holds(old, new)
        return super().same(column, old, new)

    def apply_new(self, rows: Sequence[Row]) -> None:
        self._make_buildings(rows)
        self._write(rows)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row.stored is not None:
                row.values.setdefault("building_id", row.stored.values["building_id"])
                row.values.setdefault("number", row.stored.values["number"])
        self._write(rows)

    def _make_buildings(self, rows: Sequence[Row]) -> None:
        """Registers the buildings that are missing, once each, with their number of floors."""
        missing: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row.get("building_id") is None:
                missing[str(row.get("building_external") or self.said(row))].append(row)
        made = commands.create_buildings(
            actor=self.context.actor,
            rows=[
                {
                    "name": str(group[0].get("building") or self.said(group[0])),
                    "unit_id": leaf_id(group[0].unit_path) or 0,
                    "floors_above": max(max(row.values["number"] for row in group), 0),
                    "source": self.context.source,
                }
                for group in missing.values()
            ],
            why=self.why(),
            permission=self.permission,
        )
        for building, group in zip(made, missing.values(), strict=True):
            for row in group:
                row.values["building_id"] = building.pk
        if self.context.source:
            insert_rows(
                [
                    ExternalKey(source=self.context.source, external_id=key,
                                kind="buildings.building", object_id=building.pk)
                    for key, building in zip(missing, made, strict=True)
                ]
            )  # fmt: skip

    def _write(self, rows: Sequence[Row]) -> None:
        """One floor from all the rows that name it; outlines of parts are joined."""
        groups: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for row in rows:
            groups[(row.values["building_id"], row.values["number"])].append(row)
        held = self._held_outlines({key[0] for key in groups})
        fields = ("label", "kind", "area", "reported_vacancy")
        values: list[commands.FloorValues] = []
        for (building_id, number), group in groups.items():
            one: dict[str, Any] = {"building_id": building_id, "number": number}
            for row in group:
                one |= {name: row.values[name] for name in fields if name in row.values}
            drawn = [row.values["outline"] for row in group if row.get("outline")]
            if drawn and (len(group) > 1 or self.external_id(group[0])):
                drawn += filter(None, [held.get((building_id, number))])
            if drawn:
                one["outline"] = union(drawn) if len(drawn) > 1 else drawn[0]
            if self.context.source:
                one["source"] = self.context.source
            values.append(one)  # type: ignore[arg-type]
        result = commands.upsert_floors(
            actor=self.context.actor, rows=values, why=self.why(), permission=self.permission
        )
        for group, pk in zip(groups.values(), result.ids, strict=True):
            for row in group:
                row.object_id = pk

    def _held_outlines(self, building_ids: Collection[int]) -> dict[tuple[int, int], Any]:
        return {
            (row.values["building_id"], row.values["number"]): row.values["outline"]
            for row in self._read("building_id", building_ids)
        }


@register
class SpaceImporter(InBuilding):
    """Spaces (rooms), known by building and room number."""

    name = "spaces"
    label = lazy("房源")
    kind = "buildings.space"
    model = Space
    key = ("building_id", "number")
    order = 22
    columns = (
        *BUILDING_COLUMNS,
        Column("number", lazy("房号"), parsers.Text(30, fold=True), required=True,
               aliases=("房间号", "室号", "单元号", "room", "房源"), example="1703"),
        Column("floor", lazy("楼层"), FloorNumber(), field="floor__number",
               aliases=("层", "所在楼层"), example="17"),
        Column("area", lazy("面积"), parsers.Number(places=2, minimum=0, unit="㎡"),
               aliases=("建筑面积", "租赁面积", "房间面积"), example="700"),
        Column("use", lazy("用途"), parsers.Text(20), example="办公"),
        Column("state", lazy("状态"),
               parsers.Choice(dict(Space.State.choices), also={"出租": "let", "闲置": "vacant",
                              "自持": "self_used", "在建": "not_delivered"}),
               aliases=("房源状态", "租赁状态"), example="空置"),
        Column("unit", lazy("所属微网格"), parsers.Text(60), aliases=UNIT_ALIASES, field=None),
        Column("unit_id", lazy("所属微网格编号"), derived=True),
    )  # fmt: skip

    def check_row(self, row: Row) -> None:
        found = self.building_of(row)
        if len(found) != 1:
            said = self.said(row)
            where = "building_code" if row.get("building_code") else "building"
            if found:
                row.error(where, _several(len(found), said))
            elif said:
                row.error(where, _no_building(said))
            else:
                row.error(where, _("没有写明是哪幢楼。请填写楼宇编码或名称。"))
            return
        row.values["building_id"] = found[0].id
        row.unit_path = found[0].unit_path
        unit = self.unit_of(row)
        if unit is not None and unit.path != found[0].unit_path:
            if not unit.path.startswith(found[0].unit_path):
                row.error("unit", _("“%(unit)s”不在这幢楼所属的单元之内。") % {"unit": unit.name})
            row.values["unit_id"] = unit.pk

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        rows = self._read("building_id", {key[0] for key in keys})
        found = {(row.values["building_id"], row.values["number"]): row for row in rows}
        return {key: found[key] for key in keys if key in found}

    def apply_new(self, rows: Sequence[Row]) -> None:
        self._write(rows, {row.number: row.values for row in rows})

    def apply_changed(self, rows: Sequence[Row]) -> None:
        self._write(rows, {row.number: row.after for row in rows})

    def _write(self, rows: Sequence[Row], given: Mapping[int, Mapping[str, Any]]) -> None:
        values: list[commands.SpaceValues] = []
        for row in rows:
            said = given[row.number]
            stored = row.stored.values if row.stored else {}
            one: dict[str, Any] = {
                "building_id": row.get("building_id") or stored.get("building_id"),
                "number": row.get("number") or stored.get("number"),
            }
            one |= {k: said[k] for k in ("area", "use", "state", "unit_id") if k in said}
            if "floor" in said:
                one["floor_number"] = said["floor"]
            if row.stored is None and self.context.source:
                one["source"] = self.context.source
            values.append(one)  # type: ignore[arg-type]
        result = commands.upsert_spaces(
            actor=self.context.actor, rows=values, why=self.why(), permission=self.permission
        )
        for row, pk in zip(rows, result.ids, strict=True):
            row.object_id = pk


def _several(count: int, said: str) -> str:
    return _("有 %(count)d 幢楼叫“%(name)s”。请填写楼宇编码。") % {"count": count, "name": said}


def _no_building(said: str) -> str:
    return _("没有登记过“%(name)s”这幢楼。请先导入楼宇，或改正名称。") % {"name": said}


def _holds(old: Any, new: Any) -> bool:
    """Whether the stored outline already contains the new one (a part of it, or the same)."""
    from shapely.geometry import shape

    stored, fresh = shape(old), shape(new)
    if not fresh.area:
        return True
    return bool(stored.intersection(fresh).area / fresh.area >= SURE_OUTLINE)
