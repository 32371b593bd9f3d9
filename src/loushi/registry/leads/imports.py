"""Importer of leads: known by the source's number; a firm of the same name at the same unit that is
still open is a hint, not an error."""

from collections.abc import Collection, Sequence

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
from loushi.registry.leads import commands
from loushi.registry.leads.models import InvestmentLead, Source
from loushi.registry.leads.policy import IMPORT
from loushi.registry.leads.workflow import OPEN
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import leaf_id, units_by_name


@register
class LeadImporter(Importer):
    """New leads only: what happened to a lead since is told by its steps, never by a file."""

    name = "leads"
    label = lazy("招商线索")
    permission = IMPORT
    kind = "leads.investmentlead"
    model = InvestmentLead
    key = ()
    keyless = True
    order = 70
    columns = (
        Column("company", lazy("企业名称"), parsers.Text(120, fold=True), required=True,
               aliases=("名称", "客户"), example="澄观生物科技有限公司"),
        Column("unit", lazy("由谁跟进"), parsers.Text(60), field=None,
               aliases=("社区", "商务社区", "所属社区"), example="望澜商务社区"),
        Column("source", lazy("来源"), parsers.Choice(dict(Source.choices)), required=True,
               example="展会推介"),
        Column("contact_name", lazy("联系人"), parsers.Text(40), example="许念青"),
        Column("contact_phone", lazy("联系电话"), parsers.Text(20), aliases=("电话",),
               example="13800000000"),
        Column("area_min", lazy("面积不小于"), parsers.Number(places=2, minimum=0, unit="㎡"),
               aliases=("面积",), example="300"),
        Column("area_max", lazy("面积不大于"), parsers.Number(places=2, minimum=0, unit="㎡"),
               example="500"),
        Column("budget", lazy("预算"), parsers.Number(places=2, minimum=0), example="3.5"),
        Column("use", lazy("用途"), parsers.Text(20), example="办公"),
        Column("note", lazy("备注"), parsers.Text(300), example=""),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        said = {str(row.get("unit")) for row in rows if row.get("unit")}
        self.units: dict[str, list[Unit]] = units_by_name(said, under=self.context.unit_path)
        names = {str(row.get("company")) for row in rows if row.get("company")}
        held = InvestmentLead.objects.unscoped("an import hints at leads of the same name")
        self.known = set(
            held.filter(state__in=sorted(OPEN), company__in=names).values_list("company", flat=True)
        )

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        return {}

    def check_row(self, row: Row) -> None:
        said = row.get("unit")
        if said:
            found = self.units.get(str(said), [])
            if len(found) == 1:
                row.unit_path = found[0].path
            else:
                row.unplace(_("找不到“%(name)s”，或不止一个。") % {"name": said})
        if row.get("company") in self.known:
            row.hint("company", _("已有一条同名线索在跟进。"))

    def apply_new(self, rows: Sequence[Row]) -> None:
        for row in rows:
            values = {k: v for k, v in row.values.items() if k in commands.FIELDS}
            made = commands.create_lead(
                actor=self.context.actor, unit_id=leaf_id(row.unit_path) or 0, values=values,
                permission=self.permission,
            )  # fmt: skip
            row.object_id = made.pk
