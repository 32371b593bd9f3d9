"""Files that go out of this package: everybody exports what they may see, not more."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import ExportColumn, Exporter, register_exporter
from loushi.registry.tax import queries
from loushi.registry.tax.policy import CUBE, EXPORT

lazy = gettext_lazy


class LedgerExporter(Exporter):
    """Figures in yuan, for the one role; the page records the look before it calls this."""

    name = "tax-ledger"
    label = lazy("税收台账")
    permission = EXPORT
    columns = (
        ExportColumn("name", lazy("企业名称"), width=32),
        ExportColumn("unit", lazy("所属单元"), width=18),
        ExportColumn("section", lazy("行业门类")),
        ExportColumn("year", lazy("年度")),
        ExportColumn("amount", lazy("税收（元）"), width=18),
        ExportColumn("previous", lazy("上年（元）"), width=18),
        ExportColumn("is_key", lazy("重点税源"), lambda row: _("是") if row.is_key else ""),
        ExportColumn("source", lazy("来源"), width=24),
        ExportColumn("batch", lazy("导入批次"), width=16),
        ExportColumn("version", lazy("版次")),
    )


class BandExporter(Exporter):
    """Bands only."""

    name = "tax-bands"
    label = lazy("税收档位")
    permission = EXPORT
    columns = (
        ExportColumn("name", lazy("企业名称"), width=32),
        ExportColumn("unit", lazy("所属单元"), width=18),
        ExportColumn("section", lazy("行业门类")),
        ExportColumn("year", lazy("年度")),
        ExportColumn("label", lazy("档位"), width=20),
        ExportColumn("before", lazy("上年档位"), width=20),
        ExportColumn("is_key", lazy("重点税源"), lambda row: _("是") if row.is_key else ""),
    )


@register_exporter
class CubeExporter(Exporter):
    """The newest published cube."""

    name = "tax-cube"
    label = lazy("税收汇总")
    permission = EXPORT
    columns = (
        ExportColumn("unit", lazy("单元或楼宇"), width=24),
        ExportColumn("section", lazy("行业门类")),
        ExportColumn("year", lazy("年度")),
        ExportColumn("low", lazy("不低于（元）"), width=18),
        ExportColumn("high", lazy("不高于（元）"), width=18),
        ExportColumn("reason", lazy("状态"), width=20),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        if not (actor.has(EXPORT) and actor.has(CUBE)):
            raise Denied
        newest = queries.edition(actor)
        return queries.cells(actor, newest.id, measure="tax") if newest else []
