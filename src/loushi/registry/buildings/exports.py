"""Files that go out of this package."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.registry.buildings import queries
from loushi.registry.buildings.policy import EXPORT, PROPERTY


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
        ExportColumn("condition", _("交付条件"), lambda row: row.get_condition_display()),
        ExportColumn("rent", _("报价（元/㎡·天）")),
        ExportColumn("state", _("状态"), lambda row: row.get_state_display()),
        ExportColumn("source", _("来源")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.exported_spaces(actor, queries.buildings(actor).values("pk"))


@register_exporter
class OwnerExporter(Exporter):
    """Owners of the buildings where the actor may see them; phones stay masked."""

    name = "owners"
    label = _("产权人")
    permission = PROPERTY
    columns = (
        ExportColumn("building.code", _("楼宇编码")),
        ExportColumn("building.name", _("楼宇名称"), width=24),
        ExportColumn("space.number", _("房号")),
        ExportColumn("owner.name", _("产权人"), width=28),
        ExportColumn("kind", _("类型"), lambda row: row.owner.get_kind_display()),
        ExportColumn("owner.credit_code", _("统一社会信用代码"), width=22),
        ExportColumn("share", _("份额（%）"), lambda row: row.share and row.share * 100),
        ExportColumn("since", _("开始日期")),
        ExportColumn("until", _("结束日期")),
        ExportColumn("owner.contact", _("联系人")),
        ExportColumn("phone", _("电话"), lambda row: queries.hidden_phone(row.owner.phone)),
        ExportColumn("source", _("来源")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        _require(actor)
        return queries.exported_ownerships(actor)


@register_exporter
class ContractExporter(Exporter):
    """Contracts of property managers."""

    name = "manager-contracts"
    label = _("物业合同")
    permission = PROPERTY
    columns = (
        ExportColumn("building.code", _("楼宇编码")),
        ExportColumn("building.name", _("楼宇名称"), width=24),
        ExportColumn("manager.name", _("物业公司"), width=28),
        ExportColumn("scope", _("服务范围"), width=28),
        ExportColumn("since", _("开始日期")),
        ExportColumn("until", _("到期日期")),
        ExportColumn("contact", _("项目负责人")),
        ExportColumn("phone", _("服务电话"), width=16),
        ExportColumn("source", _("来源")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        _require(actor)
        return queries.exported_contracts(actor)


@register_exporter
class AmenityExporter(Exporter):
    """Amenities of the visible buildings."""

    name = "amenities"
    label = _("配套")
    permission = EXPORT
    columns = (
        ExportColumn("building.code", _("楼宇编码")),
        ExportColumn("building.name", _("楼宇名称"), width=24),
        ExportColumn("kind.name", _("种类")),
        ExportColumn("name", _("名称")),
        ExportColumn("count", _("数量")),
        ExportColumn("capacity", _("可容纳人数")),
        ExportColumn("place", _("位置")),
        ExportColumn("hours", _("开放时间")),
        ExportColumn("is_public", _("对外开放")),
        ExportColumn("note", _("说明"), width=28),
        ExportColumn("source", _("来源")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.exported_amenities(actor)


def _require(actor: Actor) -> None:
    if not (actor.has(EXPORT) and actor.has(PROPERTY)):
        raise Denied
