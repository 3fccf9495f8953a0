"""台账: the working lists; the address is the filter. Files and paper: export_views.py; views and columns:
view_views.py; 派单: assign_views.py."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.common.errors import Fault
from notoneless.flows.find_pasted import find_pasted
from notoneless.flows.ledger import LEDGERS, attach
from notoneless.flows.ledger_columns import columns_of
from notoneless.flows.ledger_counts import by_case, count_ledger, length
from notoneless.link.records.search import is_number
from notoneless.org.lists import chosen_columns
from notoneless.org.permissions import Permission, may
from notoneless.web.ledger import cells
from notoneless.web.ledger.asking import PASTED, Asked, keep_pasted, panel_facets, read_address, without
from notoneless.web.ledger.export_views import MOST_AT_ONCE
from notoneless.web.ledger.forms import PasteForm, SearchForm
from notoneless.web.ledger.pages import listed_page
from notoneless.web.ledger.tabs import ledger_tabs, view_tabs
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import Chip, FilterPanel, filter_panel
from notoneless.web.shell.kept_pages import kept_page
from notoneless.web.shell.narrowing import part_chips


@require_safe
@requires(Permission.LEDGER_VIEW)
def ledgers(request: HttpRequest) -> HttpResponse:
    """Every ledger with what it holds and how many children are on it."""
    today = timezone.localdate()
    lines = [(ledger, length(request.user, ledger, today)) for ledger in LEDGERS.values()]
    return render(request, "ledger/all.html", {"lines": lines})


@require_safe
@requires(Permission.LEDGER_VIEW)
@kept_page(unless=(PASTED,))
def ledger_page(request: HttpRequest, name: str) -> HttpResponse:
    """One ledger: views, filters with counts, chips, keyset pages. No form token and no trail: the page is kept."""
    asked = read_address(request, name)
    if is_number(request.GET.get("q", "")):
        messages.info(request, _("身份证号、手机号请在最上面的框里查，这样号码不会留在网址里"))
        return redirect(f"{request.path}?{without(request.GET, 'q')}")
    numbers = count_ledger(asked.user, asked.ledger, asked.filters, asked.today)
    facets, cut = panel_facets(asked, numbers)
    page = listed_page(asked, request.GET)
    columns = columns_of(asked.ledger, chosen_columns(request.user, asked.ledger.id))
    selecting = may(request.user, Permission.CASE_ASSIGN) and by_case(asked.ledger, asked.filters)
    context = {
        "ledger": asked.ledger,
        "ledgers": ledger_tabs(request, asked),
        "views": view_tabs(request, asked),
        "filters": _panel(request, asked, filter_panel(request.GET, facets)),
        "cut": cut,
        "page": page,
        "head": cells.head(columns, selecting),
        "body": cells.body(columns, attach(page.rows), selecting),
        "selecting": selecting,
        "total": numbers.total,
        "export_at_once": numbers.total <= MOST_AT_ONCE,
        "search": SearchForm(request.GET),
        "kept": _kept(request),
        "query": without(request.GET),
        "may_export": may(request.user, Permission.LEDGER_EXPORT),
    }
    return render(request, "ledger/page.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.LEDGER_VIEW)
def paste(request: HttpRequest, name: str) -> HttpResponse:
    """A pasted list becomes a filter; what was pasted is forgotten, only the ids of the children found are kept."""
    asked = read_address(request, name)
    form = PasteForm(request.POST or None)
    if not form.is_valid():
        return render(request, "ledger/paste.html", {"ledger": asked.ledger, "form": form})
    try:
        found = find_pasted(request.user, form.cleaned_data["text"], now=timezone.now())
    except Fault as fault:
        form.add_fault(fault)
        return render(request, "ledger/paste.html", {"ledger": asked.ledger, "form": form}, status=422)
    token = secrets.token_hex(4)
    keep_pasted(request, token, found.found)
    here = f"{reverse('ledger:page', args=[asked.ledger.id])}?{PASTED}={token}"
    if found.missing or found.several or found.beyond:
        return render(request, "ledger/pasted.html", {"ledger": asked.ledger, "found": found, "here": here})
    messages.info(request, _("粘贴的 %(parts)s 个都找到了；下面是其中在本台账上的") % {"parts": found.wanted})
    return redirect(here)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What a new search keeps of the address."""
    names = [key for key in request.GET if key not in ("q", "after", "before")]
    return [(key, value) for key in names for value in request.GET.getlist(key)]


def _panel(request: HttpRequest, asked: Asked, panel: FilterPanel) -> FilterPanel:
    """The panel with chips also for the part of the tree, the search words and the pasted list."""
    chips = part_chips(request.GET) + list(panel.chips)
    if words := asked.filters.get("q"):
        chips.insert(0, Chip(f"{_('查找')}：{words[0]}", f"?{without(request.GET, 'q')}"))
    if asked.pasted is not None:
        chips.append(
            Chip(_("粘贴的 %(number)s 人") % {"number": len(asked.pasted)}, f"?{without(request.GET, 'list')}")
        )
    return FilterPanel(panel.lines, chips, request.path)
