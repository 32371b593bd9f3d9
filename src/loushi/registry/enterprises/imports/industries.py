"""The importer of the code table of GB/T 4754."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Row,
    parsers,
    register,
)
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.models import (
    IndustryCode,
)
from loushi.registry.enterprises.policy import INDUSTRIES

lazy = gettext_lazy


@register
class IndustryImporter(Importer):
    """The code table of GB/T 4754: the finer levels, or a newer edition."""

    name = "industries"
    label = lazy("行业目录")
    permission = INDUSTRIES
    kind = "enterprises.industrycode"
    model = IndustryCode
    irreversible = lazy("行业目录被企业引用，不能整批撤回。请导入更正后的目录。")
    key = ("code",)
    placed = False
    external = False
    order = 5
    columns = (
        Column("code", lazy("代码"), parsers.Text(5, fold=True, upper=True), required=True,
               aliases=("行业代码",), example="7291"),
        Column("level", lazy("层级"),
               parsers.Choice({1: lazy("门类"), 2: lazy("大类"), 3: lazy("中类"), 4: lazy("小类")}),
               required=True, example="小类"),
        Column("parent", lazy("上级代码"), parsers.Text(5, fold=True, upper=True), example="729"),
        Column("section", lazy("所属门类"), parsers.Text(1, fold=True, upper=True), example="L"),
        Column("name", lazy("行业名称"), parsers.Text(80), required=True, aliases=("名称",),
               example="旅行社及相关服务"),
    )  # fmt: skip

    def _write(self, rows: Sequence[Row]) -> None:
        given: list[commands.IndustryValues] = []
        for row in rows:
            merged = {**(row.stored.values if row.stored else {}), **row.values}
            given.append(
                {
                    "code": merged["code"],
                    "level": merged["level"],
                    "parent": merged.get("parent") or "",
                    "section": merged.get("section") or "",
                    "name": merged["name"],
                }
            )
        commands.load_industries(
            actor=self.context.actor, rows=given, why=self.context.batch_number
        )

    def apply_new(self, rows: Sequence[Row]) -> None:
        for row in rows:
            row.object_id = row.number  # codes are the key; the engine wants a number
        self._write(rows)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        self._write(rows)
