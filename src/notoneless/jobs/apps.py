from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work that survives closing the page."""

    name = "notoneless.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
