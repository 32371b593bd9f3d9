"""Files that go out of this package."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.services.stations import queries
from loushi.services.stations.policy import EXPORT


@register_exporter
class StationExporter(Exporter):
    """The list of stations."""

    name = "stations"
    label = _("服务站点")
    permission = EXPORT
    columns = (
        ExportColumn("name", _("站点名称"), width=28),
        ExportColumn("kind_label", _("类型"), width=16),
        ExportColumn("unit", _("所属社区"), width=18),
        ExportColumn("building", _("所在楼宇"), width=18),
        ExportColumn("address", _("地址"), width=28),
        ExportColumn("phone", _("服务电话"), width=16),
        ExportColumn("tenure", _("场地来源")),
        ExportColumn("area", _("面积（㎡）")),
        ExportColumn("hours", _("工作日开放时间"), width=24),
        ExportColumn("restday_hours", _("休息日开放时间"), width=24),
        ExportColumn("extended", _("延时服务时间"), width=24),
        ExportColumn("services", _("提供的服务"), width=40),
        ExportColumn("inspected_on", _("最近检查")),
        ExportColumn("met", _("达标条数")),
        ExportColumn("items", _("检查条数")),
        ExportColumn("since", _("启用日期")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.station_lines(actor, queries.Filters())


@register_exporter
class TicketExporter(Exporter):
    """Numbers of the counter queue, without names."""

    name = "queue_tickets"
    label = _("排队叫号")
    permission = EXPORT
    columns = (
        ExportColumn("station", _("服务站点"), width=28),
        ExportColumn("on", _("日期")),
        ExportColumn("label", _("号")),
        ExportColumn("service", _("服务"), width=24),
        ExportColumn("channel", _("取号方式")),
        ExportColumn("counter", _("窗口")),
        ExportColumn("state", _("状态")),
        ExportColumn("waited", _("等候（分钟）")),
        ExportColumn("served", _("办理（分钟）")),
        ExportColumn("calls", _("叫号次数")),
        ExportColumn("transfers", _("转窗口次数")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.ticket_lines(actor)
