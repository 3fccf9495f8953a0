"""Who may open a page. Every view wears exactly one of these marks; a test walks all routes and asks for it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from notoneless.flows.following import FOLLOWER
from notoneless.org.permissions import Permission, check_may, may

View = Callable[..., HttpResponse]
READING = ("GET", "HEAD")
PASSWORD_PAGE = "shell:password"


def public(view: View) -> View:
    """Open to everybody, signed in or not (login page, help)."""
    view.permissions = ()  # type: ignore[attr-defined]
    view.is_public = True  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open to every signed-in person."""
    return requires()(view)


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Open to signed-in people who hold at least one of ``permissions``; others get the 403 page with E701.

    Scope is not decided here: the query or action behind the view starts from the user's place.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            if request.user.must_change_password and not getattr(view, "before_password", False):
                return redirect(PASSWORD_PAGE)
            if permissions and not any(may(request.user, permission) for permission in permissions):
                check_may(request.user, permissions[0])
            if request.method not in READING:
                return view(request, *args, **kwargs)
            with FOLLOWER.held():
                return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        guarded.is_public = False  # type: ignore[attr-defined]
        return guarded

    return decorate


def before_password(view: View) -> View:
    """Usable while the person still has to change the first password. Goes below ``signed_in``."""
    view.before_password = True  # type: ignore[attr-defined]
    return view


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the login page and back to this very page; htmx needs a header, else the login page lands in a corner."""
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = "/login/"
        return response
    if request.method != "GET":
        return HttpResponseRedirect("/login/")
    return redirect_to_login(request.get_full_path())
