"""Sections and divisions of GB/T 4754-2017 (data/industries.csv); finer levels are imported."""

import csv
from pathlib import Path

from django.db import migrations

TABLE = Path(__file__).resolve().parent.parent / "data" / "industries.csv"


def load(apps, schema_editor):
    code = apps.get_model("enterprises", "IndustryCode")
    with TABLE.open(encoding="utf-8", newline="") as file:
        code.objects.bulk_create([code(**row) for row in csv.DictReader(file)])


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
