"""The Django app of the HTTP API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Label ``api``."""

    name = "notoneless.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "接口"
