"""Importer of stations: known by community and name, so a second file corrects."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.foundation.core.capacity import read_hours
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
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import leaf_id, units_by_name
from loushi.services.stations import commands
from loushi.services.stations.models import Kind, Station, Tenure
from loushi.services.stations.policy import IMPORT

HOURS = ("workday_hours", "restday_hours", "extended_hours")


@register
class StationImporter(Importer):
    """New stations; the same name in the same community must be fixed, never a second row."""

    name = "stations"
    label = lazy("服务站点")
    permission = IMPORT
    kind = "stations.station"
    model = Station
    key = ()
    keyless = True
    order = 75
    columns = (
        Column("name", lazy("站点名称"), parsers.Text(60), required=True, aliases=("名称",),
               example="望澜红领驿站"),
        Column("unit", lazy("所属社区"), parsers.Text(60), field=None, required=True,
               aliases=("社区", "商务社区"), example="望澜商务社区"),
        Column("kind", lazy("类型"), parsers.Choice(dict(Kind.choices)), required=True,
               example="红领驿站"),
        Column("tenure", lazy("场地来源"), parsers.Choice(dict(Tenure.choices)), required=True,
               example="合用"),
        Column("address", lazy("地址"), parsers.Text(120), example="望澜中心一楼"),
        Column("phone", lazy("服务电话"), parsers.Text(20), aliases=("电话",), example="88000000"),
        Column("area", lazy("面积"), parsers.Number(places=2, minimum=0, unit="㎡"), example="80"),
        Column("workday_hours", lazy("工作日开放时间"), parsers.Text(80),
               example="09:00-12:00 13:30-17:30"),
        Column("restday_hours", lazy("休息日开放时间"), parsers.Text(80), example="10:00-16:00"),
        Column("extended_hours", lazy("延时服务时间"), parsers.Text(80), example="12:00-13:30"),
        Column("note", lazy("备注"), parsers.Text(300), example=""),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        said = {str(row.get("unit")) for row in rows if row.get("unit")}
        self.units: dict[str, list[Unit]] = units_by_name(said, under=self.context.unit_path)
        held = Station.objects.unscoped("a name is given once in a unit")
        self.known = set(held.values_list("unit_path", "name"))

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        return {}

    def check_row(self, row: Row) -> None:
        found = self.units.get(str(row.get("unit")), [])
        if len(found) == 1:
            row.unit_path = found[0].path
        elif row.get("unit"):
            row.unplace(_("找不到“%(name)s”，或不止一个。") % {"name": row.get("unit")})
        key = (row.unit_path, str(row.get("name")))
        if key in self.known:
            row.error("name", _("这个社区已有同名站点。请换一个名称。"))
        self.known.add(key)
        for name in HOURS:
            try:
                read_hours(str(row.get(name) or ""), name)
            except Refused as refusal:
                row.error(name, str(refusal))

    def apply_new(self, rows: Sequence[Row]) -> None:
        for row in rows:
            values = {k: v for k, v in row.values.items() if k in commands.FIELDS}
            made = commands.create_station(
                actor=self.context.actor, unit_id=leaf_id(row.unit_path) or 0, values=values,
                permission=self.permission,
            )  # fmt: skip
            row.object_id = made.pk
