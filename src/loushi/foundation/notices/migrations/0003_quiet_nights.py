"""The quiet hours of people without an account, who cannot choose their own."""

from datetime import time
from typing import Any

from django.db import migrations

# People without an account cannot choose: no mail of ours reaches them at night.
OUTSIDER = 0
QUIET = {"quiet_from": time(21), "quiet_until": time(8)}


def be_quiet_at_night(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("notices", "Preference")._default_manager
    rows.get_or_create(user_id=OUTSIDER, defaults=QUIET)


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_phrases")]

    operations = [migrations.RunPython(be_quiet_at_night, migrations.RunPython.noop)]
