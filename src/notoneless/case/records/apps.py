from django.apps import AppConfig


class CaseConfig(AppConfig):
    """Tables of the case stage; the label is the stage word, not "records"."""

    name = "notoneless.case.records"
    label = "case"
    default_auto_field = "django.db.models.BigAutoField"
