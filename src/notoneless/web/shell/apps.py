"""The Django app that carries the templates, tags and static files of the whole desk."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """Label ``shell``."""

    name = "notoneless.web.shell"
    label = "shell"
    verbose_name = "网页框架"
