from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "loushi.services.catalogue"
    label = "catalogue"
    verbose_name = "政策与资源"
    default_auto_field = "django.db.models.BigAutoField"
