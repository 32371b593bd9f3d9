from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "loushi.registry.accounts"
    label = "accounts"
    verbose_name = "账号与任职"
    default_auto_field = "django.db.models.BigAutoField"
