from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "loushi.casework.matching"
    label = "matching"
    verbose_name = "共性问题"
    default_auto_field = "django.db.models.BigAutoField"
