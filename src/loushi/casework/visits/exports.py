"""Files that go out of this package."""

from django.utils.translation import gettext_lazy as _

from loushi.casework.visits.policy import EXPORT
from loushi.foundation.transfer.commands import ExportColumn, Exporter


class VisitExporter(Exporter):
    """One row a visit."""

    name = "visits"
    label = _("走访")
    permission = EXPORT
    columns = (
        ExportColumn("enterprise", _("企业"), width=32),
        ExportColumn("place", _("所在"), width=24),
        ExportColumn("unit", _("所属单元"), width=18),
        ExportColumn("at", _("时间")),
        ExportColumn("purpose_label", _("为什么来")),
        ExportColumn("met_label", _("见到谁")),
        ExportColumn("met_text", _("姓名和职务"), width=16),
        ExportColumn("found_text", _("发现"), width=60),
        ExportColumn("visitor", _("走访人")),
        ExportColumn("team", _("队伍"), width=20),
        ExportColumn("note", _("备注"), width=30),
        ExportColumn("despite", _("近期有人去过，为什么还要去"), width=24),
        ExportColumn("state_label", _("状态")),
    )


class SweepExporter(Exporter):
    """One row a room of a sweep."""

    name = "sweep"
    label = _("扫楼结果")
    permission = EXPORT
    columns = (
        ExportColumn("building", _("楼宇"), width=20),
        ExportColumn("floor", _("楼层")),
        ExportColumn("number", _("房号")),
        ExportColumn("unit", _("责任片区、微网格"), width=20),
        ExportColumn("base", _("名单上的企业"), width=40),
        ExportColumn("outcome_label", _("结果")),
        ExportColumn("changes", _("更正"), width=50),
        ExportColumn("attempts", _("去过几次")),
        ExportColumn("note", _("备注"), width=30),
        ExportColumn("at", _("时间")),
    )


class RetentionExporter(Exporter):
    """One row a sign at a firm."""

    name = "retention"
    label = _("安商稳商名单")
    permission = EXPORT
    columns = (
        ExportColumn("name", _("企业"), width=32),
        ExportColumn("place", _("所在"), width=24),
        ExportColumn("officer", _("企业专员")),
        ExportColumn("sign_label", _("信号")),
        ExportColumn("sentence", _("为什么在名单上"), width=44),
        ExportColumn("since", _("自")),
        ExportColumn("state_label", _("状态")),
        ExportColumn("snoozed_until", _("暂缓到")),
        ExportColumn("outcome", _("处理结果或暂缓原因"), width=40),
        ExportColumn("decided", _("谁记的")),
    )
