"""Reasons of change, tags with their rules, levels of stability (data/lists.json); a district may
change them."""

import json
from pathlib import Path

from django.db import migrations

TABLE = Path(__file__).resolve().parent.parent / "data" / "lists.json"


def load(apps, schema_editor):
    given = json.loads(TABLE.read_text(encoding="utf-8"))
    for name, rows in (
        ("ChangeReason", given["reasons"]),
        ("TagKind", given["tags"]),
        ("StabilityLevel", given["levels"]),
    ):
        model = apps.get_model("enterprises", name)
        model.objects.bulk_create([model(**row) for row in rows])
    rule = apps.get_model("enterprises", "TagRule")
    rule.objects.bulk_create(
        [rule(kind_id=row.pop("kind"), **row) for row in given["rules"]]
    )


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0003_facts_and_care")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
