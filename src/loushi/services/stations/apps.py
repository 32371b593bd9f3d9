from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "loushi.services.stations"
    label = "stations"
    verbose_name = "驿站与轮值"
    default_auto_field = "django.db.models.BigAutoField"
