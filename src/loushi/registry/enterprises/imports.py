"""Importers of enterprises, tenancies and the code table of GB/T 4754."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.buildings.queries import Finder, Known, finder
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.commands.values import PHONE, wrong_dates
from loushi.registry.enterprises.models import Enterprise, IndustryCode, Presence, Tenancy
from loushi.registry.enterprises.policy import IMPORT, INDUSTRIES
from loushi.registry.enterprises.queries.finding import (
    EnterpriseFinder,
    enterprise_finder,
    sitting_in,
)
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import leaf_id, units_by_name

lazy = gettext_lazy
MUCH = Decimal("0.4")  # an area that changes by a larger share must be confirmed
PRESENCE_WORDS = {
    "在地": Presence.HERE_REGISTERED,
    "注册在外": Presence.HERE_ONLY,
    "在地未注册": Presence.HERE_ONLY,
    "仅注册": Presence.REGISTERED_ONLY,
    "虚拟注册": Presence.REGISTERED_ONLY,
}
STATUS_WORDS = {
    "存续": Enterprise.Status.OPERATING,
    "开业": Enterprise.Status.OPERATING,
    "在业": Enterprise.Status.OPERATING,
    "正常": Enterprise.Status.OPERATING,
    "歇业": Enterprise.Status.SUSPENDED,
    "吊销": Enterprise.Status.SUSPENDED,
    "已注销": Enterprise.Status.CANCELLED,
}
KIND_WORDS = {
    "个体": Enterprise.BusinessKind.INDIVIDUAL,
    "个体户": Enterprise.BusinessKind.INDIVIDUAL,
    "分公司": Enterprise.BusinessKind.BRANCH,
    "公司": Enterprise.BusinessKind.COMPANY,
}
UNIT_ALIASES = (
    "所属商务社区", "商务社区", "社区", "片区", "网格", "微网格", "所属网格", "所属微网格",
)  # fmt: skip


class CreditCode:
    """统一社会信用代码, checked by GB 32100."""

    typed = True

    def __call__(self, cell: Any, zone: ZoneInfo) -> str:
        text = parsers.Text(40, fold=True, upper=True)(cell, zone)
        try:
            return commands.check_code(text)
        except commands.CodeError as error:
            raise parsers.Unreadable(str(error)) from None

    @property
    def hint(self) -> str:
        return _("18 位，按 GB 32100 校验")


def _building_columns() -> tuple[Column, ...]:
    return (
        Column("building_code", lazy("楼宇编码"), parsers.Text(32, fold=True, upper=True),
               aliases=("楼栋编号",), field=None, example="LW-001"),
        Column("building", lazy("楼宇名称"), parsers.Text(80), field=None,
               aliases=("楼宇", "所在楼宇", "楼名", "大厦", "楼栋"), example="望澜中心 A 座"),
    )  # fmt: skip


class Located(Importer):
    """What both importers share: units and buildings that rows name, and sentences about them."""

    permission = IMPORT

    def prepare_places(self, rows: Sequence[Row]) -> None:
        said = {str(row.get("unit")) for row in rows if row.get("unit")}
        self.units: dict[str, list[Unit]] = units_by_name(said, under=self.context.unit_path)
        self.finder: Finder = finder(
            codes={str(row.get("building_code") or "") for row in rows},
            names={str(row.get("building") or "") for row in rows},
            source=self.context.source,
            permitted=lambda path: self.context.permitted(path) and self.context.inside(path),
        )

    def building_of(self, row: Row) -> Known | None:
        """The one building that the row names; an error where it names none or several."""
        code, name = str(row.get("building_code") or ""), str(row.get("building") or "")
        found = self.finder.find(code=code, names=[name])
        column = "building_code" if code else "building"
        if len(found) == 1:
            return found[0]
        if found:
            row.error(
                column,
                _("有 %(count)d 幢楼叫“%(name)s”。请填写楼宇编码。")
                % {"count": len(found), "name": name},
            )
        elif code or name:
            row.error(
                column,
                _("没有登记过“%(name)s”这幢楼。请先导入楼宇，或改正名称。")
                % {"name": code or name},
            )
        return None

    def why(self) -> str:
        return _("导入 %(batch)s %(source)s").strip() % {
            "batch": self.context.batch_number,
            "source": self.context.source,
        }


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
        Column("staff_count", lazy("员工数"), parsers.Whole(minimum=0, maximum=10**6, unit="人"),
               aliases=("人数", "员工人数", "从业人数")),
        Column("unit", lazy("所属单元"), parsers.Text(60), aliases=UNIT_ALIASES, field=None),
        Column("unit_id", lazy("所属单元编号"), derived=True),
        *_building_columns(),
        Column("room", lazy("房号"), parsers.Text(30, fold=True), field=None,
               aliases=("房间号", "室号", "单元号"), example="1703"),
        Column("presence", lazy("在地状态"),
               parsers.Choice(dict(Presence.choices), also=PRESENCE_WORDS), field=None,
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

    def apply_new(self, rows: Sequence[Row]) -> None:
        made = commands.register_enterprises(
            actor=self.context.actor,
            rows=[self._values(row.values, row.unit_path, new=True) for row in rows],
            why=self.why(),
            permission=self.permission,
        )
        for row, enterprise in zip(rows, made, strict=True):
            row.object_id = enterprise.pk

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


@register
class TenancyImporter(Located):
    """Tenancies: an enterprise and a building that are registered, a room, dates."""

    name = "tenancies"
    label = lazy("入驻")
    kind = "enterprises.tenancy"
    model = Tenancy
    key = ()
    by_portions = True
    order = 31
    keyless = True
    help = lazy("企业用信用代码或名称、楼宇用编码或名称写明；房号没有登记过的会一并登记。")
    columns = (
        Column("credit_code", lazy("统一社会信用代码"), CreditCode(), field=None,
               aliases=("信用代码", "税号"), example="91350100M000100Y43"),
        Column("enterprise", lazy("企业名称"), parsers.Text(120), field=None,
               aliases=("公司名称", "名称", "企业", "承租人", "租户")),
        Column("enterprise_id", lazy("企业"), derived=True),
        *_building_columns(),
        Column("building_id", lazy("楼宇"), derived=True),
        Column("room", lazy("房号"), parsers.Text(30, fold=True), field="space__number",
               aliases=("房间号", "室号", "单元号", "房源"), example="1703"),
        Column("presence", lazy("在地状态"),
               parsers.Choice(dict(Presence.choices), also=PRESENCE_WORDS),
               example="在地在册"),
        Column("area", lazy("面积"), parsers.Number(places=2, minimum=0, unit="㎡"),
               aliases=("租赁面积", "承租面积"), example="700"),
        Column("since", lazy("入驻日期"), parsers.Day(), aliases=("起租日期", "入驻时间"),
               example="2022-03-15"),
        Column("until", lazy("迁出日期"), parsers.Day(), aliases=("退租日期",)),
        Column("lease_until", lazy("租约到期"), parsers.Day(),
               aliases=("租约到期日", "到期日期", "合同到期"), example="2026-12-31"),
        Column("unit", lazy("所属单元"), parsers.Text(60), aliases=UNIT_ALIASES, field=None),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        self.prepare_places(rows)
        self.firms: EnterpriseFinder = enterprise_finder(
            codes={str(row.get("credit_code") or "") for row in rows},
            names={str(row.get("enterprise") or "") for row in rows},
            source=self.context.source,
        )
        self.sitting = sitting_in(self.finder.ids())

    def check_row(self, row: Row) -> None:
        code, name = str(row.get("credit_code") or ""), str(row.get("enterprise") or "")
        firms = self.firms.find(code, name)
        column = "credit_code" if code else "enterprise"
        if len(firms) == 1:
            row.values["enterprise_id"] = firms[0]
        elif firms:
            row.error(
                column,
                _("有 %(count)d 家企业叫“%(name)s”。请填写统一社会信用代码。")
                % {"count": len(firms), "name": name},
            )
        elif not row.unreadable(column):
            row.error(column, _("没有登记过这家企业。请先导入企业，或核对代码和名称。"))
        building = self.building_of(row)
        if building is not None:
            row.values["building_id"] = building.id
            row.unit_path = building.unit_path
        elif not (row.get("building") or row.get("building_code")):
            row.error("building", _("没有写明入驻的楼宇。请填写楼宇编码或名称。"))
        for name, sentence in wrong_dates(row.values).items():
            row.error(name, sentence)

    def check_change(self, row: Row) -> None:
        held = row.stored.values if row.stored else {}
        now = {**held, **row.values}
        for name, sentence in wrong_dates(now).items():
            if not row.unreadable(name):
                row.error(name, sentence)
        old, new = row.changes.get("area", (None, None))
        if old and new is not None and abs(new - old) > old * MUCH:
            words = (
                _("缩小 %(percent)d%%，请说明。")
                if new < old
                else _("扩大 %(percent)d%%，请说明。")
            )
            percent = round(abs(new - old) / old * 100)
            row.confirm("area", words % {"percent": percent}, kind=_("租赁面积变化超过 40 %"))
        if row.stored is None and now.get("presence") != Presence.REGISTERED_ONLY:
            self._shared(row)

    def _shared(self, row: Row) -> None:
        """Two firms in one room at the same time: allowed where they share it, and said so."""
        room, firm = row.get("room"), row.get("enterprise_id")
        if not room:
            return
        begins, ends = row.get("since") or date.min, row.get("until") or date.max
        for other, name, since, until in self.sitting.get((row.values["building_id"], room), ()):
            if other != firm and begins < (until or date.max) and (since or date.min) < ends:
                row.confirm(
                    "room",
                    _("%(room)s 已有“%(name)s”在用。合用请说明；对方已迁出的，请先登记迁出。")
                    % {"room": room, "name": name},
                    kind=_("同一间房有两家"),
                )
                return

    def natural_key(self, row: Row) -> Key | None:
        if self.external_id(row) and self.context.source:
            return None
        values = row.values
        if "enterprise_id" not in values or "building_id" not in values:
            return None
        return (
            values["enterprise_id"],
            values["building_id"],
            values.get("room") or "",
            values.get("since"),
        )

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        found: dict[Key, Stored] = {}
        for row in self._read("enterprise_id", {key[0] for key in keys}):
            held = row.values
            key = (held["enterprise_id"], held["building_id"], held["room"] or "", held["since"])
            if key in keys:
                found[key] = row
        return found

    def apply_new(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def _write(self, rows: Sequence[Row]) -> None:
        values: list[commands.TenancyValues] = []
        for row in rows:
            merged = {**(row.stored.values if row.stored else {}), **row.values}
            one: dict[str, Any] = {
                "enterprise_id": merged["enterprise_id"],
                "building_id": merged["building_id"],
                "space_number": merged.get("room") or "",
                "since": merged.get("since"),
            }
            one |= {
                name: row.values[name]
                for name in ("presence", "area", "until", "lease_until")
                if name in row.values
            }
            if self.external_id(row) and self.context.source:
                one |= {"source": self.context.source, "external_id": self.external_id(row)[:60]}
            values.append(one)  # type: ignore[arg-type]
        result = commands.upsert_tenancies(
            actor=self.context.actor,
            rows=values,
            why=self.why(),
            permission=self.permission,
        )
        for row, pk in zip(rows, result.ids, strict=True):
            row.object_id = pk


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
