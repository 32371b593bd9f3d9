"""The importers of owners, contracts of managers and amenities."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import Column, Key, Row, Stored, parsers, register
from loushi.registry.buildings import commands
from loushi.registry.buildings.imports.placing import (
    BUILDING_COLUMNS,
    InBuilding,
    no_building,
    several,
)
from loushi.registry.buildings.models import (
    Amenity,
    Building,
    ManagerContract,
    Owner,
    Ownership,
)
from loushi.registry.buildings.queries import amenity_kinds

lazy = gettext_lazy
WHY = "an import recognises rows of the buildings that it names"


class OfBuilding(InBuilding):
    """Rows that belong to one building and are written by one bulk command.

    `identity` names the columns that the command knows a row by; what the file leaves out is given
    to the command as it is stored, so that partial columns empty nothing.
    """

    key = ()
    external = False
    write: Any = None
    given: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()

    def check_row(self, row: Row) -> None:
        found = self.building_of(row)
        if len(found) == 1:
            row.values["building_id"] = found[0].id
            row.unit_path = found[0].unit_path
            return
        said = self.said(row)
        where = "building_code" if row.get("building_code") else "building"
        if found:
            row.error(where, several(len(found), said))
        elif said:
            row.error(where, no_building(said))
        else:
            row.error(where, _("没有写明是哪幢楼。请填写楼宇编码或名称。"))

    def natural_key(self, row: Row) -> Key | None:
        if "building_id" not in row.values:
            return None
        return row.values["building_id"], *(row.get(name) or "" for name in self.identity)

    def held(self, building_ids: Collection[int]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(id, building, values) of what is stored in these buildings."""
        raise NotImplementedError

    def keys_of(self, values: Mapping[str, Any]) -> Iterator[Key]:
        """The keys, without the building, by which a file may name a stored row."""
        yield tuple(values[name] or "" for name in self.identity)

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        homes = sorted({key[0] for key in keys})
        paths = dict(
            Building.objects.unscoped("the range of each is checked by its path")
            .filter(pk__in=homes)
            .values_list("pk", "unit_path")
        )
        found: dict[Key, Stored] = {}
        for pk, building_id, values in self.held(homes):
            for key in self.keys_of(values):
                found.setdefault((building_id, *key), Stored(pk, values, paths[building_id]))
        return found

    def apply_new(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def _write(self, rows: Sequence[Row]) -> None:
        values = []
        for row in rows:
            now = {**(row.stored.values if row.stored else {}), **row.values}
            values.append(
                {
                    "building_id": row.values["building_id"],
                    "source": self.context.source or now.get("source", ""),
                    **{name: now[name] for name in self.given if name in now},
                }
            )
        result = type(self).write(
            actor=self.context.actor, rows=values, why=self.why(), permission=self.permission
        )
        for row, pk in zip(rows, result.ids, strict=True):
            row.object_id = pk


@register
class OwnerImporter(OfBuilding):
    """Owners with their shares of buildings or rooms."""

    name = "owners"
    label = lazy("产权人")
    kind = "buildings.ownership"
    model = Ownership
    order = 23
    write = staticmethod(commands.upsert_ownerships)
    given = (
        "number", "owner", "kind", "credit_code", "share", "since", "until", "contact", "phone",
    )  # fmt: skip
    identity = ("number", "owner", "since")
    columns = (
        *BUILDING_COLUMNS,
        Column("number", lazy("房号"), parsers.Text(30, fold=True), field=None,
               aliases=("房间号", "室号"), example="1703", help=lazy("不填表示整幢楼")),
        Column("owner", lazy("产权人"), parsers.Text(100), required=True, field=None,
               aliases=("业主", "权利人", "产权单位"), example="望澜置业有限公司"),
        Column("kind", lazy("类型"), parsers.Choice(dict(Owner.Kind.choices)), field=None,
               aliases=("产权人类型",), example="企业"),
        Column("credit_code", lazy("统一社会信用代码"), parsers.Text(18, fold=True, upper=True),
               field=None, aliases=("信用代码",)),
        Column("share", lazy("份额（%）"), parsers.Number(places=4, minimum=0, maximum=100),
               field=None, aliases=("份额", "占比", "比例"), example="60"),
        Column("since", lazy("开始日期"), parsers.Day(), field=None, aliases=("取得日期",),
               example="2018-06-01"),
        Column("until", lazy("结束日期"), parsers.Day(), field=None,
               help=lazy("不再持有的第一天")),
        Column("contact", lazy("联系人"), parsers.Text(40), field=None),
        Column("phone", lazy("电话"), parsers.Text(20), field=None, aliases=("联系电话",)),
    )  # fmt: skip

    def natural_key(self, row: Row) -> Key | None:
        """The owner is known by credit code, else by name in the building."""
        key = super().natural_key(row)
        if key is None or not row.get("credit_code"):
            return key
        building_id, number, _owner, since = key
        return building_id, number, row.values["credit_code"], since

    def keys_of(self, values: Mapping[str, Any]) -> Iterator[Key]:
        for owner in filter(None, (values["credit_code"], values["owner"])):
            yield values["number"], owner, values["since"] or ""

    def same(self, column: Column, old: Any, new: Any) -> bool:
        """The command fills in what is said of an owner and empties or renames nothing."""
        if column.name == "owner" or (column.name in ("kind", "contact", "phone") and not new):
            return True
        return super().same(column, old, new)

    def held(self, building_ids: Collection[int]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = Ownership.objects.unscoped(WHY).filter(building_id__in=building_ids)
        for row in rows.select_related("owner", "space").order_by("pk"):
            share = None if row.share is None else row.share * 100
            yield row.pk, row.building_id, {
                "number": row.space.number if row.space else "", "owner": row.owner.name,
                "kind": row.owner.kind, "credit_code": row.owner.credit_code, "share": share,
                "since": row.since, "until": row.until, "contact": row.owner.contact,
                "phone": row.owner.phone, "source": row.source,
            }  # fmt: skip


@register
class ContractImporter(OfBuilding):
    """Contracts of property managers."""

    name = "manager-contracts"
    label = lazy("物业合同")
    kind = "buildings.managercontract"
    model = ManagerContract
    order = 24
    write = staticmethod(commands.upsert_contracts)
    given = ("manager", "scope", "since", "until", "contact", "phone")
    identity = ("manager", "since")
    columns = (
        *BUILDING_COLUMNS,
        Column("manager", lazy("物业公司"), parsers.Text(100), required=True, field=None,
               aliases=("物业", "物业服务企业"), example="望澜物业服务有限公司"),
        Column("scope", lazy("服务范围"), parsers.Text(200), field=None, example="保洁、秩序"),
        Column("since", lazy("开始日期"), parsers.Day(), required=True, field=None,
               aliases=("合同开始", "起始日期"), example="2025-01-01"),
        Column("until", lazy("到期日期"), parsers.Day(), field=None,
               aliases=("合同到期", "终止日期"), example="2027-12-31"),
        Column("contact", lazy("项目负责人"), parsers.Text(40), field=None, aliases=("联系人",)),
        Column("phone", lazy("服务电话"), parsers.Text(20), field=None, aliases=("电话",)),
    )  # fmt: skip

    def held(self, building_ids: Collection[int]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = ManagerContract.objects.unscoped(WHY).filter(building_id__in=building_ids)
        for row in rows.select_related("manager").order_by("pk"):
            values = {name: getattr(row, name) for name in (*self.given[1:], "source")}
            yield row.pk, row.building_id, values | {"manager": row.manager.name}


@register
class AmenityImporter(OfBuilding):
    """Amenities by kind."""

    name = "amenities"
    label = lazy("配套")
    kind = "buildings.amenity"
    model = Amenity
    order = 25
    write = staticmethod(commands.upsert_amenities)
    given = ("kind", "name", "place", "count", "capacity", "hours", "is_public", "note")
    identity = ("kind", "name")
    columns = (
        *BUILDING_COLUMNS,
        Column("kind", lazy("种类"), parsers.Text(20), required=True, field=None,
               aliases=("配套", "配套种类"), example="停车位"),
        Column("name", lazy("名称"), parsers.Text(40), field=None, example="地下车库"),
        Column("place", lazy("位置"), parsers.Text(60), field=None, example="地下一层"),
        Column("count", lazy("数量"), parsers.Whole(minimum=0, maximum=999_999), field=None,
               example="220"),
        Column("capacity", lazy("可容纳人数"), parsers.Whole(minimum=0, maximum=999_999),
               field=None),
        Column("hours", lazy("开放时间"), parsers.Text(60), field=None, example="全天"),
        Column("is_public", lazy("对外开放"), parsers.YesNo(), field=None, example="是"),
        Column("note", lazy("说明"), parsers.Text(200), field=None, aliases=("备注",)),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        super().prepare(rows)
        self.kinds: dict[str, str] = {}
        for code, label in amenity_kinds():
            self.kinds |= {code: code, label: code, label.split("（")[0]: code}

    def check_row(self, row: Row) -> None:
        super().check_row(row)
        said = str(row.get("kind") or "")
        if said and said not in self.kinds:
            row.error(
                "kind",
                _("没有“%(kind)s”这种配套。可用：%(all)s。")
                % {"kind": said, "all": "、".join(k for k in self.kinds if not k.isascii())},
            )
        elif said:
            row.values["kind"] = self.kinds[said]

    def held(self, building_ids: Collection[int]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = Amenity.objects.unscoped(WHY).filter(building_id__in=building_ids).order_by("pk")
        for row in rows:
            values = {name: getattr(row, name) for name in (*self.given[1:], "source")}
            yield row.pk, row.building_id, values | {"kind": row.kind_id}
