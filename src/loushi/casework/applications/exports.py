"""Files that go out of this package."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.casework.applications import queries
from loushi.casework.applications.policy import EXPORT
from loushi.casework.applications.queries.totals import lines_for_file
from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter


@register_exporter
class ApplicationExporter(Exporter):
    """The list of applications."""

    name = "applications"
    label = _("一类事申请")
    permission = EXPORT
    columns = (
        ExportColumn("number", _("编号"), width=16),
        ExportColumn("bundle", _("一类事"), width=14),
        ExportColumn("title", _("办什么"), width=30),
        ExportColumn("applicant", _("申请人"), width=28),
        ExportColumn("unit", _("所属社区"), width=18),
        ExportColumn("state_label", _("状态")),
        ExportColumn("submitted_at", _("申请时间"), width=18),
        ExportColumn("due_at", _("最近到期"), width=18),
        ExportColumn("ended_at", _("办结时间"), width=18),
        ExportColumn("done", _("已办步骤")),
        ExportColumn("steps", _("全部步骤")),
        ExportColumn("is_late", _("有超时")),
        ExportColumn("score", _("评价")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.all_lines(actor, queries.Filters(show="all"))


@register_exporter
class RecordExporter(Exporter):
    """What was recorded while applications ran."""

    name = "application_records"
    label = _("一类事办理记录")
    permission = EXPORT
    columns = (
        ExportColumn("number", _("编号"), width=16),
        ExportColumn("title", _("办什么"), width=30),
        ExportColumn("label", _("记录")),
        ExportColumn("amount", _("数量")),
        ExportColumn("measure", _("单位")),
        ExportColumn("text", _("情况"), width=50),
        ExportColumn("at", _("时间"), width=18),
        ExportColumn("by", _("记录人")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return lines_for_file(actor)
