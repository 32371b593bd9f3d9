from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "loushi.casework.visits"
    label = "visits"
    verbose_name = "走访与扫楼"
    default_auto_field = "django.db.models.BigAutoField"
