"""Importer of policies: known by range and title, so that a second file corrects nothing twice.

Conditions are typed in words that the form has, too: sizes, years, codes of the national standard.
What the register knows nothing of goes into 企业自核条件, line by line.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.foundation.core.errors import Refused
from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import leaf_id, units_by_name
from loushi.services.catalogue import commands
from loushi.services.catalogue.models import Policy
from loushi.services.catalogue.policy import IMPORT
from loushi.services.catalogue.queries import full_codes

SPLIT = re.compile(r"[,，;；、\s]+")
LINES = re.compile(r"[\n\r]+|[;；]?\s+(?=\d{1,2}[、.．])|[;；](?=\s*\d)")
AGE = re.compile(
    r"(?:\d{1,2}[、.．]\s*)?(?:企业)?(?:在本[省市区])?(?:登记|注册|成立)(?:注册|时间)*"
    r"满?\s*(?P<years>\d{1,2}|[一二三五])\s*年(?:以上)?"
)
"""A line that says no more than how old a firm must be: the register knows that."""
YEARS = {"一": 1, "二": 2, "三": 3, "五": 5}
CONDITIONS = ("industry", "sizes", "age_low", "age_high", "staff_low", "asked")


@register
class PolicyImporter(Importer):
    """New policies, as drafts; the same title in the same range must be fixed, never a second."""

    name = "policies"
    label = lazy("惠企政策")
    permission = IMPORT
    kind = "catalogue.policy"
    model = Policy
    key = ()
    keyless = True
    order = 78
    help = lazy("导入的政策都是草稿，看过条件后再发布。登记册里没有的条件写进“企业自核条件”。")
    columns = (
        Column("title", lazy("政策名称"), parsers.Text(120), required=True,
               aliases=("名称", "name", "项目名称"), example="省级科技型中小企业认定"),
        Column("unit", lazy("适用范围"), parsers.Text(60), field=None,
               aliases=("适用单元", "社区"), help=lazy("留空为导入人的范围"), example=""),
        Column("issuer", lazy("发布部门"), parsers.Text(60), aliases=("部门",),
               help=lazy("留空写作“未注明”"), example="科技局"),
        Column("number", lazy("文号"), parsers.Text(60), example=""),
        Column("source", lazy("来源"), parsers.Text(200), aliases=("网址",), example=""),
        Column("benefits", lazy("支持内容"), parsers.Text(1000),
               aliases=("补助内容", "subsidy_text"), example="补助 1 万元"),
        Column("text", lazy("正文"), parsers.Text(20_000), aliases=("条件原文", "condition"),
               example=""),
        Column("materials", lazy("申报材料"), parsers.Text(2000), example=""),
        Column("how", lazy("怎么申报"), parsers.Text(500), example=""),
        Column("contact", lazy("咨询电话"), parsers.Text(60), example=""),
        Column("since", lazy("生效日期"), parsers.Day(), example="2026-01-01"),
        Column("until", lazy("失效日期"), parsers.Day(), example=""),
        Column("opens_on", lazy("申报开始"), parsers.Day(), example=""),
        Column("closes_on", lazy("申报截止"), parsers.Day(), example="2026-12-31"),
        Column("industry", lazy("行业代码"), parsers.Text(300), field=None, example="I 7320"),
        Column("sizes", lazy("规模"), parsers.Text(60), field=None, example="小型 微型"),
        Column("age_low", lazy("成立至少"), parsers.Number(places=1, minimum=0, unit="年"),
               field=None, example="1"),
        Column("age_high", lazy("成立不超过"), parsers.Number(places=1, minimum=0, unit="年"),
               field=None, example=""),
        Column("staff_low", lazy("员工至少"), parsers.Number(places=0, minimum=0, unit="人"),
               field=None, example=""),
        Column("asked", lazy("企业自核条件"), parsers.Text(4000), field=None,
               aliases=("standard", "认定标准"), example="发明专利不少于 1 件"),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        said = {str(row.get("unit")) for row in rows if row.get("unit")}
        self.units: dict[str, list[Unit]] = units_by_name(said, under=self.context.unit_path)
        held = Policy.objects.unscoped("a title is given once in a unit")
        self.known = set(held.values_list("unit_path", "title"))
        self.codes = full_codes({code for row in rows for code in _words(row.get("industry"))})

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        return {}

    def check_row(self, row: Row) -> None:
        found = self.units.get(str(row.get("unit")), [])
        if not row.get("unit"):
            row.unit_path = self.context.unit_path
        elif len(found) == 1:
            row.unit_path = found[0].path
        else:
            row.unplace(_("找不到“%(name)s”，或不止一个。") % {"name": row.get("unit")})
        key = (row.unit_path, str(row.get("title")))
        if key in self.known:
            row.error("title", _("已有同名政策。请打开它修改，或换一个名称。"))
        self.known.add(key)
        try:
            commands.cleaned_conditions(self._conditions(row))
        except Refused as refusal:
            row.error(_column(refusal.errors[0].field), str(refusal))

    def apply_new(self, rows: Sequence[Row]) -> None:
        for row in rows:
            values = {k: v for k, v in row.values.items() if k in commands.FIELDS}
            made = commands.create_policy(
                actor=self.context.actor, unit_id=leaf_id(row.unit_path) or 0,
                values={
                    **values, "issuer": values.get("issuer") or _("未注明"),
                    "conditions": self._conditions(row),
                },
                permission=self.permission,
            )  # fmt: skip
            row.object_id = made.pk

    def _conditions(self, row: Row) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        if codes := _words(row.get("industry")):
            values = [self.codes.get(one, one) for one in codes]
            found.append({"fact": "industry", "values": values})
        if sizes := _words(row.get("sizes")):
            names = {str(label): code for code, label in Enterprise.Size.choices}
            found.append({"fact": "size", "values": [names.get(one, one) for one in sizes]})
        low, high = row.get("age_low"), row.get("age_high")
        if low is not None or high is not None:
            found.append({"fact": "age", "low": _float(low), "high": _float(high)})
        if row.get("staff_low") is not None:
            found.append({"fact": "staff", "low": int(row.get("staff_low")), "high": None})
        lines = [one.strip(" ;；") for one in LINES.split(str(row.get("asked") or ""))]
        return {"all": found + [_line(one) for one in lines if one]}


def _line(text: str) -> dict[str, Any]:
    """One line of requirements: the age of a firm where it says nothing else, or to be asked."""
    found = AGE.fullmatch(text)
    if found is None:
        return {"fact": "asked", "text": text}
    said = found["years"]
    return {"fact": "age", "low": float(YEARS.get(said) or said), "high": None}


def _words(value: Any) -> list[str]:
    return [one for one in SPLIT.split(str(value or "").strip()) if one]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _column(fact: str) -> str:
    return {"size": "sizes", "age": "age_low", "staff": "staff_low"}.get(
        fact, fact if fact in CONDITIONS else "title"
    )
