"""What the importers of this package share: floors as people write them, units, buildings."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import Column, Importer, Row, parsers
from loushi.registry.buildings.commands.geometry import OutlineError, read_outline
from loushi.registry.buildings.policy import IMPORT
from loushi.registry.buildings.queries import Finder, Known, finder
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import units_by_name

lazy = gettext_lazy
MUCH = Decimal("0.4")  # an area that changes by a larger share must be confirmed

UNIT_ALIASES = (
    "所属商务社区", "商务社区", "社区", "片区", "所属片区", "网格", "微网格", "所属网格",
    "所属微网格", "unit",
)  # fmt: skip

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


def outline_column() -> Column:
    return Column(
        "outline", lazy("轮廓"), parsers.Geometry(), aliases=("geometry", "图形"),
        help=lazy("GeoJSON 面，经纬度"),
        show=lambda value: _("轮廓") if value else "",
    )  # fmt: skip


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


def change_said(old: Decimal, new: Decimal) -> str:
    """An area that changed much, in words: 缩小 41%，请说明。"""
    share = abs(new - old) / old * 100
    words = _("缩小 %(percent)d%%，请说明。") if new < old else _("扩大 %(percent)d%%，请说明。")
    return words % {"percent": round(share)}


def several(count: int, said: str) -> str:
    return _("有 %(count)d 幢楼叫“%(name)s”。请填写楼宇编码。") % {"count": count, "name": said}


def no_building(said: str) -> str:
    return _("没有登记过“%(name)s”这幢楼。请先导入楼宇，或改正名称。") % {"name": said}
