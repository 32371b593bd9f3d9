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
