from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "loushi.registry.territory"
    label = "territory"
    verbose_name = "组织与区划"
    default_auto_field = "django.db.models.BigAutoField"
