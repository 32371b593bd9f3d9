"""The importer of demands: from forms of our own, message boards, hotlines and 311 systems."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.casework.demands.commands.configure import OTHER_CODE, install_default_categories
from loushi.casework.demands.commands.imported import (
    Imported,
    close_imported,
    import_demands,
    is_late,
)
from loushi.casework.demands.commands.submit import title_from
from loushi.casework.demands.models import Channel, Demand, DemandCategory, Side, Urgency
from loushi.casework.demands.queries.configuration import category_list
from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.calendar_commands import DayInput, import_calendar_days
from loushi.foundation.core.calendar_models import CalendarDay
from loushi.foundation.core.policy import CALENDAR_CHANGE
from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.buildings.models import ReferenceSystem
from loushi.registry.buildings.queries import Finder, finder
from loushi.registry.enterprises.queries.finding import EnterpriseFinder, enterprise_finder
from loushi.registry.territory.queries import leaf_id, units_by_name

lazy = gettext_lazy
TITLE = 80
LINES = ("subject", "reason", "matter", "queue", "place")
CHANNELS = {
    "app": Channel.ONLINE, "web": Channel.ONLINE, "self service": Channel.ONLINE,
    "call": Channel.PHONE, "phone": Channel.PHONE, "电话": Channel.PHONE, "热线": Channel.PHONE,
    "窗口": Channel.WINDOW, "走访": Channel.VISIT, "群": Channel.GROUP, "手机": Channel.ONLINE,
}  # fmt: skip
ON_TIME = {"ontime": False, "on time": False, "按时": False, "按期": False, "未超时": False,
           "overdue": True, "late": True, "超时": True, "逾期": True}  # fmt: skip
SIDES = {"企业": Side.ENTERPRISE, "职工": Side.EMPLOYEE, "员工": Side.EMPLOYEE, "公众": Side.PUBLIC}
URGENCIES = {"紧急": Urgency.URGENT, "加急": Urgency.URGENT, "普通": Urgency.NORMAL}
MOMENT = parsers.Moment()


def _line(limit: int) -> parsers.Text:
    return parsers.Text(limit)


@register
class DemandImporter(Importer):
    """Recognises a row by (source, external id); needs `--source`."""

    name = "demands"
    label = lazy("诉求")
    permission = "demands.import"
    kind = "demands.demand"
    model = Demand
    key = ()
    by_portions = True
    order = 70
    help = lazy("没有编码，用来源和外部编号认行；给了到期时间的按它计时，没给的从导入起等受理。")
    columns = (
        Column("external_id", lazy("外部编号"), _line(60), field=None, required=True,
               aliases=("msg_id", "case_enquiry_id", "留言编号", "工单编号", "诉求编号", "编号",
                        "id", "外部id", "来源编号", "原系统编号", "序号id"), example="188006",
               help=lazy("原系统中的编号；用它认行")),
        Column("title", lazy("标题"), _line(200), aliases=("topic", "主题", "留言主题"),
               example="桐川路北侧沿街违停堵住卸货口"),
        Column("text", lazy("内容"), parsers.Text(20000, lines=True),
               aliases=("detail", "description", "详情", "留言详情", "诉求内容"),
               example="每天早上七点到八点停满私家车。"),
        Column("submitted_at", lazy("提交时间"), MOMENT, required=True, example="2026-09-30 13:20",
               aliases=("time", "open_dt", "opened", "created", "留言时间", "时间", "登记时间")),
        Column("target_at", lazy("到期时间"), MOMENT, field=None,
               aliases=("target_dt", "due", "sla_target", "办结期限", "应办结时间")),
        Column("closed_at", lazy("办结时间"), MOMENT,
               aliases=("closed_dt", "closed", "reply_time", "答复时间", "回复时间")),
        Column("answer", lazy("答复"), parsers.Text(20000, lines=True),
               aliases=("reply", "答复意见", "回复")),
        Column("on_time", lazy("原系统是否按时"), _line(40), field=None,
               aliases=("ontime", "ontime_status")),
        Column("category", lazy("类别"), _line(60), field=None, example="40.03",
               aliases=("一级标签", "label", "诉求类别", "分类"),
               help=lazy("类别的编码或名称；认不出的归到“其他”")),
        Column("subject", lazy("主管部门"), _line(120), field=None),
        Column("reason", lazy("事由"), _line(120), field=None),
        Column("matter", lazy("事项"), _line(120), field=None, aliases=("type", "具体事项")),
        Column("queue", lazy("原系统队列"), _line(200), field=None),
        Column("side", lazy("诉求方"), parsers.Choice(dict(Side.choices), also=SIDES)),
        Column("urgency", lazy("紧急程度"), parsers.Choice(dict(Urgency.choices), also=URGENCIES)),
        Column("channel_said", lazy("来源渠道"), _line(60), field=None,
               aliases=("source", "channel", "渠道")),
        Column("contact_name", lazy("联系人"), _line(40), private=True,
               aliases=("user", "留言用户", "提出人", "姓名")),
        Column("contact_phone", lazy("联系电话"), parsers.Text(20, fold=True), private=True,
               aliases=("phone", "电话", "手机")),
        Column("enterprise", lazy("企业"), _line(120), field=None,
               aliases=("企业名称", "统一社会信用代码", "company")),
        Column("unit", lazy("所属单元"), _line(60), field=None,
               aliases=("所属商务社区", "商务社区", "社区", "片区", "网格")),
        Column("building", lazy("楼宇"), _line(80), field=None, aliases=("楼宇名称", "楼栋")),
        Column("place", lazy("位置说明"), _line(120), aliases=("neighborhood", "地点", "地址")),
        Column("longitude", lazy("经度"), parsers.LONGITUDE, aliases=("lon", "lng")),
        Column("latitude", lazy("纬度"), parsers.LATITUDE, aliases=("lat",)),
        Column("crs", lazy("坐标系"), parsers.Choice(dict(ReferenceSystem.choices))),
        Column("channel", lazy("来源"), derived=True),
        Column("category_id", lazy("类别"), derived=True),
        Column("enterprise_id", lazy("企业"), derived=True),
        Column("building_id", lazy("楼宇"), derived=True),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        self.now = timezone.now()
        self._read_categories()
        codes = {row.code: row.pk for row in self.categories.values()}
        self.by_word: dict[str, int] = {}
        for code, name, name_en, _parent, _active in reversed(category_list()):
            for word in filter(None, (code, name, name_en.casefold())):
                self.by_word[word] = codes[code]
        said = lambda name: {row.get(name) for row in rows if row.get(name)}  # noqa: E731
        self.units = units_by_name(said("unit"), under=self.context.unit_path)
        self.buildings: Finder = finder(
            codes=said("building"), names=said("building"), permitted=self.context.permitted
        )
        firms = said("enterprise")
        self.firms: EnterpriseFinder = enterprise_finder(codes=firms, names=firms)

    def _read_categories(self) -> None:
        self.categories = {row.pk: row for row in DemandCategory.objects.order_by("id")}

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        """There is no code of our own in files: only (source, external id) recognises a row."""
        return {}

    def check_row(self, row: Row) -> None:
        self._words(row)
        self._category(row)
        self._where(row)
        self._who(row)
        self._clock(row)

    def _words(self, row: Row) -> None:
        """Title and text; a source without words gets them from what it names."""
        values = row.values
        lines = [str(values[name]) for name in LINES if values.get(name)]
        if not values.get("text"):
            if values.get("title") or lines:
                values["text"] = values.get("title") or " / ".join(lines)
            elif not row.unreadable("text") and not row.unreadable("title"):
                row.error("text", _("没有写内容：标题、内容、事项至少要有一样。"))
                return
        given = str(values.get("title") or values.get("matter") or "")
        title = given or title_from(str(values.get("text", "")))
        values["title"] = title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"

    def _category(self, row: Row) -> None:
        """The first of category, matter, reason, subject that we know by code or name."""
        said = [str(row.get(name)) for name in ("category", "matter", "reason", "subject")
                if row.get(name)]  # fmt: skip
        for word in said:
            found = self.by_word.get(word) or self.by_word.get(word.casefold())
            if found:
                row.values["category_id"] = found
                return
        if row.get("category"):
            row.hint(
                "category",
                _("没有“%(name)s”这个类别，归到“其他”。可在事项与时限里新增后改过来。")
                % {"name": row.get("category")},
            )

    def _where(self, row: Row) -> None:
        name, building = row.get("unit"), row.get("building")
        if building:
            found = self.buildings.find(code=building) or self.buildings.find(names=[building])
            if len(found) == 1:
                row.values["building_id"] = found[0].id
                row.unit_path = found[0].unit_path
                return
            row.hint("building", _("没有登记“%(name)s”这幢楼，位置按单元算。") % {"name": building})
        if name:
            units = self.units.get(name, [])
            if len(units) == 1:
                row.unit_path = units[0].path
            else:
                row.unplace(_("找不到“%(name)s”这个单元。") % {"name": name})

    def _who(self, row: Row) -> None:
        if firm := row.get("enterprise"):
            found = self.firms.find(firm, "") or self.firms.find("", firm)
            if len(found) == 1:
                row.values["enterprise_id"] = found[0]
                if said := self.firms.merged(firm, firm, self.context.permitted):
                    row.hint("enterprise", said)
            else:
                row.hint("enterprise", _("没有登记“%(name)s”，企业先空着。") % {"name": firm})
        said = str(row.get("channel_said") or "").casefold()
        row.values["channel"] = next(
            (channel for word, channel in CHANNELS.items() if word in said), Channel.IMPORT
        )

    def _clock(self, row: Row) -> None:
        submitted, closed = row.get("submitted_at"), row.get("closed_at")
        if submitted and closed and closed < submitted:
            row.error("closed_at", _("办结早于提交。请核对两个时间和时区（--tz）。"))
        told = ON_TIME.get(str(row.get("on_time") or "").strip().casefold())
        if told is None or not row.get("target_at") or not closed:
            return
        if is_late(row.get("target_at"), closed, self.now) != told:
            row.hint(
                "on_time",
                _("原系统记为“%(said)s”，按到期时间和办结时间算不是这样；以计算为准。")
                % {"said": row.get("on_time")},
            )

    def same(self, column: Column, old: Any, new: Any) -> bool:
        if isinstance(old, Decimal) and isinstance(new, float):
            return round(float(old), 7) == round(new, 7)
        if isinstance(old, datetime) and isinstance(new, datetime):
            # Two zones never compare equal in the hour that a change of clock repeats.
            return old.timestamp() == new.timestamp()
        return super().same(column, old, new)

    # ---- writing --------------------------------------------------------------------------------
    def apply_new(self, rows: Sequence[Row]) -> None:
        other = next((row.pk for row in self.categories.values() if row.code == OTHER_CODE), None)
        if other is None:
            install_default_categories()
            self._read_categories()
            other = next(row.pk for row in self.categories.values() if row.code == OTHER_CODE)
        self._other = other
        paths = {row.unit_path for row in rows}
        self._leaves = {path: leaf_id(path) for path in paths}
        ids = import_demands(
            actor=self.context.actor,
            rows=[self._imported(row) for row in rows],
            source=self.context.source,
            now=self.now,
        )
        for row, pk in zip(rows, ids, strict=True):
            row.object_id = pk

    def _imported(self, row: Row) -> Imported:
        fields = self.fields_of(row)
        submitted: datetime = fields.pop("submitted_at")
        closed: datetime | None = fields.pop("closed_at", None)
        category = self.categories[fields.pop("category_id", self._other)]
        fields.setdefault("side", Side.ENTERPRISE if fields.get("enterprise_id") else Side.PUBLIC)
        demand = Demand(
            **fields,
            category=category,
            submitted_at=submitted,
            unit_id=self._leaves[row.unit_path],
            source=self.context.source,
            external_id=str(row.get("external_id") or ""),
            hide_name=False,
        )
        names = tuple(str(row.get(name)) for name in ("enterprise", "building") if row.get(name))
        return Imported(demand, row.get("target_at"), closed, names)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        """Plain columns set-based; an end that the source reports closes the case here too."""
        ended: list[tuple[int, datetime]] = []
        for row in rows:
            change = row.changes.get("closed_at")
            if change and change[1] and row.object_id:
                ended.append((row.object_id, change[1]))
        super().apply_changed(rows)
        for pk, closed in ended:
            close_imported(
                actor=self.context.actor,
                demand_id=pk,
                closed=closed,
                source=self.context.source,
            )

    def audit(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        lines = (Line(**entry) for entry in self.audit_entries(new, changed))
        record_many(actor=self.context.actor, action="demands.import", lines=lines)


@register
class CalendarDayImporter(Importer):
    """Days that differ from the plain week (放假、调休), by date; open due times follow."""

    name = "calendar-days"
    label = lazy("放假与调休")
    permission = CALENDAR_CHANGE
    kind = "core.calendarday"
    model = CalendarDay
    irreversible = lazy("日历一改，在办诉求的到期时间已随之重算。请导入更正后的日历。")
    key = ("date",)
    placed = False
    external = False
    order = 8
    columns = (
        Column("date", lazy("日期"), parsers.Day(), required=True, example="2026-10-10"),
        Column("is_workday", lazy("上班"), parsers.YesNo(), required=True,
               aliases=("是否上班", "工作日"), example="是"),
        Column("name", lazy("名称"), parsers.Text(40), aliases=("holiday_name", "节日"),
               example="国庆节"),
    )  # fmt: skip

    def _write(self, rows: Sequence[Row]) -> None:
        merged = [{**(row.stored.values if row.stored else {}), **row.values} for row in rows]
        import_calendar_days(
            actor=self.context.actor,
            rows=[DayInput(m["date"], m["is_workday"], m.get("name") or "") for m in merged],
            source=self.context.source or self.context.batch_number,
        )
        written = self.existing({(one["date"],) for one in merged})
        for row, one in zip(rows, merged, strict=True):
            row.object_id = written[one["date"],].id

    def apply_new(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def audit(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        lines = (Line(**entry) for entry in self.audit_entries(new, changed))
        record_many(actor=self.context.actor, action="core.calendar_import", lines=lines)
