from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "loushi.casework.codes"
    label = "codes"
    verbose_name = "二维码"
    default_auto_field = "django.db.models.BigAutoField"
