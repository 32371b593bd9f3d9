from django.apps import AppConfig


class LanguageConfig(AppConfig):
    name = "loushi.foundation.language"
    label = "language"
    verbose_name = "中文文本"
    default_auto_field = "django.db.models.BigAutoField"
