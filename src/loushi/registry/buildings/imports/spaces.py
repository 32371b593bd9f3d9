"""The importer of spaces."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import Column, Key, Row, Stored, parsers, register
from loushi.registry.buildings import commands
from loushi.registry.buildings.imports.placing import (
    BUILDING_COLUMNS,
    MUCH,
    UNIT_ALIASES,
    FloorNumber,
    InBuilding,
    change_said,
    no_building,
    several,
)
from loushi.registry.buildings.models import Space

lazy = gettext_lazy

SAID = ("area", "use", "condition", "rent", "state", "state_since", "unit_id")


@register
class SpaceImporter(InBuilding):
    """Spaces (rooms), known by building and room number."""

    name = "spaces"
    label = lazy("房源")
    kind = "buildings.space"
    model = Space
    key = ("building_id", "number")
    by_portions = True
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
        Column("condition", lazy("交付条件"), parsers.Choice(dict(Space.Condition.choices)),
               aliases=("装修", "装修情况", "装修标准"), example="精装"),
        Column("rent", lazy("报价"), parsers.Number(places=2, minimum=0, unit="元/㎡·天"),
               aliases=("租金", "挂牌价", "单价"), example="2.6"),
        Column("state", lazy("状态"),
               parsers.Choice(dict(Space.State.choices), also={"出租": "let", "闲置": "vacant",
                              "自持": "self_used", "在建": "not_delivered"}),
               aliases=("房源状态", "租赁状态"), example="空置"),
        Column("state_since", lazy("状态开始日期"), parsers.Day(), field=None,
               aliases=("状态日期",), example="2026-05-01",
               help=lazy("自何日起是这个状态；不填按导入当天登记")),
        Column("unit", lazy("所属微网格"), parsers.Text(60), aliases=UNIT_ALIASES, field=None),
        Column("unit_id", lazy("所属微网格编号"), derived=True),
    )  # fmt: skip

    def check_row(self, row: Row) -> None:
        found = self.building_of(row)
        if len(found) != 1:
            said = self.said(row)
            where = "building_code" if row.get("building_code") else "building"
            if found:
                row.error(where, several(len(found), said))
            elif said:
                row.error(where, no_building(said))
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

    def check_change(self, row: Row) -> None:
        old, new = row.changes.get("area", (None, None))
        if old and new is not None and abs(new - old) > old * MUCH:
            row.confirm("area", change_said(old, new), kind=_("房间面积变化超过 40 %"))

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
            one |= {k: said[k] for k in SAID if k in said}
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
