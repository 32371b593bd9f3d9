"""Files that go out of this package."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.services.catalogue import queries
from loushi.services.catalogue.conditions import every
from loushi.services.catalogue.policy import EXPORT
from loushi.services.catalogue.words import GROUP_NAMES, reasons, short


@register_exporter
class DeclarationExporter(Exporter):
    """Declarations of policies."""

    name = "declarations"
    label = _("政策申报")
    permission = EXPORT
    columns = (
        ExportColumn("policy", _("政策"), width=36),
        ExportColumn("enterprise", _("企业名称"), width=32),
        ExportColumn("credit_code", _("统一社会信用代码"), width=22),
        ExportColumn("state", _("进展")),
        ExportColumn("began_on", _("有意日期")),
        ExportColumn("declared_on", _("申报日期")),
        ExportColumn("decided_on", _("结果日期")),
        ExportColumn("amount", _("兑现金额（元）")),
        ExportColumn("note", _("说明"), width=40),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        return queries.declaration_lines(actor)


class MatchExporter(Exporter):
    """The firms of one policy; made from the page, which knows the policy and records the look."""

    name = "policy_firms"
    label = _("政策匹配企业")
    permission = EXPORT
    columns = (
        ExportColumn("name", _("企业名称"), width=32),
        ExportColumn("credit_code", _("统一社会信用代码"), width=22),
        ExportColumn("unit", _("所属社区"), width=18),
        ExportColumn("group", _("结论")),
        ExportColumn("short", _("差什么"), width=60),
        ExportColumn("declared", _("申报")),
        ExportColumn("pushed", _("已推送")),
    )


def shown_lines(matched: Any, lines: Iterable[Any]) -> Iterable[dict[str, Any]]:
    """Matched firms as rows of the file."""
    conditions = every(matched.policy.conditions)
    for one in lines:
        yield {
            "name": one.name, "credit_code": one.credit_code, "unit": one.unit,
            "group": str(GROUP_NAMES[one.found.group]),
            "short": short(reasons(conditions, one.found, matched.terms)),
            "declared": one.declared, "pushed": one.pushed,
        }  # fmt: skip


@register_exporter
class ItemExporter(Exporter):
    """Service lists, under the headings that the importer reads."""

    name = "service_items"
    label = _("企业服务清单")
    permission = EXPORT
    columns = (
        ExportColumn("code", _("事项编码")),
        ExportColumn("unit", _("哪个单位的清单"), width=18),
        ExportColumn("title", _("事项名称"), width=28),
        ExportColumn("summary", _("能办什么"), width=36),
        ExportColumn("field_label", _("五位一体")),
        ExportColumn("side_label", _("由哪一侧提供")),
        ExportColumn("value_added", _("增值化服务")),
        ExportColumn("one_matter", _("“一类事”")),
        ExportColumn("bundle_title", _("由哪件“一类事”办理"), width=18),
        ExportColumn("office", _("责任部门"), width=20),
        ExportColumn("contact", _("联系方式"), width=18),
        ExportColumn("conditions", _("办理条件"), width=36),
        ExportColumn("materials", _("所需材料"), width=36),
        ExportColumn("steps", _("怎么办"), width=36),
        ExportColumn("fees", _("收费")),
        ExportColumn("limit", _("办理时限"), width=18),
        ExportColumn("hours", _("办理时间"), width=24),
        ExportColumn("channels", _("办理渠道"), width=24),
        ExportColumn("note", _("本社区说明"), width=24),
        ExportColumn("guide", _("来自目录"), width=18),
        ExportColumn("since", _("起用日期")),
        ExportColumn("source", _("依据"), width=36),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        for unit_id, _name in queries.list_units(actor):
            yield from queries.menu(actor, unit_id)
