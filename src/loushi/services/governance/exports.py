"""Files that go out of this package."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.services.governance import queries
from loushi.services.governance.policy import EXPORT


@register_exporter
class BodyExporter(Exporter):
    """The list of bodies."""

    name = "bodies"
    label = _("议事组织")
    permission = EXPORT
    columns = (
        ExportColumn("name", _("名称"), width=28),
        ExportColumn("kind_label", _("类型"), width=18),
        ExportColumn("unit", _("所属社区"), width=18),
        ExportColumn("building", _("所在楼宇"), width=18),
        ExportColumn("members", _("在任委员")),
        ExportColumn("waiting", _("未决议题")),
        ExportColumn("running", _("执行中的决议")),
        ExportColumn("last_meeting", _("最近会议")),
        ExportColumn("since", _("成立日期")),
        ExportColumn("until", _("撤销日期")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.body_lines(actor, queries.Filters())


@register_exporter
class ResolutionExporter(Exporter):
    """The list of resolutions."""

    name = "resolutions"
    label = _("决议")
    permission = EXPORT
    columns = (
        ExportColumn("number", _("编号"), width=18),
        ExportColumn("body", _("议事组织"), width=24),
        ExportColumn("title", _("议题"), width=32),
        ExportColumn("text", _("决议内容"), width=40),
        ExportColumn("adopted_on", _("表决日期")),
        ExportColumn("state_label", _("状态")),
        ExportColumn("tasks", _("任务")),
        ExportColumn("done", _("已完成")),
        ExportColumn("late", _("已过期限")),
        ExportColumn("answer", _("答复"), width=40),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.resolution_lines(actor, queries.ResolutionFilters())
