"""The Django app that carries the templates, tags and static files of the whole desk."""

from django.apps import AppConfig
from django.utils.translation import gettext

from notoneless.common.wording import speak_with


class ShellConfig(AppConfig):
    """Label ``shell``."""

    name = "notoneless.web.shell"
    label = "shell"
    verbose_name = "网页框架"

    def ready(self) -> None:
        """Definitions are said in the language that Django has for this request."""
        speak_with(gettext)
