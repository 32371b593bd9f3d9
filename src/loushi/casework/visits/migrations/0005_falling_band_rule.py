"""The shipped threshold of the sign "falling tax band"."""

from datetime import date

from django.db import migrations


def install(apps, schema_editor):
    apps.get_model("visits", "RetentionRule").objects.get_or_create(
        sign="tax",
        valid_from=date(2020, 1, 1),
        defaults={"value": 1, "source": "税收比上一年低一档即关注"},
    )


class Migration(migrations.Migration):
    dependencies = [("visits", "0004_retention_rules")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
