"""Importers of units and of residential communities (属地社区)."""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.units import WIDTH, covers
from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    provide_units,
    register,
)
from loushi.registry.territory import commands, queries
from loushi.registry.territory.models import ResidentialCommunity, Unit, UnitKind
from loushi.registry.territory.policy import IMPORT, fits_below

lazy = gettext_lazy
KIND_WORDS = {
    "市": UnitKind.DISTRICT,
    "镇": UnitKind.SUBDISTRICT,
    "社区": UnitKind.COMMUNITY,
    "综合党委": UnitKind.COMMUNITY,
    "网格": UnitKind.GRID,
    "专属网格": UnitKind.GRID,
    "片区专属网格": UnitKind.GRID,
    "楼宇微网格": UnitKind.MICRO_GRID,
}
OPEN = ("feature", "prefix", "source")


@provide_units
def unit_choices(actor: Actor, permission: str) -> list[tuple[str, str]]:
    """The units where a person may import, as (path, indented name), for the import pages."""
    mine = actor.keys(UNIT, permission)
    allowed = [
        unit for unit in queries.units()
        if actor.system or any(covers(path, unit.path) for path in mine)
    ]  # fmt: skip
    top = min((len(unit.path) for unit in allowed), default=0)
    indent = {unit.path: "\u3000" * ((len(unit.path) - top) // WIDTH) for unit in allowed}
    return [(unit.path, indent[unit.path] + unit.name) for unit in allowed]


@register
class UnitImporter(Importer):
    """Units by code. A new name or parent takes effect today, or on 生效日期; history is kept."""

    name = "units"
    label = lazy("组织单元")
    permission = IMPORT
    kind = "territory.unit"
    model = Unit
    key = ("code",)
    placed = False
    external = False
    irreversible = lazy("组织树有历史，单元只能按日期成立、合并或撤销，不能整批撤回。")
    order = 10
    columns = (
        Column("code", lazy("编码"), parsers.Text(32, fold=True), aliases=("单元编码",),
               required=True, example="GS-01"),
        Column("name", lazy("名称"), parsers.Text(60), aliases=("单元名称", "单元"),
               required=True, example="望澜商务社区"),
        Column("kind", lazy("层级"), parsers.Choice(dict(UnitKind.choices), also=KIND_WORDS),
               required=True, aliases=("类型", "级别")),
        Column("parent", lazy("上级编码"), parsers.Text(32, fold=True), field=None,
               aliases=("上级", "所属上级", "上级单元"), example="330105"),
        Column("founded_on", lazy("成立日期"), parsers.Day(), aliases=("设立日期",)),
        Column("on", lazy("生效日期"), parsers.Day(), field=None,
               help=lazy("更名、调整归属从哪天起；不填为今天")),
        Column("prefix", lazy("诉求编号前缀"), parsers.Text(4, fold=True, upper=True)),
        Column("feature", lazy("特色"), parsers.Text(60)),
        Column("source", lazy("依据"), parsers.Text(200), aliases=("文号",)),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        """All units of the tree by code, and those that this file brings."""
        self.known = {unit.code: unit.kind for unit in queries.units()}
        self.brought = {str(row.get("code")): row.get("kind") for row in rows if row.get("code")}

    def check_row(self, row: Row) -> None:
        code, parent = str(row.get("code") or ""), str(row.get("parent") or "")
        kind = row.get("kind") or self.known.get(code)
        if not parent:
            if kind and kind != UnitKind.DISTRICT and code not in self.known:
                row.error("parent", _("请填写上级编码；只有区没有上级。"))
            return
        above = self.brought.get(parent) or self.known.get(parent)
        if above is None:
            row.error(
                "parent", _("没有编码为“%(code)s”的上级单元，文件里也没有。") % {"code": parent}
            )
        elif kind and not fits_below(kind, above):
            row.error(
                "parent",
                _("%(kind)s不能设在%(parent)s之下。")
                % {"kind": UnitKind(kind).label, "parent": UnitKind(above).label},
            )

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        found = super().existing(keys)
        units = {stored.id: stored for stored in found.values()}
        parents = queries.parent_codes(list(units))
        for pk, stored in units.items():
            stored.values["parent"] = parents.get(pk, "")
            stored.values.pop("founded_on", None)
        return found

    def apply_new(self, rows: Sequence[Row]) -> None:
        today = timezone.localdate(self.context.now)
        new = [
            commands.NewUnit(
                code=row.values["code"],
                name=row.values["name"],
                kind=row.values["kind"],
                parent=row.get("parent") or None,
                on=row.get("founded_on") or today,
                prefix=row.get("prefix", "") or "",
                feature=row.get("feature", "") or "",
                source=row.get("source", "") or "",
            )
            for row in rows
        ]
        for row, unit in zip(
            rows, commands.found_units(actor=self.context.actor, units=new), strict=True
        ):
            row.object_id = unit.pk

    def apply_changed(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._change(row)

    def _change(self, row: Row) -> None:
        actor, after = self.context.actor, row.after
        on = row.get("on") or timezone.localdate(self.context.now)
        unit = queries.get_unit(int(row.object_id or 0))
        why = self.context.batch_number
        if "name" in after:
            commands.rename_unit(actor=actor, unit_id=unit.pk, name=after["name"], on=on, why=why)
        if after.get("parent"):
            parent = queries.unit_by_code(after["parent"])
            if parent is not None:
                commands.move_unit(
                    actor=actor, unit_id=unit.pk, parent_id=parent.pk, on=on, why=why
                )
        if any(name in after for name in OPEN):
            details: dict[str, Any] = {
                name: after.get(name, getattr(unit, name)) or "" for name in OPEN
            }
            commands.change_details(actor=actor, unit_id=unit.pk, **details)


@register
class HostImporter(Importer):
    """Residential communities and streets by their statutory code (GB/T 2260 and 10114)."""

    name = "hosts"
    label = lazy("属地社区名录")
    permission = IMPORT
    kind = "territory.residentialcommunity"
    model = ResidentialCommunity
    key = ("code",)
    placed = False
    external = False
    irreversible = lazy("属地社区已关联到单元，请逐个结束关联。")
    order = 12
    columns = (
        Column("code", lazy("区划代码"),
               parsers.Text(12, fold=True, pattern=r"\d{9}|\d{12}",
                            pattern_says=lazy("区划代码是 9 位（街道）或 12 位（社区）数字。")),
               aliases=("编码", "代码", "社区代码", "街道代码"), required=True,
               example="330105001051"),
        Column("name", lazy("名称"), parsers.Text(60), aliases=("社区名称", "街道名称"),
               required=True, example="长庆街社区"),
        Column("subdistrict", lazy("所属街道"), parsers.Text(60), aliases=("street", "街道")),
    )  # fmt: skip

    def defaults(self, row: Row) -> dict[str, Any]:
        return {"source": self.context.source}

    def audit(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        lines = (Line(**entry) for entry in self.audit_entries(new, changed))
        record_many(actor=self.context.actor, action="territory.import", lines=lines)
