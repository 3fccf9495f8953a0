"""台账: the working lists; the address is the filter, the file and the paper hold exactly what is seen."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.case.core.states import State, state_name
from notoneless.check.core import load_checks
from notoneless.check.records.queries import get_shown_sweep
from notoneless.common.errors import Fault
from notoneless.flows.find_children import find_pasted, is_number, pasted_parts
from notoneless.flows.ledger import LEDGERS, LedgerRow, attach, ledger_rows, list_ledger
from notoneless.link.records.models import Child
from notoneless.org.permissions import Permission, may
from notoneless.web.ledger.asking import Asked, keep_pasted, panel_facets, read_address, without
from notoneless.web.ledger.forms import PasteForm, SearchForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import Described, download_table
from notoneless.web.shell.filters import Chip, FilterPanel, filter_panel
from notoneless.web.shell.paging import keyset_page

ORDER = ("place_code", "id")
MOST_EXPORTED = 5000
MOST_PRINTED = 1000
STATE_KINDS = {
    State.TO_VERIFY: "todo",
    State.CONFIRMED: "bad",
    State.PERSUADING: "doing",
    State.RETURNED: "doing",
    State.RECHECKING: "doing",
    State.TRANSFERRING: "doing",
}


@require_safe
@requires(Permission.LEDGER_VIEW)
def ledgers(request: HttpRequest) -> HttpResponse:
    """Every ledger with what it holds and how many children are on it."""
    lines = [(ledger, list_ledger(request.user, ledger, {}).count()) for ledger in LEDGERS.values()]
    return render(request, "ledger/all.html", {"lines": lines})


@require_safe
@requires(Permission.LEDGER_VIEW)
def ledger_page(request: HttpRequest, name: str) -> HttpResponse:
    """One ledger: filters with counts, chips, keyset pages."""
    asked = read_address(request, name)
    if is_number(request.GET.get("q", "")):
        messages.info(request, _("身份证号、手机号请贴到“粘贴名单”里查，这样号码不会留在网址里"))
        return redirect(f"{request.path}?{without(request.GET, 'q')}")
    children = list_ledger(request.user, asked.ledger, asked.filters)
    page = keyset_page(children, order=ORDER, query=request.GET)
    facets, cut = panel_facets(request, asked)
    total = children.count()
    context = {
        "ledger": asked.ledger,
        "ledgers": LEDGERS.values(),
        "filters": _panel(request, asked, filter_panel(request.GET, facets)),
        "cut": cut,
        "page": page,
        "lines": _lines(attach(page.rows)),
        "total": total,
        "too_many": max(0, total - MOST_EXPORTED),
        "search": SearchForm(request.GET),
        "kept": _kept(request),
        "paste": PasteForm(),
        "query": without(request.GET),
        "may_export": may(request.user, Permission.LEDGER_EXPORT),
    }
    return render(request, "ledger/page.html", context)


@require_POST
@requires(Permission.LEDGER_VIEW)
def paste(request: HttpRequest, name: str) -> HttpResponse:
    """A pasted list becomes a filter; what was pasted is forgotten, only the ids of the children found are kept."""
    asked = read_address(request, name)
    form = PasteForm(request.POST)
    address = reverse("ledger:page", args=[asked.ledger.id])
    if not form.is_valid():
        messages.error(request, _("没有粘贴任何内容"))
        return redirect(address)
    try:
        found = find_pasted(request.user, form.cleaned_data["text"], now=timezone.now())
    except Fault as fault:
        messages.error(request, fault.message)
        return redirect(address)
    token = secrets.token_hex(4)
    keep_pasted(request, token, found)
    parts = len(pasted_parts(form.cleaned_data["text"]))
    said = _("粘贴 %(parts)s 个，在您的辖区找到 %(found)s 名孩子；下面是其中在本台账上的")
    messages.info(request, said % {"parts": parts, "found": len(found)})
    return redirect(f"{address}?list={token}")


@require_safe
@requires(Permission.LEDGER_EXPORT)
def export(request: HttpRequest, name: str) -> HttpResponse:
    """All rows of the list as filtered, in its order, as xlsx (with 导出说明) or csv; never cut silently."""
    asked, children = _all_rows(request, name, MOST_EXPORTED)
    now = timezone.now()
    header, rows = ledger_rows(request.user, asked.ledger, children, now=now)
    return download_table(request.GET.get("format", ""), header, rows, _described(request, asked))


@require_safe
@requires(Permission.LEDGER_EXPORT)
def print_view(request: HttpRequest, name: str) -> HttpResponse:
    """The whole list on A4 landscape, heads repeated, a line for signatures. Counts as an export in the trail."""
    asked, children = _all_rows(request, name, MOST_PRINTED)
    ledger_rows(request.user, asked.ledger, children, now=timezone.now())
    context = {
        "ledger": asked.ledger,
        "lines": _lines(attach(children)),
        "conditions": asked.conditions(),
        "back_url": f"{reverse('ledger:page', args=[asked.ledger.id])}?{without(request.GET)}",
    }
    return render(request, "ledger/print.html", context)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What a new search keeps of the address."""
    names = [key for key in request.GET if key not in ("q", "after", "before")]
    return [(key, value) for key in names for value in request.GET.getlist(key)]


def _all_rows(request: HttpRequest, name: str, most: int) -> tuple[Asked, QuerySet[Child]]:
    """The whole filtered list. Raises E823 when it is longer than ``most``."""
    asked = read_address(request, name)
    children = list_ledger(request.user, asked.ledger, asked.filters)
    total = children.count()
    if total > most:
        raise Fault("E823", where=asked.ledger.name, rows=f"{total:,}", limit=f"{most:,}")
    return asked, children


def _described(request: HttpRequest, asked: Asked) -> Described:
    sweep = get_shown_sweep(request.user)
    as_of = sweep.as_of if sweep else None
    return Described(asked.ledger.name, asked.conditions(), as_of, request.user, timezone.now())


def _panel(request: HttpRequest, asked: Asked, panel: FilterPanel) -> FilterPanel:
    """The panel with chips also for the search words and the pasted list."""
    chips = list(panel.chips)
    if words := asked.filters.get("q"):
        chips.insert(0, Chip(f"{_('查找')}：{words[0]}", f"?{without(request.GET, 'q')}"))
    if asked.pasted is not None:
        chips.append(
            Chip(_("粘贴的 %(number)s 人") % {"number": len(asked.pasted)}, f"?{without(request.GET, 'list')}")
        )
    return FilterPanel(panel.lines, chips, request.path)


def _lines(rows: list[LedgerRow]) -> list[Mapping[str, object]]:
    checks = load_checks()
    return [
        {
            "row": row,
            "gaps": [(checks[gap.check_id].name, gap.reason) for gap in row.gaps],
            "state": state_name(row.case.state) if row.case else "",
            "state_kind": STATE_KINDS.get(State(row.case.state), "todo") if row.case else "",
        }
        for row in rows
    ]
