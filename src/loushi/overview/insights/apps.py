from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "loushi.overview.insights"
    label = "insights"
    verbose_name = "数图"
    default_auto_field = "django.db.models.BigAutoField"
