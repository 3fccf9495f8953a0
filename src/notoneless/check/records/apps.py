from django.apps import AppConfig


class CheckConfig(AppConfig):
    """Tables of the check stage; the label is the stage word, not "records"."""

    name = "notoneless.check.records"
    label = "check"
    default_auto_field = "django.db.models.BigAutoField"
