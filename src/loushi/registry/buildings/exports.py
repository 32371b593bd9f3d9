"""Files that go out of this package."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.registry.buildings import queries
from loushi.registry.buildings.policy import EXPORT


@register_exporter
class BuildingExporter(Exporter):
    """The list of buildings."""

    name = "buildings"
    label = _("楼宇")
    permission = EXPORT
    columns = (
        ExportColumn("code", _("楼宇编码")),
        ExportColumn("name", _("楼宇名称"), width=24),
        ExportColumn("place", _("所属单元"), width=18),
        ExportColumn("address", _("地址"), width=28),
        ExportColumn("grade", _("等级")),
        ExportColumn("floors_above", _("地上层数")),
        ExportColumn("floors_below", _("地下层数")),
        ExportColumn("lettable_area", _("可租面积（㎡）")),
        ExportColumn("completed_year", _("交付年份")),
        ExportColumn("manager", _("物业公司"), width=24),
        ExportColumn("occupied", _("已用面积（㎡）"), lambda row: row.occupancy.occupied),
        ExportColumn("area", _("房源面积（㎡）"), lambda row: row.occupancy.area),
        ExportColumn("vacant", _("空置面积（㎡）"), lambda row: row.occupancy.vacant),
        ExportColumn("source", _("来源")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        if not actor.has(EXPORT):
            raise Denied
        return queries.building_lines(actor, queries.Filters())


@register_exporter
class SpaceExporter(Exporter):
    """The rooms of the visible buildings."""

    name = "spaces"
    label = _("房源")
    permission = EXPORT
    columns = (
        ExportColumn("building.code", _("楼宇编码")),
        ExportColumn("building.name", _("楼宇名称"), width=24),
        ExportColumn("number", _("房号")),
        ExportColumn("floor.number", _("楼层")),
        ExportColumn("area", _("面积（㎡）")),
        ExportColumn("use", _("用途")),
        ExportColumn("state", _("状态"), lambda row: row.get_state_display()),
        ExportColumn("source", _("来源")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        if not actor.has(EXPORT):
            raise Denied
        return queries.exported_spaces(actor, queries.buildings(actor).values("pk"))
