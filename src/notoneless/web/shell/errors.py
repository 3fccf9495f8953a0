"""Error pages: a Fault becomes a readable page; an unknown fault shows a short code that the log carries too."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from notoneless.common.errors import Fault

logger = logging.getLogger("notoneless.web")

NOT_PERMITTED = "E701"
# Outside the user's place and absent have one code and one page, so that nobody can find out which children exist.
NOT_FOUND = "E704"


class FaultPages:
    """Middleware: turns a Fault that a view did not handle itself into a page with the right status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 404, 403 or 422 for a Fault; other exceptions go on to Django (404, 403, 500)."""
        if not isinstance(exception, Fault):
            return None
        if exception.code == NOT_FOUND:
            return not_found(request, Http404())
        if exception.code == NOT_PERMITTED:
            return render(request, "shell/403.html", {"fault": exception}, status=403)
        return render(request, "shell/fault.html", {"fault": exception}, status=422)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request that no page of ours sends."""
    return render(request, "shell/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, also for a form whose security token has run out."""
    return render(request, "shell/403.html", {"fault": None}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same bytes whether the thing is absent or not this person's; nothing of the address is repeated."""
    return render(request, "shell/404.html", status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page stood open too long, or cookies are off."""
    return render(request, "shell/403_csrf.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500 with a six-character code; the log line with the same code tells what happened. Uses no database."""
    code = secrets.token_hex(3).upper()
    logger.error(
        "page %s failed, code %s", request.resolver_match and request.resolver_match.route, code, exc_info=True
    )
    return render(None, "shell/500.html", {"code": code}, status=500)  # type: ignore[arg-type]
