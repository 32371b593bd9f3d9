"""django-import-export over the same columns; run by its own environment's Python.

`default` and `bulk` do what the workload says, the way the library's admin does it: a preview with
the diff of every row (dry run), then the import, with every row validated. `plain` and `fastest`
are a single pass without validation, to show the library's best. Arguments: mode, database file,
workbook. Prints one JSON object.
"""

import json
import sys
import time
from pathlib import Path

import django
from django.conf import settings

MODE, DATABASE, FILE = sys.argv[1:4]
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY",
            },
        }
    },
    INSTALLED_APPS=["import_export"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.db import connection, models  # noqa: E402
from import_export import fields, resources, widgets  # noqa: E402
from import_export.formats.base_formats import XLSX  # noqa: E402
from import_export.instance_loaders import CachedInstanceLoader, ModelInstanceLoader  # noqa: E402


class Firm(models.Model):
    credit_code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=120, db_index=True)
    short_name = models.CharField(max_length=40)
    business_kind = models.CharField(max_length=20)
    industry = models.CharField(max_length=80)
    size = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    established_on = models.DateField(null=True)
    registered_address = models.CharField(max_length=200)
    staff_count = models.IntegerField(null=True)
    unit = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120, db_index=True)
    building_code = models.CharField(max_length=32)
    room = models.CharField(max_length=30)
    remark = models.CharField(max_length=200)

    class Meta:
        app_label = "import_export"  # an installed app: the library copies instances by it

    def __str__(self) -> str:
        return self.name


HEADINGS = dict(
    zip(
        [field.name for field in Firm._meta.fields if field.name != "id"],
        ["统一社会信用代码", "企业名称", "简称", "主体类型", "行业", "规模", "经营状态", "成立日期",
         "注册地址", "员工数", "所属单元", "外部编号", "楼宇编码", "房号", "备注"],
        strict=True,
    )
)  # fmt: skip
WIDGETS = {"established_on": widgets.DateWidget(), "staff_count": widgets.IntegerWidget()}


class FirmResource(resources.ModelResource):
    class Meta:
        model = Firm
        import_id_fields = ("credit_code",)
        exclude = ("id",)
        use_transactions = True
        use_bulk = MODE in {"bulk", "fastest"}
        batch_size = 1000
        skip_diff = MODE == "fastest"
        clean_model_instances = MODE in {"default", "bulk"}
        instance_loader_class = CachedInstanceLoader if MODE == "fastest" else ModelInstanceLoader


resource = FirmResource()
for name, heading in HEADINGS.items():
    resource.fields[name] = fields.Field(
        attribute=name, column_name=heading, widget=WIDGETS.get(name, widgets.CharWidget())
    )

if "import_export_firm" not in connection.introspection.table_names():
    with connection.schema_editor() as editor:
        editor.create_model(Firm)

cpu = time.process_time()
began = time.perf_counter()
read = 0.0
for dry_run in [True, False] if MODE in {"default", "bulk"} else [False]:
    start = time.perf_counter()
    dataset = XLSX().create_dataset(Path(FILE).read_bytes())
    read += time.perf_counter() - start
    result = resource.import_data(
        dataset, dry_run=dry_run, raise_errors=False, collect_failed_rows=True
    )
seconds = time.perf_counter() - began
wrong = len(result.invalid_rows) + sum(1 for _row in result.row_errors())
totals = {name: count for name, count in result.totals.items() if count}
sys.stdout.write(
    json.dumps(
        {
            "seconds": round(seconds, 2),
            "cpu": round(time.process_time() - cpu, 2),
            "read": round(read, 2),
            "wrong": wrong,
            **totals,
        }
    )
    + "\n"
)
