"""Importer of service items: known by list and code, so that a second file corrects; what changed
holds from today."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import leaf_id, units_by_name
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import ItemField, ItemSide, ItemVersion, ServiceItem
from loushi.services.catalogue.policy import IMPORT

TERMS = {"field": "field_id", "side": "side_id"}


@register
class ItemImporter(Importer):
    """Items of a unit's service list."""

    name = "service_items"
    label = lazy("企业服务清单")
    permission = IMPORT
    kind = "catalogue.serviceitem"
    model = ServiceItem
    key = ("code",)
    order = 79
    help = lazy("同一清单里编码相同的按更正处理，从今天起生效；以前的清单保持原样。")
    columns = (
        Column("code", lazy("事项编码"), parsers.Text(20), required=True, aliases=("编码",),
               field=None, example="YL23"),
        Column("unit", lazy("哪个单位的清单"), parsers.Text(60), field=None,
               aliases=("适用单元", "社区", "所属单位"), help=lazy("留空为导入人的范围"),
               example=""),
        Column("title", lazy("事项名称"), parsers.Text(80), required=True, field=None,
               aliases=("名称",), example="店招备案"),
        Column("summary", lazy("能办什么"), parsers.Text(300), field=None, example=""),
        Column("field", lazy("五位一体"), parsers.Text(20), required=True, field=None,
               aliases=("类别",), example="政务"),
        Column("side", lazy("由哪一侧提供"), parsers.Text(20), required=True, field=None,
               aliases=("三侧",), example="政府侧"),
        Column("value_added", lazy("增值化服务"), parsers.YesNo(), field=None, example="是"),
        Column("one_matter", lazy("“一类事”"), parsers.YesNo(), field=None, example="否"),
        Column("bundle", lazy("由哪件“一类事”办理"), parsers.Text(40), field=None,
               help=lazy("本单位或上级单位已发布的一类事的名称"), example=""),
        Column("office", lazy("责任部门"), parsers.Text(60), field=None, aliases=("部门",),
               example="综合行政执法局"),
        Column("contact", lazy("联系方式"), parsers.Text(60), field=None, example="88010000"),
        Column("conditions", lazy("办理条件"), parsers.Text(1000), field=None, example=""),
        Column("materials", lazy("所需材料"), parsers.Text(2000), field=None, example="效果图"),
        Column("steps", lazy("怎么办"), parsers.Text(2000), field=None, example=""),
        Column("fees", lazy("收费"), parsers.Text(120), field=None, example="不收费"),
        Column("limit", lazy("办理时限"), parsers.Text(120), field=None, example="2 个工作日"),
        Column("hours", lazy("办理时间"), parsers.Text(120), field=None, example=""),
        Column("channels", lazy("办理渠道"), parsers.Text(120), field=None, example="窗口、手机"),
        Column("source", lazy("依据"), parsers.Text(200), field=None, example=""),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        said = {str(row.get("unit")) for row in rows if row.get("unit")}
        self.units: dict[str, list[Unit]] = units_by_name(said, under=self.context.unit_path)
        self.terms = {
            "field": dict(ItemField.objects.values_list("label", "code")),
            "side": dict(ItemSide.objects.values_list("label", "code")),
        }
        offered = queries.bundles(self.context.actor, queries.BundleFilters(state="published"))
        self.offered = list(offered.order_by("unit_path").values_list("unit_path", "title", "pk"))

    def check_row(self, row: Row) -> None:
        found = self.units.get(str(row.get("unit")), [])
        if not row.get("unit"):
            row.unit_path = self.context.unit_path
        elif len(found) == 1:
            row.unit_path = found[0].path
        else:
            row.unplace(_("找不到“%(name)s”，或不止一个。") % {"name": row.get("unit")})
        for name, words in self.terms.items():
            if row.get(name) and row.get(name) not in words:
                row.error(name, _("没有“%(word)s”。可用的有：%(words)s。")
                          % {"word": row.get(name), "words": "、".join(words)})  # fmt: skip

    def check_change(self, row: Row) -> None:
        changed = row.changes.get("bundle", (None, None))
        title = row.get("bundle") if row.stored is None else changed[1]
        known = self._bundles(row.unit_path)
        if title and title not in known:
            row.error("bundle", _("没有已发布的一类事“%(title)s”。可填的有：%(known)s。")
                      % {"title": title, "known": "、".join(known) or _("（还没有）")})  # fmt: skip

    def natural_key(self, row: Row) -> Key | None:
        code = row.get("code")
        return (row.unit_path, str(code)) if code and row.unit_path else None

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        rows = self._last().filter(item__code__in={key[1] for key in keys})
        found = {(row.unit_path, row.item.code): row for row in rows}
        return {key: _stored(found[key]) for key in keys if key in found}

    def stored(self, ids: Collection[int]) -> dict[int, Stored]:
        return {row.item_id: _stored(row) for row in self._last().filter(item__in=list(ids))}

    def apply_new(self, rows: Sequence[Row]) -> None:
        for row in rows:
            made = commands.create_item(
                actor=self.context.actor, unit_id=leaf_id(row.unit_path) or 0,
                values=self._values(row, row.values), permission=self.permission,
            )  # fmt: skip
            row.object_id = made.pk

    def apply_changed(self, rows: Sequence[Row]) -> None:
        for row in rows:
            commands.revise_item(
                actor=self.context.actor, item_id=row.object_id or 0,
                values=self._values(row, row.after), why=_("导入"), permission=self.permission,
            )  # fmt: skip

    def _bundles(self, unit_path: str) -> dict[str, int]:
        """Published bundles of a unit and of those above by their names, the nearest of a name."""
        return {title: pk for path, title, pk in self.offered if unit_path.startswith(path)}

    def _values(self, row: Row, given: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in given.items() if name in commands.ITEM_FIELDS}
        for name, column in TERMS.items():
            if name in given:
                found[column] = self.terms[name].get(given[name], "")
        if "bundle" in given:
            found["bundle_id"] = self._bundles(row.unit_path).get(given["bundle"] or "")
        return found | ({"code": given["code"]} if "code" in given else {})

    @staticmethod
    def _last() -> Any:
        """What was last said of each item."""
        rows = ItemVersion.objects.unscoped("rows of the file are compared over all units")
        return rows.filter(until__isnull=True).select_related("item", "field", "side", "bundle")


def _stored(row: ItemVersion) -> Stored:
    derived = {*TERMS.values(), "bundle_id"}
    values = {name: getattr(row, name) for name in commands.ITEM_FIELDS - derived}
    said = {"code": row.item.code, "field": row.field.label, "side": row.side.label,
            "bundle": row.bundle.title if row.bundle else ""}  # fmt: skip
    return Stored(row.item_id, values | said, row.unit_path)
