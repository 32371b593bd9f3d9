"""The importer of floors."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry import shape

from loushi.foundation.transfer.commands import (
    Column,
    Key,
    Row,
    Stored,
    insert_rows,
    parsers,
    register,
)
from loushi.foundation.transfer.models import ExternalKey
from loushi.registry.buildings import commands
from loushi.registry.buildings.commands.geometry import union
from loushi.registry.buildings.imports.placing import (
    UNIT_ALIASES,
    FloorNumber,
    InBuilding,
    no_building,
    outline_column,
    several,
)
from loushi.registry.buildings.models import Floor
from loushi.registry.territory.queries import leaf_id

lazy = gettext_lazy
SURE_OUTLINE = 0.999  # share of an outline that must lie in the stored one to be the same


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
        outline_column(),
    )  # fmt: skip

    def check_row(self, row: Row) -> None:
        found = self.building_of(row)
        if len(found) == 1:
            row.values["building_id"] = found[0].id
            row.unit_path = found[0].unit_path
        elif found:
            row.error("building", several(len(found), self.said(row)))
        elif row.get("building_code"):
            row.error("building_code", no_building(self.said(row)))
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


def _holds(old: Any, new: Any) -> bool:
    """Whether the stored outline already contains the new one (a part of it, or the same)."""
    stored, fresh = shape(old), shape(new)
    if not fresh.area:
        return True
    return bool(stored.intersection(fresh).area / fresh.area >= SURE_OUTLINE)
