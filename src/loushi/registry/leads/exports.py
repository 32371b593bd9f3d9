"""Files that go out of this package; phones as on the page."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.registry.leads import queries
from loushi.registry.leads.policy import EXPORT


@register_exporter
class LeadExporter(Exporter):
    """The list of leads."""

    name = "leads"
    label = _("招商线索")
    permission = EXPORT
    columns = (
        ExportColumn("company", _("企业名称"), width=32),
        ExportColumn("stage", _("阶段")),
        ExportColumn("since", _("到此阶段"), width=18),
        ExportColumn("source", _("来源")),
        ExportColumn("post", _("招商联络站"), width=20),
        ExportColumn("unit", _("由谁跟进"), width=18),
        ExportColumn("officer", _("招商联络员")),
        ExportColumn("industry", _("行业"), width=20),
        ExportColumn("area", _("面积（㎡）")),
        ExportColumn("budget", _("预算（元/㎡·天）")),
        ExportColumn("contact", _("联系人")),
        ExportColumn("phone", _("联系电话"), width=16),
        ExportColumn("lost", _("流失原因")),
        ExportColumn("created_at", _("登记时间"), width=18),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.lead_lines(actor, queries.Filters())
