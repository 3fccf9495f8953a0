"""Middleware for every answer below /api/: kept by nobody on the way, and JSON also where Django would say HTML."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from notoneless.api.faults import answer_fault
from notoneless.common.errors import Fault

PREFIX = "/api/"


class ApiAnswers:
    """Adds ``Cache-Control: no-store``; turns the plain 405 into the API's own words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PREFIX):
            return response
        if response.status_code == 405:
            allowed = response.headers.get("Allow", "")
            response = answer_fault(Fault("E945"))
            response.status_code = 405
            response.headers["Allow"] = allowed
        response.headers["Cache-Control"] = "no-store"
        return response
