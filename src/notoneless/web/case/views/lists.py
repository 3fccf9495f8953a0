"""The list of cases: ready-made views, filters, pages, and the boxes for 派单 of several at once."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notoneless.org.permissions import Permission, may
from notoneless.web.case import asking
from notoneless.web.case.presenters import case_lines
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import PAGING, Chip, FilterPanel, filter_panel
from notoneless.web.shell.narrowing import chosen_part, inside, narrowed_user, part_chips
from notoneless.web.shell.paging import keyset_page

ORDER = ("due_date", "id")


@require_safe
@requires(Permission.CASE_VIEW)
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases in sight, the soonest due first; the whole state of the list is its address."""
    today, user, part = timezone.localdate(), narrowed_user(request), chosen_part(request.GET).code
    rows = asking.asked_cases(user, request.GET, today)
    page = keyset_page(rows.select_related("child", "owner"), order=ORDER, query=request.GET)
    view = asking.chosen_view(request.GET)
    kept = request.GET.copy()
    for name in PAGING:
        kept.pop(name, None)
    context = {
        "tabs": [replace(tab, url=inside(tab.url, part)) for tab in asking.tabs(user, request.GET, today)],
        "view": view,
        "view_name": asking.VIEWS[view],
        "filters": _panel(request, filter_panel(request.GET, asking.facets(user, request.GET, today)), view),
        "page": page,
        "lines": case_lines(page.rows),
        "total": rows.count(),
        "today": today,
        "kept": kept.urlencode(),
        "may_refer": may(request.user, Permission.CASE_ASSIGN),
        "may_assign": may(request.user, Permission.CASE_ASSIGN) and view != "closed",
    }
    return render(request, "case/list.html", context)


def _panel(request: HttpRequest, panel: FilterPanel, view: str) -> FilterPanel:
    """The panel whose "clear" keeps the view, with a chip for a view that is not the usual one."""
    chips = part_chips(request.GET) + list(panel.chips)
    if view != "open":
        rest = request.GET.copy()
        for name in ("view", *PAGING):
            rest.pop(name, None)
        chips.insert(0, Chip(str(asking.VIEWS[view]), f"?{rest.urlencode()}"))
    return FilterPanel(panel.lines, chips, request.path)
