from django.apps import AppConfig


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
