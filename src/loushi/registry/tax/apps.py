from django.apps import AppConfig


class TaxConfig(AppConfig):
    name = "loushi.registry.tax"
    label = "tax"
    verbose_name = "税收"
    default_auto_field = "django.db.models.BigAutoField"
