"""帮助: texts and errors by their words, and the card of a role."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from notoneless.common.errors import Fault
from notoneless.web.help import presenters
from notoneless.web.shell.access import public, signed_in


@require_safe
@public
def index(request: HttpRequest) -> HttpResponse:
    """Texts and errors that hold the words of the address."""
    words = request.GET.get("q", "")
    context = {
        "texts": presenters.help_texts(words),
        "topics": presenters.help_topics(words),
        "cards": presenters.card_names(),
        "words": words,
    }
    return render(request, "help/index.html", context)


@require_safe
@signed_in
def card(request: HttpRequest, role_id: str) -> HttpResponse:
    """One role on one page of A4. Raises E704 for a role that there is not."""
    found = presenters.card(role_id)
    if found is None:
        raise Fault("E704", where=role_id)
    return render(request, "help/card.html", {"card": found})
