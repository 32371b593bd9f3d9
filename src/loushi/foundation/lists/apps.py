from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "loushi.foundation.lists"
    label = "lists"
    verbose_name = "可选项"
    default_auto_field = "django.db.models.BigAutoField"
