from django.apps import AppConfig


class BuildingsConfig(AppConfig):
    name = "loushi.registry.buildings"
    label = "buildings"
    verbose_name = "楼宇"
    default_auto_field = "django.db.models.BigAutoField"
