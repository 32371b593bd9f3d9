"""Importers of tax and output: known by firm and year; another amount is a correction."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.core.scoping import root_path
from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.enterprises.commands import CodeError, check_code
from loushi.registry.enterprises.queries.finding import enterprise_finder
from loushi.registry.tax import commands
from loushi.registry.tax.commands.figures import EARLIEST, MODELS, FigureValues
from loushi.registry.tax.policy import IMPORT

lazy = gettext_lazy
CHUNK = 500


class FigureImporter(Importer):
    """What both importers share: the firm by credit code or full name, the year, the amount."""

    permission = IMPORT
    key = ("enterprise_id", "year")
    external = False
    confidential = True
    measure: ClassVar[str]

    def prepare(self, rows: Sequence[Row]) -> None:
        codes = {str(row.get("credit_code") or "") for row in rows} - {""}
        names = {str(row.get("name") or "") for row in rows} - {""}
        self.firms = enterprise_finder(codes=codes, names=names)

    def check_row(self, row: Row) -> None:
        code, name = str(row.get("credit_code") or ""), str(row.get("name") or "")
        if code:
            try:
                code = check_code(code)
            except CodeError as error:
                row.error("credit_code", str(error))
                return
        column = "credit_code" if code else "name"
        found = self.firms.find(code, name)
        if len(found) == 1:
            row.values["enterprise_id"] = found[0]
            row.unit_path = self.firms.paths[found[0]] or root_path()
            if said := self.firms.merged(code, name, self.context.permitted):
                row.hint(column, said)
        elif found:
            row.error(
                column,
                _("有 %(count)d 家企业叫“%(name)s”。请填写统一社会信用代码。")
                % {"count": len(found), "name": name},
            )
        elif not row.unreadable(column):
            row.error(column, _("没有登记过这家企业。请先导入企业，或核对代码和名称。"))

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        found: dict[Key, Stored] = {}
        rows = MODELS[self.measure].objects.unscoped("an import recognises rows of all units")
        ids = sorted({key[0] for key in keys})
        for start in range(0, len(ids), CHUNK):
            part = rows.filter(enterprise_id__in=ids[start : start + CHUNK], is_current=True)
            for row in part:
                if (row.enterprise_id, row.year) in keys:
                    found[(row.enterprise_id, row.year)] = self._stored(row)
        return found

    def stored(self, ids: Collection[int]) -> dict[int, Stored]:
        rows = MODELS[self.measure].objects.unscoped("an import recognises rows of all units")
        found: dict[int, Stored] = {}
        keys = sorted(ids)
        for start in range(0, len(keys), CHUNK):
            for row in rows.filter(pk__in=keys[start : start + CHUNK]):
                found[row.pk] = self._stored(row)
        return found

    def _stored(self, row: Any) -> Stored:
        values = {
            "enterprise_id": row.enterprise_id, "year": row.year, "amount": row.amount,
        }  # fmt: skip
        return Stored(row.pk, values, row.unit_path or root_path())

    def apply_new(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def _write(self, rows: Sequence[Row]) -> None:
        given: list[FigureValues] = []
        for row in rows:
            held = row.stored.values if row.stored else {}
            given.append(
                {
                    "enterprise_id": row.values["enterprise_id"],
                    "year": row.values["year"],
                    "amount": Decimal(row.values.get("amount", held.get("amount", 0))),
                    "source": str(row.get("origin") or self.context.source or _("导入")),
                    "why": str(row.get("why") or ""),
                }
            )
        result = commands.record_figures(
            actor=self.context.actor,
            measure=self.measure,
            rows=given,
            batch=self.context.batch_number,
            why=_("导入 %(batch)s") % {"batch": self.context.batch_number},
        )
        for row, pk in zip(rows, result.ids, strict=True):
            row.object_id = pk


def _columns(amount: Any, aliases: tuple[str, ...]) -> tuple[Column, ...]:
    return (
        Column("credit_code", lazy("统一社会信用代码"), parsers.Text(40, fold=True, upper=True),
               aliases=("信用代码", "纳税人识别号"), field=None, example="91330105MA2000039X"),
        Column("name", lazy("企业名称"), parsers.Text(120, fold=True),
               aliases=("名称", "纳税人名称"), field=None, example="云栈智联供应链有限公司"),
        Column("enterprise_id", lazy("企业"), derived=True, field=None),
        Column("year", lazy("年度"), parsers.Whole(minimum=EARLIEST, maximum=2100), required=True,
               aliases=("所属年度", "年份"), example="2025"),
        Column("amount", amount, parsers.Number(places=2, minimum=0, unit="元"), required=True,
               aliases=aliases, example="1234567.89"),
        Column("origin", lazy("数据来源"), parsers.Text(60), field=None,
               aliases=("来源", "出处"), example="区税务局 2025 年汇算"),
        Column("why", lazy("更正原因"), parsers.Text(200), field=None, example=""),
    )  # fmt: skip


@register
class TaxImporter(FigureImporter):
    """Tax paid in a year."""

    name = "tax"
    label = lazy("税收")
    kind = "tax.taxreturn"
    measure = "tax"
    order = 60
    columns = _columns(lazy("税收（元）"), ("税收", "纳税额", "实缴税款", "入库税额"))


@register
class OutputImporter(FigureImporter):
    """Output or turnover of a year."""

    name = "output"
    label = lazy("产值")
    kind = "tax.outputrecord"
    measure = "output"
    order = 61
    columns = _columns(lazy("产值（元）"), ("产值", "营业收入", "营收"))
