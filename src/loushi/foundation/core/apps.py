from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    name = "loushi.foundation.core"
    label = "core"
    verbose_name = "核心"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import lookups  # noqa: F401 - registers `among`
        from .calendar_models import CalendarVersion, ServiceLevel
        from .stamps import noting, watch

        watch("calendar", CalendarVersion)
        watch("levels", ServiceLevel)

        def note(connection: Any, **_kwargs: object) -> None:
            if noting not in connection.execute_wrappers:
                connection.execute_wrappers.append(noting)

        connection_created.connect(note, weak=False)


def load_rooms(*rooms: str) -> None:
    """Imports the named room (policy, jobs, imports …) of every package of ours that has it."""
    for config in apps.get_app_configs():
        if not config.name.startswith("loushi."):
            continue
        for room in rooms:
            if find_spec(f"{config.name}.{room}") is not None:
                import_module(f"{config.name}.{room}")
