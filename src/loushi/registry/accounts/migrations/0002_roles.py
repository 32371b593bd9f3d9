"""The shipped roles; `commands.install_roles` brings them up to date later."""

import json
from pathlib import Path

from django.db import migrations

FIELDS = ("name", "name_en", "kind", "levels", "permissions", "template")


def install(apps, schema_editor):
    file = Path(__file__).resolve().parent.parent / "roles.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    role = apps.get_model("accounts", "Role")
    for row in data["roles"]:
        role.objects.get_or_create(
            code=row["code"], defaults={field: row[field] for field in FIELDS}
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
