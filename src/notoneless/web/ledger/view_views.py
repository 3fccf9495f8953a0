"""存为我的视图, 选列: what a person keeps of a ledger."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from notoneless.common.errors import Fault
from notoneless.flows.ledger import LEDGERS
from notoneless.flows.ledger_columns import COLUMNS, MOST_COLUMNS, columns_of
from notoneless.org.lists import choose_columns, chosen_columns, list_views, remove_view, save_view
from notoneless.org.permissions import Permission
from notoneless.web.ledger.asking import Asked, read_address
from notoneless.web.ledger.forms import ViewForm
from notoneless.web.ledger.tabs import conditions
from notoneless.web.shell.access import requires


@require_http_methods(["GET", "POST"])
@requires(Permission.LEDGER_VIEW)
def save(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the conditions of the address under a name; below it one's own views, each with 删除."""
    asked = read_address(request, name)
    form = ViewForm(request.POST or None)
    query = urlencode(conditions(request.GET))
    if request.method == "POST" and form.is_valid():
        try:
            save_view(
                list_id=asked.ledger.id, list_name=asked.ledger.name, query=query, by=request.user,
                now=timezone.now(), **form.cleaned_data,
            )  # fmt: skip
        except Fault as fault:
            form.add_fault(fault, "name")
        else:
            messages.success(request, _("已保存视图“%(name)s”") % {"name": form.cleaned_data["name"]})
            return redirect(_back(asked, request.GET))
    own = [view for view in list_views(request.user, asked.ledger.id) if view.owner_id == request.user.pk]
    context = {
        "ledger": asked.ledger, "form": form, "conditions": asked.conditions(), "query": query, "own": own,
        "back_url": _back(asked, request.GET),
    }  # fmt: skip
    return render(request, "ledger/save_view.html", context)


@require_POST
@requires(Permission.LEDGER_VIEW)
def remove(request: HttpRequest, name: str, view_id: int) -> HttpResponse:
    """Forget one's own view."""
    asked = read_address(request, name)
    remove_view(view_id=view_id, list_name=asked.ledger.name, by=request.user, now=timezone.now())
    messages.success(request, _("已删除视图"))
    return redirect("ledger:page", asked.ledger.id)


@require_http_methods(["GET", "POST"])
@requires(Permission.LEDGER_VIEW)
def columns(request: HttpRequest, name: str) -> HttpResponse:
    """Choose the columns of a ledger, twelve at most: more do not fit on paper. Remembered for this person."""
    asked = read_address(request, name)
    shown = [column.id for column in columns_of(asked.ledger, chosen_columns(request.user, asked.ledger.id))]
    if request.method == "POST":
        wanted = [] if "usual" in request.POST else [one for one in COLUMNS if one in request.POST.getlist("column")]
        if len(wanted) <= MOST_COLUMNS:
            choose_columns(
                list_id=asked.ledger.id, list_name=LEDGERS[name].name, columns=wanted, by=request.user,
                now=timezone.now(),
            )  # fmt: skip
            return redirect(_back(asked, request.GET))
        messages.warning(request, _("最多选 %(most)s 列，再多 A4 纸横着也放不下") % {"most": MOST_COLUMNS})
        shown = wanted
    context = {
        "ledger": asked.ledger, "columns": [(column, column.id in shown) for column in COLUMNS.values()],
        "most": MOST_COLUMNS, "back_url": _back(asked, request.GET),
    }  # fmt: skip
    return render(request, "ledger/columns.html", context)


def _back(asked: Asked, query: QueryDict) -> str:
    """The same list again."""
    page = reverse("ledger:page", args=[asked.ledger.id])
    return f"{page}?{query.urlencode()}" if query else page
