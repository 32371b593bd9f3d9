"""The shipped kinds of joint meetings (data of its own day: kinds.json may change later)."""

import json
from pathlib import Path

from django.db import migrations


def fill(apps, schema_editor):
    kind = apps.get_model("matching", "MeetingKind")
    file = Path(__file__).resolve().parent.parent / "data" / "kinds.json"
    rows = json.loads(file.read_text(encoding="utf-8"))
    kind.objects.bulk_create(kind(position=n, **one) for n, one in enumerate(rows, 1))


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
