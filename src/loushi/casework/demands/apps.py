from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "loushi.casework.demands"
    label = "demands"
    verbose_name = "诉求"
    default_auto_field = "django.db.models.BigAutoField"
