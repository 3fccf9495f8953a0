"""查找: the box in the top bar. What was typed is posted; only words that are no number go on into an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.flows.find_children import MOST_FOUND, Found, find_by_number, find_by_words
from notoneless.link.records.search import is_number
from notoneless.org.permissions import Permission
from notoneless.web.shell.access import requires
from notoneless.web.shell.errors import csrf_failed

MOST_LETTERS = 50


# The frame carries no form token, so that two pages which must not differ do not (web/README.md). A search changes
# nothing; that no other site sends one for somebody is seen to by the cookie's SameSite and by the origin here.
@csrf_exempt
@require_POST
@requires(Permission.CHILD_VIEW)
def find(request: HttpRequest) -> HttpResponse:
    """One hit of a number opens its file; several are listed here; other words go on to the address of their list."""
    if not _from_here(request):
        return csrf_failed(request, "origin")
    words = request.POST.get("q", "").strip()[:MOST_LETTERS]
    if not is_number(words):
        return redirect(f"{reverse('child:search')}?{_query(words)}")
    try:
        found = find_by_number(request.user, words, now=timezone.now())
    except Fault as fault:
        return _page(request, fault=fault, status=422)
    if len(found.children) == 1:
        return redirect("child:page", child_id=found.children[0].pk)
    return _page(request, found, by_number=True)


@require_safe
@requires(Permission.CHILD_VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """Children, places and schools that the words fit. A number in the address is not looked up."""
    words = request.GET.get("q", "").strip()[:MOST_LETTERS]
    if not words or is_number(words):
        return _page(request, refused=bool(words))
    return _page(request, find_by_words(request.user, words))


def _page(
    request: HttpRequest,
    found: Found | None = None,
    *,
    by_number: bool = False,
    refused: bool = False,
    fault: Fault | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"found": found, "by_number": by_number, "refused": refused, "fault": fault, "most": MOST_FOUND}
    return render(request, "child/search.html", context, status=status)


def _from_here(request: HttpRequest) -> bool:
    """Whether the form was sent by a page of this site; a browser that does not say is believed."""
    origin = request.headers.get("Origin", "")
    return origin in ("", f"{request.scheme}://{request.get_host()}")


def _query(words: str) -> str:
    query = QueryDict(mutable=True)
    query["q"] = words
    return query.urlencode()
