"""The shipped kinds of resources (data of its own day: resource_kinds.json may change later)."""

import json
from pathlib import Path

from django.db import migrations


def fill(apps, schema_editor):
    kind = apps.get_model("catalogue", "ResourceKind")
    file = Path(__file__).resolve().parent.parent / "data" / "resource_kinds.json"
    rows = json.loads(file.read_text(encoding="utf-8"))
    kind.objects.bulk_create(kind(order=n * 10, **one) for n, one in enumerate(rows, 1))


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_resources")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
