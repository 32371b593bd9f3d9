"""The shipped thresholds of the retention list; later ones are added from their own day on."""

from datetime import date

from django.db import migrations

SHIPPED = {
    "lease": (90, "租约到期前一个季度开始挽留"),
    "unvisited": (180, "半年没有见到人"),
    "demands": (3, "一个季度内反复提诉求"),
}


def install(apps, schema_editor):
    rule = apps.get_model("visits", "RetentionRule")
    for sign, (value, source) in SHIPPED.items():
        rule.objects.get_or_create(
            sign=sign, valid_from=date(2020, 1, 1), defaults={"value": value, "source": source}
        )


class Migration(migrations.Migration):
    dependencies = [("visits", "0003_retention")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
