from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "loushi.registry.enterprises"
    label = "enterprises"
    verbose_name = "企业"
    default_auto_field = "django.db.models.BigAutoField"
