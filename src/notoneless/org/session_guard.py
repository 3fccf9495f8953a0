"""A desk left alone signs itself out, nobody stays signed in for ever, and no page stays in a shared browser."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

STARTED, SEEN = "started_at", "seen_at"
# The last-seen time is written at most once a minute: each write is a durable commit.
WRITE_EVERY_SECONDS = 60


class SessionGuard:
    """Middleware: ends idle and over-long sessions; signed-in pages are marked as not to be stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _watch(request)
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _watch(request: HttpRequest) -> None:
    now = int(time.time())
    started = request.session.setdefault(STARTED, now)
    seen = request.session.setdefault(SEEN, now)
    if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
        logout(request)
    elif now - seen >= WRITE_EVERY_SECONDS:
        request.session[SEEN] = now
