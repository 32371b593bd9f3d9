from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class WiringConfig(AppConfig):
    """Stands last in INSTALLED_APPS: when it is ready, every package's rooms are loaded."""

    name = "loushi.config"
    label = "wiring"
    verbose_name = "装配"

    def ready(self) -> None:
        from loushi.config import wiring
        from loushi.foundation.core.apps import load_rooms

        load_rooms("policy", "imports", "exports", "jobs")
        wiring.connect()
        *_others, last = (one for one in apps.get_app_configs() if one.models_module)
        post_migrate.connect(_stamps, sender=last)


def _stamps(**_kwargs: object) -> None:
    """After the migrations of the last package: the triggers of what all of them watch."""
    from loushi.foundation.core import stamps

    stamps.install()
