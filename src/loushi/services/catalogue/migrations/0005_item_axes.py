"""The shipped fields and sides of service items (data of its own day: item_axes.json)."""

import json
from pathlib import Path

from django.db import migrations


def fill(apps, schema_editor):
    file = Path(__file__).resolve().parent.parent / "data" / "item_axes.json"
    axes = json.loads(file.read_text(encoding="utf-8"))
    for name, rows in (("ItemField", axes["fields"]), ("ItemSide", axes["sides"])):
        model = apps.get_model("catalogue", name)
        model.objects.bulk_create(model(order=n * 10, **one) for n, one in enumerate(rows, 1))


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_items")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
