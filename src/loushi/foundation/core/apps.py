from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class CoreConfig(AppConfig):
    name = "loushi.foundation.core"
    label = "core"
    verbose_name = "核心"
    default_auto_field = "django.db.models.BigAutoField"


def load_rooms(*rooms: str) -> None:
    """Imports the named room (policy, jobs, imports …) of every package of ours that has it."""
    for config in apps.get_app_configs():
        if not config.name.startswith("loushi."):
            continue
        for room in rooms:
            if find_spec(f"{config.name}.{room}") is not None:
                import_module(f"{config.name}.{room}")
