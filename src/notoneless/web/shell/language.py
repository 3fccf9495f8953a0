"""中文 or English: the reader's choice, kept in a cookie. Chinese unless chosen, whatever the browser asks for."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from notoneless.web.shell.access import View, public

API = "/api/"
LANGUAGES = dict(settings.LANGUAGES)
MARKS = {"：": ": ", "、": ", ", "；": "; ", "，": ", ", "。": ". ", "？": "? ", "！": "! "}
BRACKETS = {"（": " (", "）": ") "}
BESIDE = r"[\u3400-\u9fff“”‘’《》]"
IN_BRACKETS = re.compile(rf"(?<!{BESIDE})（([^（）\u3400-\u9fff]*)）|（([A-Za-z][^（）\u3400-\u9fff]*)）")
BETWEEN = re.compile(rf"((?<=[A-Za-z)])[：；，、。]|(?<!{BESIDE})[{''.join(MARKS)}](?!{BESIDE}))\s*")
LONE_BRACKET = re.compile(rf"(?<!{BESIDE})[（）](?!{BESIDE})")
LOOSE = re.compile(r"(?<=\)) (?=[);:,.?!；：，、。])")
KEPT = re.compile(r"(<(textarea|script|style)\b.*?</\2>|<[^>]*lang=\"zh[^>]*>[^<]*|<[^>]*>)", re.DOTALL)


class ReadersLanguage:
    """Middleware: says everything of this request in the language of the cookie. The HTTP API always speaks Chinese."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            response = self.get_response(request)
        page = not response.streaming and response.get("Content-Type", "").startswith("text/html")
        if page and language != settings.LANGUAGE_CODE:
            response.content = western_marks(response.content.decode()).encode()
            response.headers["Content-Length"] = str(len(response.content))
        return response


def chosen_language(request: HttpRequest) -> str:
    """The language of the cookie; the source language for the API and for whoever has not chosen."""
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in LANGUAGES and not request.path.startswith(API) else settings.LANGUAGE_CODE


def western_marks(page: str) -> str:
    """Templates join what they show with Chinese marks; those that stand beside no Chinese become Western ones.

    Tags, what is typed into a form and marks inside Chinese data (names, reasons) stay as they are.
    """
    parts = KEPT.split(page)
    # split() gives text, tag, name of the tag, text, …
    for place in range(0, len(parts), 3):
        parts[place] = _western(parts[place])
    return "".join(part for place, part in enumerate(parts) if part and place % 3 != 2)


def in_chinese(view: View) -> View:
    """For a view that gives out a file: files go to offices that read Chinese, whatever the reader's language is."""

    @functools.wraps(view)
    def speaking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            return view(request, *args, **kwargs)

    return speaking


def _western(text: str) -> str:
    if not text.strip():
        return text
    text = IN_BRACKETS.sub(lambda found: f" ({found[1] or found[2] or ''}) ", text)
    if text.count("（") != text.count("）"):  # its other half stands behind a tag
        text = LONE_BRACKET.sub(lambda found: BRACKETS[found[0]], text)
    text = BETWEEN.sub(lambda found: MARKS[found[1]], LOOSE.sub("", text))
    return LOOSE.sub("", text)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language, then go back to where one came from; nothing is written on the server."""
    if request.method == "POST" and request.POST.get("language") in LANGUAGES:
        response = redirect(_back(request, request.POST.get("next", "")))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, request.POST["language"], max_age=settings.LANGUAGE_COOKIE_AGE,
            httponly=True, samesite="Lax", secure=request.is_secure(),
        )  # fmt: skip
        return response
    context = {"languages": settings.LANGUAGES, "next": _back(request, request.META.get("HTTP_REFERER", ""))}
    return render(request, "shell/language.html", context)


def _back(request: HttpRequest, wanted: str) -> str:
    """``wanted`` if it is an address of this very site, else 首页."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else "/"
