from django.apps import AppConfig


class LinkConfig(AppConfig):
    """Tables of the link stage; the label is the stage word, not "records"."""

    name = "notoneless.link.records"
    label = "link"
    default_auto_field = "django.db.models.BigAutoField"
