from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "loushi.services.governance"
    label = "governance"
    verbose_name = "议事"
    default_auto_field = "django.db.models.BigAutoField"
