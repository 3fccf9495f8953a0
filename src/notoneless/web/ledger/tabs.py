"""The tabs of a ledger: the other ledgers, and its views — shipped ones, one's own, those of the unit."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from notoneless.flows.ledger import FACETS, LEDGERS, Ledger
from notoneless.org.lists import list_views
from notoneless.org.models import User
from notoneless.web.ledger.asking import Asked
from notoneless.web.shell.narrowing import inside


@dataclass(frozen=True)
class Tab:
    """A link of a row of tabs; ``by`` is who shares a view."""

    name: str
    url: str
    current: bool
    by: str = ""


def ledger_tabs(request: HttpRequest, asked: Asked) -> list[Tab]:
    """The ledgers, each with the view that this person's role sees first, all inside the same part of the tree."""
    return [
        Tab(one.name, inside(first_url(one, request.user), asked.part.code), one == asked.ledger)
        for one in LEDGERS.values()
    ]


def first_url(ledger: Ledger, user: User) -> str:
    """Where a person of this role comes in."""
    query, page = ledger.first_query(user.role), reverse("ledger:page", args=[ledger.id])
    return f"{page}?{query}" if query else page


def view_tabs(request: HttpRequest, asked: Asked) -> list[Tab]:
    """Everything without conditions, then the views; the current one is that with the conditions of the address."""
    now = conditions(request.GET)
    page = reverse("ledger:page", args=[asked.ledger.id])
    found = [Tab(_("全部"), inside(page, asked.part.code), not now)]
    for view in asked.ledger.views:
        found.append(_tab(view.name, view.query, page, asked, now))
    for view in list_views(request.user, asked.ledger.id):
        by = "" if view.owner_id == request.user.pk else view.owner.display_name
        found.append(_tab(view.name, view.query, page, asked, now, by))
    return found


def conditions(query: QueryDict) -> list[tuple[str, str]]:
    """The filters of an address, in one order: what makes two views the same. Nothing typed, pasted or paged."""
    return sorted((name, value) for name in FACETS for value in query.getlist(name) if value)


def _tab(name: str, query: str, page: str, asked: Asked, now: list[tuple[str, str]], by: str = "") -> Tab:
    return Tab(name, inside(f"{page}?{query}", asked.part.code), conditions(QueryDict(query)) == now, by)
