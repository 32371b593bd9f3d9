"""The numbers of the visiting rules as shipped; later ones are added from their own day on."""

from datetime import date

from django.db import migrations

SHIPPED = {
    "quiet_days": (14, "无事不扰：两支队伍之间至少隔两周"),
    "edit_hours": (72, "记录后三天内本人可更正"),
    "unvisited_days": (90, "每季度至少联系一次"),
    "lease_days": (90, "租约到期前一个季度问续租"),
    "plan_size": (4, "每天两家以上"),
    "staff_percent": (50, "防止多打或少打一位"),
    "area_percent": (5, "测量误差"),
}


def install(apps, schema_editor):
    rule = apps.get_model("visits", "VisitRule")
    for code, (value, source) in SHIPPED.items():
        rule.objects.get_or_create(
            code=code, valid_from=date(2020, 1, 1), defaults={"value": value, "source": source}
        )


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
