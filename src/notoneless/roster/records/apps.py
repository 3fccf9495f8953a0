from django.apps import AppConfig


class RosterConfig(AppConfig):
    """Tables of the roster stage; the label is the stage word, not "records"."""

    name = "notoneless.roster.records"
    label = "roster"
    default_auto_field = "django.db.models.BigAutoField"
