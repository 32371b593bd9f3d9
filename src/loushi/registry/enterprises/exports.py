"""Files that go out of this package; phones stay masked as on the page."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.policy import EXPORT


@register_exporter
class EnterpriseExporter(Exporter):
    """The list of enterprises."""

    name = "enterprises"
    label = _("企业")
    permission = EXPORT
    columns = (
        ExportColumn("credit_code", _("统一社会信用代码"), width=22),
        ExportColumn("name", _("企业名称"), width=32),
        ExportColumn("unit", _("所属单元"), width=18),
        ExportColumn("place", _("所在"), width=24),
        ExportColumn("presence_label", _("在地状态")),
        ExportColumn("registered", _("注册地")),
        ExportColumn("tax", _("纳税地")),
        ExportColumn("tags", _("标签"), width=24),
        ExportColumn("stability", _("稳定度")),
        ExportColumn("lease_until", _("租约到期")),
        ExportColumn("section", _("行业门类")),
        ExportColumn("industry", _("行业"), width=20),
        ExportColumn("size", _("规模")),
        ExportColumn("status_label", _("经营状态")),
        ExportColumn("staff_count", _("员工数")),
        ExportColumn("established_on", _("成立日期")),
        ExportColumn("officer", _("企业专员")),
        ExportColumn("contact", _("联系人")),
        ExportColumn("phone", _("联系电话"), width=16),
        ExportColumn("source", _("来源")),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.enterprise_lines(actor, queries.Filters())


@register_exporter
class VacancyExporter(Exporter):
    """Today's vacant rooms."""

    name = "vacancies"
    label = _("空置房源")
    permission = EXPORT
    columns = (
        ExportColumn("building", _("楼宇"), width=24),
        ExportColumn("number", _("房号")),
        ExportColumn("floor", _("楼层")),
        ExportColumn("area", _("面积（㎡）")),
        ExportColumn("use", _("用途")),
        ExportColumn("condition", _("交付条件")),
        ExportColumn("rent", _("报价（元/㎡·天）")),
        ExportColumn("since", _("空置自")),
        ExportColumn("days", _("已空置（天）")),
        ExportColumn("place", _("所属单元"), width=18),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.vacant_lines(actor, queries.VacancyFilters())
