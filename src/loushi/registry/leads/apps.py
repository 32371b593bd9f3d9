from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "loushi.registry.leads"
    label = "leads"
    verbose_name = "招商"
    default_auto_field = "django.db.models.BigAutoField"
