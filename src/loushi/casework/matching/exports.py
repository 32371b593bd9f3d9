"""Files that go out of this package."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.casework.matching import queries
from loushi.casework.matching.policy import EXPORT
from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter


@register_exporter
class IssueExporter(Exporter):
    """The list of common issues."""

    name = "common_issues"
    label = _("共性问题")
    permission = EXPORT
    columns = (
        ExportColumn("number", _("编号"), width=16),
        ExportColumn("name", _("名称"), width=32),
        ExportColumn("category", _("类别"), width=18),
        ExportColumn("unit", _("所属单元"), width=18),
        ExportColumn("lead", _("牵头单位"), width=20),
        ExportColumn("state_label", _("状态")),
        ExportColumn("demands", _("诉求")),
        ExportColumn("open", _("未答复")),
        ExportColumn("meets_at", _("下次对接会"), width=18),
        ExportColumn("created_at", _("建立时间"), width=18),
        ExportColumn("answered_at", _("答复时间"), width=18),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.all_lines(actor, queries.Filters(state="all"))


@register_exporter
class ListExporter(Exporter):
    """The three lists."""

    name = "three_lists"
    label = _("三张清单")
    permission = EXPORT
    columns = (
        ExportColumn("listed", _("清单")),
        ExportColumn("topic", _("主题"), width=24),
        ExportColumn("count", _("未办结（或可用）")),
        ExportColumn("matched", _("其中已匹配")),
        ExportColumn("year", _("近一年提出")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.list_lines(actor)


@register_exporter
class MatchExporter(Exporter):
    """Matches with their reasons."""

    name = "matches"
    label = _("供需匹配")
    permission = EXPORT
    columns = (
        ExportColumn("number", _("诉求编号"), width=18),
        ExportColumn("title", _("诉求"), width=36),
        ExportColumn("side_label", _("清单")),
        ExportColumn("offer", _("资源或服务"), width=28),
        ExportColumn("why", _("理由"), width=44),
        ExportColumn("state_label", _("状态")),
        ExportColumn("proposed_at", _("提出时间"), width=18),
        ExportColumn("expires_on", _("有效到")),
        ExportColumn("decided_by", _("谁确认")),
        ExportColumn("decided_at", _("确认时间"), width=18),
        ExportColumn("note", _("说明"), width=30),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.all_matches(actor)
