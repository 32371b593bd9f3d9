"""A small model with its importer, for the engine's own tests (outside the app registry)."""

from decimal import Decimal

from django.apps.registry import Apps
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.job_models import QueuedTask
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.foundation.core.testing import make_actor
from loushi.foundation.transfer import parsers
from loushi.foundation.transfer.columns import Column
from loushi.foundation.transfer.commands import do_work
from loushi.foundation.transfer.importer import Importer

ROOT = "000001"
HOME = "000001000002"
NEXT = "000001000003"
UNITS = {"望澜商务社区": HOME, "青杼商务社区": NEXT}


class Plot(Scoped):
    code = models.CharField(max_length=20, unique=True, null=True)  # noqa: DJ001
    name = models.CharField(max_length=40)
    grade = models.CharField(max_length=1, blank=True, default="")
    floors = models.IntegerField(null=True)
    area = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    built_on = models.DateField(null=True)
    opened_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")
    unit_path = UnitPathField()

    class Meta(Scoped.Meta):
        apps = Apps()
        app_label = "plots"


class PlotImporter(Importer):
    name = "plots"
    label = _("地块")
    permission = "plots.import"
    kind = "plots.plot"
    model = Plot
    key = ("code",)
    columns = (
        Column("code", "编码", parsers.Text(20, fold=True, upper=True), example="P-1"),
        Column("name", "名称", parsers.Text(40), aliases=("楼名",), required=True, example="甲"),
        Column("unit", "社区", parsers.Text(40), field=None),
        Column("grade", "等级", parsers.Choice({"A": "甲级", "B": "乙级"})),
        Column("floors", "层数", parsers.Whole(minimum=1, maximum=200)),
        Column("area", "面积", parsers.Number(minimum=0, unit="㎡")),
        Column("built_on", "竣工日期", parsers.Day()),
        Column("opened_at", "开放时间", parsers.Moment()),
        Column("note", "备注", parsers.Text(200, lines=True)),
    )
    audited: list = []

    def prepare(self, rows):
        self.units = UNITS

    def check_row(self, row):
        said = row.get("unit")
        if said in self.units:
            row.unit_path = self.units[said]
        elif said:
            row.unplace(f"找不到社区“{said}”。")
        if row.get("floors") and row.get("area") == Decimal(0):
            row.error("area", "有楼层就应有面积。")

    def audit(self, new, changed):
        type(self).audited = list(self.audit_entries(new, changed))


def create_table():
    editor = connection.schema_editor(collect_sql=True)
    editor.deferred_sql = []
    sql, params = editor.table_sql(Plot)
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def plots():
    return Plot.objects.unscoped("tests").order_by("pk")


def work() -> int:
    """Does what batches ask of the background; how many tasks there were."""
    tasks = QueuedTask.objects.filter(name="transfer.work", state=QueuedTask.State.PENDING)
    count = 0
    while (row := tasks.order_by("pk").first()) is not None:
        row.state = QueuedTask.State.DONE
        row.save()
        do_work(**row.payload)
        count += 1
    return count


def importing(path: str = HOME, user_id: int | None = None) -> Actor:
    return make_actor(user_id, path=path, permissions=["plots.import"])
