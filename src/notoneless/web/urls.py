"""All addresses: the shell's own pages, the API, then one prefix per screen of screens.py."""

from django.urls import include, path

from notoneless.web.screens import SCREENS

urlpatterns = [
    path("", include("notoneless.web.shell.urls")),
    path("api/", include("notoneless.api.urls")),
    *(path(screen.prefix, include(f"notoneless.web.{screen.id}.urls")) for screen in SCREENS),
]

handler400 = "notoneless.web.shell.errors.bad_request"
handler403 = "notoneless.web.shell.errors.forbidden"
handler404 = "notoneless.web.shell.errors.not_found"
handler500 = "notoneless.web.shell.errors.broken"
