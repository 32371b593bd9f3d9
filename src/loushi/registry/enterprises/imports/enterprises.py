"""The importer of enterprises, with their place and contact where the file has them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import (
    Column,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.commands.values import PHONE
from loushi.registry.enterprises.imports.located import (
    KIND_WORDS,
    LIES_WORDS,
    PRESENCE_WORDS,
    PRESENCES,
    STATUS_WORDS,
    UNIT_ALIASES,
    CreditCode,
    Located,
    building_columns,
)
from loushi.registry.enterprises.models import (
    Enterprise,
    IndustryCode,
    Lies,
)
from loushi.registry.enterprises.queries.finding import EnterpriseFinder, enterprise_finder
from loushi.registry.territory.queries import leaf_id

lazy = gettext_lazy


@register
class EnterpriseImporter(Located):
    """Enterprises: known by credit code, else by (source, the source's number)."""

    name = "enterprises"
    label = lazy("企业")
    kind = "enterprises.enterprise"
    model = Enterprise
    key = ("credit_code",)
    by_portions = True
    order = 30
    help = lazy(
        "没有统一社会信用代码的，请填写来源，系统按“来源 + 外部编号”识别。"
        "填了楼宇和房号的，同时登记入驻。"
    )
    columns = (
        Column("credit_code", lazy("统一社会信用代码"), CreditCode(),
               aliases=("信用代码", "社会信用代码", "税号", "代码"), example="91350100M000100Y43"),
        Column("name", lazy("企业名称"), parsers.Text(120), required=True,
               aliases=("公司名称", "名称", "单位名称", "企业", "公司", "主体名称"),
               example="望澜云栈供应链管理有限公司"),
        Column("short_name", lazy("简称"), parsers.Text(40), aliases=("企业简称",)),
        Column("business_kind", lazy("主体类型"),
               parsers.Choice(dict(Enterprise.BusinessKind.choices), also=KIND_WORDS)),
        Column("industry", lazy("行业"), parsers.Text(80), field=None,
               aliases=("行业代码", "行业类别", "所属行业", "国民经济行业"), example="G59",
               help=lazy("GB/T 4754 的代码或名称")),
        Column("industry_id", lazy("行业代码"), derived=True),
        Column("size", lazy("规模"), parsers.Choice(dict(Enterprise.Size.choices)),
               aliases=("企业规模",)),
        Column("status", lazy("经营状态"),
               parsers.Choice(dict(Enterprise.Status.choices), also=STATUS_WORDS),
               aliases=("登记状态", "企业状态")),
        Column("established_on", lazy("成立日期"), parsers.Day(),
               aliases=("established", "成立时间", "注册日期"), example="2019-05-20"),
        Column("registered_address", lazy("注册地址"), parsers.Text(200),
               aliases=("address", "地址", "住所", "企业地址")),
        Column("registered_lies", lazy("注册地"),
               parsers.Choice(dict(Lies.choices), also=LIES_WORDS),
               aliases=("注册在本区", "是否本区注册"), example="本区",
               help=lazy("本区、区外或待核；不填时按注册地址判断")),
        Column("tax_lies", lazy("纳税地"),
               parsers.Choice(dict(Lies.choices), also=LIES_WORDS),
               aliases=("税收落地", "是否本区纳税"), example="本区"),
        Column("tax_address", lazy("纳税地址"), parsers.Text(200), aliases=("税务登记地址",)),
        Column("staff_count", lazy("员工数"), parsers.Whole(minimum=0, maximum=10**6, unit="人"),
               aliases=("人数", "员工人数", "从业人数")),
        Column("unit", lazy("所属单元"), parsers.Text(60), aliases=UNIT_ALIASES, field=None),
        Column("unit_id", lazy("所属单元编号"), derived=True),
        *building_columns(),
        Column("room", lazy("房号"), parsers.Text(30, fold=True), field=None,
               aliases=("房间号", "室号", "单元号"), example="1703"),
        Column("presence", lazy("在地状态"),
               parsers.Choice(dict(PRESENCES), also=PRESENCE_WORDS), field=None,
               aliases=("在地在册",)),
        Column("contact", lazy("联系人"), parsers.Text(40), field=None,
               aliases=("联系人姓名", "企业联系人"), private=True),
        Column("phone", lazy("联系电话"),
               parsers.Text(20, fold=True, pattern=PHONE.pattern,
                            pattern_says=lazy("电话应为 5 至 20 位数字，可以有区号和短横线。")),
               field=None, aliases=("电话", "手机", "手机号", "联系方式"), private=True),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        self.prepare_places(rows)
        said = {str(row.get("industry")) for row in rows if row.get("industry")}
        codes = dict.fromkeys(word.lstrip("ABCDEFGHIJKLMNOPQRST") or word for word in said)
        known = IndustryCode.objects.in_bulk(list(codes)) if codes else {}
        self.firms: EnterpriseFinder = enterprise_finder(
            codes={str(row.get("credit_code") or "") for row in rows},
            names={self.external_id(row) for row in rows if self.external_id(row)},
            source=self.context.source,
        )
        self.prepare_claims(self.firms)
        self.prepare_rooms()
        self.industries: dict[str, str] = dict(
            IndustryCode.objects.filter(name__in=said).order_by("-level").values_list("name", "pk")
        )
        for word in said:
            bare = word.lstrip("ABCDEFGHIJKLMNOPQRST") or word
            if bare in known:
                self.industries[word] = bare

    def check_row(self, row: Row) -> None:
        if said := row.get("industry"):
            if code := self.industries.get(said):
                row.values["industry_id"] = code
            else:
                row.hint("industry", _("行业目录里没有“%(name)s”，这一项先空着。") % {"name": said})
        building = self.building_of(row)
        row.data = building
        code, number = str(row.get("credit_code") or ""), self.external_id(row)
        known = self.firms.by_code.get(code) or self.firms.by_external.get(number)
        if said := self.firms.merged(code, "", self.context.permitted):
            row.hint("credit_code", said)
            now = self.firms.now(code, "")
            row.values["credit_code"] = (now.credit_code if now else "") or code
        self.check_claim(row, [known] if known else [], building)
        if building is not None and row.get("status") == Enterprise.Status.CANCELLED:
            row.data = None
            row.hint("status", _("已注销的企业不登记入驻，楼宇和房号这次不用。"))
        if building is not None:
            row.unit_path = building.unit_path
        elif said := row.get("unit"):
            found = self.units.get(said, [])
            if len(found) == 1:
                row.unit_path = found[0].path
                row.values["unit_id"] = found[0].pk
            else:
                row.unplace(
                    _("组织树上认不出“%(name)s”。请在归位时选择所属单元。") % {"name": said}
                )
        elif not self.context.unit_path:
            row.unplace(_("没有写明楼宇或所属单元。请在归位时选择。"))
        if row.get("phone") and not row.get("contact"):
            row.hint("phone", _("有电话没有联系人姓名，按“联系人”登记。"))
        self.note_room(row, row.data, known, str(row.get("name") or code))

    def check_change(self, row: Row) -> None:
        if row.data is not None:
            self.ask_shared(row)

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        """Also who has no code today and had this one before a merge."""
        found = super().existing(keys)
        former = {key: now.id for key in keys
                  if key not in found and (now := self.firms.now(str(key[0]), ""))}  # fmt: skip
        held = self.stored(set(former.values())) if former else {}
        return found | {key: held[pk] for key, pk in former.items() if pk in held}

    def same(self, column: Column, old: Any, new: Any) -> bool:
        before = column.name == "credit_code" and new in self.firms.before
        return before or super().same(column, old, new)

    def apply_new(self, rows: Sequence[Row]) -> None:
        made = commands.register_enterprises(
            actor=self.context.actor,
            rows=[self._values(row.values, row.unit_path, new=True) for row in rows],
            why=self.why(),
            permission=self.permission,
        )
        for row, pk in zip(rows, made, strict=True):
            row.object_id = pk

    def apply_changed(self, rows: Sequence[Row]) -> None:
        commands.update_enterprises(
            actor=self.context.actor,
            changes=[(row.object_id or 0, self._values(row.after, "", new=False)) for row in rows],
            why=self.why(),
            permission=self.permission,
        )

    def finish(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        rows = [*new, *changed]
        tenancies: list[commands.TenancyValues] = []
        for row in rows:
            if row.data is None:
                continue
            one: commands.TenancyValues = {
                "enterprise_id": row.object_id or 0,
                "building_id": row.data.id,
                "space_number": str(row.get("room") or ""),
            }
            if row.get("presence"):
                one["presence"] = row.values["presence"]
            tenancies.append(one)
        commands.upsert_tenancies(
            actor=self.context.actor,
            rows=tenancies,
            why=self.why(),
            permission=self.permission,
        )
        contacts: list[commands.ContactValues] = [
            {
                "enterprise_id": row.object_id or 0,
                "name": str(row.get("contact") or _("联系人")),
                "phone": str(row.get("phone") or ""),
                "is_primary": True,
            }
            for row in rows
            if row.get("contact") or row.get("phone")
        ]
        commands.upsert_contacts(
            actor=self.context.actor,
            rows=contacts,
            why=self.why(),
            permission=self.permission,
        )

    def _values(
        self, given: Mapping[str, Any], path: str, *, new: bool
    ) -> commands.EnterpriseValues:
        fields = commands.EnterpriseValues.__annotations__
        values = {name: value for name, value in given.items() if name in fields}
        if new:
            values.setdefault("unit_id", leaf_id(path))
            values["source"] = self.context.source
        return values  # type: ignore[return-value]
