"""The Django app of the trail."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """Label `trail`."""

    name = "notoneless.trail"
    label = "trail"
    verbose_name = "留痕"
