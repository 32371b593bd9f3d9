"""The columns of an export of demands."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.transfer.commands import ExportColumn, Exporter


def _name(row: Any) -> str:
    return "" if row.hide_name else str(row.contact_name)


class DemandExporter(Exporter):
    """One row a demand; the name is left out where the submitter asked for it."""

    name, label = "demands", _("诉求")
    columns = (
        ExportColumn("number", _("编号")),
        ExportColumn("title", _("标题"), width=40),
        ExportColumn("text", _("内容"), width=60),
        ExportColumn("category", _("类别"), lambda d: f"{d.category.parent or ''}/{d.category}"),
        ExportColumn("side", _("诉求方"), lambda d: d.get_side_display()),
        ExportColumn("urgency", _("紧急程度"), lambda d: d.get_urgency_display()),
        ExportColumn("channel", _("来源"), lambda d: d.get_channel_display()),
        ExportColumn("state", _("状态"), lambda d: d.get_state_display()),
        ExportColumn("tier", _("层级"), lambda d: d.get_tier_display()),
        ExportColumn("unit", _("所属单元"), lambda d: d.unit.name),
        ExportColumn("enterprise", _("企业"), lambda d: d.enterprise.name if d.enterprise else ""),
        ExportColumn("building", _("楼宇"), lambda d: d.building.name if d.building else ""),
        ExportColumn("lead", _("主办单位"), lambda d: d.lead.name if d.lead else ""),
        ExportColumn("contact_name", _("联系人"), _name),
        ExportColumn("contact_phone", _("联系电话")),
        ExportColumn("submitted_at", _("提交时间")),
        ExportColumn("accepted_at", _("受理时间")),
        ExportColumn("dispatched_at", _("交办时间")),
        ExportColumn("due_at", _("到期时间")),
        ExportColumn("resolved_at", _("办结时间")),
        ExportColumn("is_late", _("是否超时"), lambda d: _("是") if d.is_late else _("否")),
        ExportColumn("verdict", _("单位结论"), lambda d: d.get_verdict_display()),
        ExportColumn("solved", _("企业结论"), lambda d: d.get_solved_display()),
        ExportColumn("score", _("评价")),
    )
