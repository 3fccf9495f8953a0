"""The Django app of places, schools and staff."""

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """Label `org`."""

    name = "notoneless.org"
    label = "org"
    verbose_name = "机构与人员"
