"""核查: one check of one sweep: what it asks, why, what it rests on, and the children behind its numbers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notoneless.check.core import CheckDefinition
from notoneless.check.records import queries
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.flows import check_rows
from notoneless.flows.check_rows import RowFilter
from notoneless.link.records.queries import list_children
from notoneless.org.permissions import Permission, may
from notoneless.web.check import presenters
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import Described, download_table
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.language import in_chinese
from notoneless.web.shell.table_paging import table_page


@require_safe
@requires(Permission.SWEEP_VIEW)
def check_page(request: HttpRequest, sweep_id: str, check_id: str) -> HttpResponse:
    """The check's numbers and reasons; the children behind them for those who may see children."""
    sweep, check, narrowed, facets = _asked(request, sweep_id, check_id)
    context = {
        "sweep": sweep,
        "check": check,
        "why": presenters.why(check, sweep),
        "numbers": next(
            (row for row in queries.get_counts(request.user, sweep) if row["check_id"] == check.id), None
        ),
        "towns": queries.get_counts_by_place(request.user, sweep, check.id),
        "may_see_rows": may(request.user, Permission.CHILD_VIEW),
        "may_export": may(request.user, Permission.LEDGER_EXPORT),
        "query": request.GET.urlencode(),
    }
    if context["may_see_rows"]:
        rows = check_rows.read_check_rows(request.user, sweep, check.id, narrowed)
        page = table_page(rows, order=check_rows.ORDER, query=request.GET)
        ids = [row["child_id"] for row in page.rows]
        openable = set(list_children(request.user).filter(pk__in=ids).values_list("pk", flat=True))
        context |= {
            "filters": filter_panel(request.GET, facets),
            "page": page,
            "rows": presenters.row_lines(page.rows, openable),
            "total": rows.num_rows,
        }
    return render(request, "check/page.html", context)


@require_safe
@requires(Permission.LEDGER_EXPORT)
@in_chinese
def export(request: HttpRequest, sweep_id: str, check_id: str) -> HttpResponse:
    """The rows as they are listed, as xlsx or csv."""
    sweep, check, narrowed, facets = _asked(request, sweep_id, check_id)
    now = timezone.now()
    header, rows = check_rows.export_check_rows(request.user, sweep, check, narrowed, now=now)
    conditions = [(_("摸排"), sweep.pk), (_("核查"), check.name)]
    conditions += [(facet.label, "、".join(map(str, _names(request, facet))) or _("全部")) for facet in facets]
    about = Described(check.name, conditions, sweep.as_of, request.user, now)
    return download_table(request.GET.get("format", ""), header, rows, about)


def _asked(
    request: HttpRequest, sweep_id: str, check_id: str
) -> tuple[Sweep, CheckDefinition, RowFilter, list[Facet]]:
    """The sweep in sight, the check, and what the address narrows the rows to. Raises E704."""
    sweep, check = queries.get_sweep(request.user, sweep_id), presenters.get_check(check_id)
    if not queries.has_results(sweep, check.id):
        raise Fault("E704", where=check_id)
    everything = presenters.facets(*check_rows.count_rows(request.user, sweep, check.id, RowFilter()))
    picked = {facet.param: chosen(request.GET, facet) for facet in everything}
    narrowed = RowFilter(picked["state"], picked.get("town", []))
    return sweep, check, narrowed, presenters.facets(*check_rows.count_rows(request.user, sweep, check.id, narrowed))


def _names(request: HttpRequest, facet: Facet) -> list[str]:
    labels = {value: label for value, label, _count in facet.values}
    return [labels[value] for value in chosen(request.GET, facet)]
