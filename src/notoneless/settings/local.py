"""One machine, one office, no server to look after: the default. Used by the demo and by a small county."""

from notoneless.settings.base import *  # noqa: F403

WHITENOISE_USE_FINDERS = True  # static files are served from the package: no collectstatic step
