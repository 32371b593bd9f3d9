from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "loushi.casework.applications"
    label = "applications"
    verbose_name = "一类事办理"
    default_auto_field = "django.db.models.BigAutoField"
