"""追数字: the figures of a sweep → their rows → one child's rows in the lists → the cells, all masked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notoneless.audit.records.queries import list_samples
from notoneless.check.core import load_checks
from notoneless.check.records import queries
from notoneless.common.errors import Fault
from notoneless.flows import audit_rows
from notoneless.flows.check_rows import ORDER, RowFilter, count_rows
from notoneless.org.permissions import Permission
from notoneless.web.audit import presenters
from notoneless.web.audit.forms import CaseForm, ChildForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import chosen, filter_panel
from notoneless.web.shell.table_paging import table_page

SWEEPS_SHOWN = 12


@require_safe
@requires(Permission.AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Where an audit begins."""
    context = {
        "sweeps": queries.list_sweeps(request.user)[:SWEEPS_SHOWN],
        "samples": list_samples(request.user)[:5],
        "case_form": CaseForm(),
        "child_form": ChildForm(),
    }
    return render(request, "audit/index.html", context)


@require_safe
@requires(Permission.AUDIT)
def sweep_page(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """The figures of one sweep, each the way to its rows; and the digests that prove its files."""
    sweep = queries.get_sweep(request.user, sweep_id)
    lines = presenters.check_lines(queries.get_counts(request.user, sweep))
    inputs = sweep.inputs.select_related("delivery").order_by("delivery__kind", "delivery_id")
    return render(request, "audit/sweep.html", {"sweep": sweep, "lines": lines, "inputs": inputs})


@require_safe
@requires(Permission.AUDIT)
def check_page(request: HttpRequest, sweep_id: str, check_id: str) -> HttpResponse:
    """The rows behind one figure."""
    sweep, check = queries.get_sweep(request.user, sweep_id), load_checks().get(check_id)
    if check is None or not queries.has_results(sweep, check.id):
        raise Fault("E704", where=check_id)
    everything = presenters.facets(*count_rows(request.user, sweep, check.id, RowFilter()))
    picked = {facet.param: chosen(request.GET, facet) for facet in everything}
    narrowed = RowFilter(picked["state"], picked.get("town", []))
    facets = presenters.facets(*count_rows(request.user, sweep, check.id, narrowed))
    rows = audit_rows.open_rows(request.user, sweep, check, narrowed, now=timezone.now())
    page = table_page(rows, order=ORDER, query=request.GET)
    context = {
        "sweep": sweep,
        "check": check,
        "filters": filter_panel(request.GET, facets),
        "page": page,
        "rows": presenters.row_lines(page.rows),
        "total": rows.num_rows,
    }
    return render(request, "audit/check.html", context)


@require_safe
@requires(Permission.AUDIT)
def child_page(request: HttpRequest, sweep_id: str, audited_child: str) -> HttpResponse:
    """The rows of lists that one child of a sweep is made of, with hashes and masked cells."""
    sweep = queries.get_sweep(request.user, sweep_id)
    child = audit_rows.open_child(request.user, sweep, audited_child, now=timezone.now())
    return render(request, "audit/child.html", {"sweep": sweep, "child": child, "answers": _answers(sweep, child)})


@require_POST
@requires(Permission.AUDIT)
def check_row(request: HttpRequest, sweep_id: str, audited_child: str, row_key: str) -> HttpResponse:
    """Recompute the hashes of the delivery behind one row."""
    sweep = queries.get_sweep(request.user, sweep_id)
    row, whole = audit_rows.check_delivery(request.user, sweep, audited_child, row_key, now=timezone.now())
    context = {"sweep": sweep, "child_id": audited_child, "row": row, "whole": whole}
    return render(request, "audit/row.html", context)


def _answers(sweep: object, child: audit_rows.AuditedChild) -> list[dict[str, str]]:
    known = load_checks()
    found = queries.get_results_of_child(sweep, child.child_id, list(known))  # type: ignore[arg-type]
    lines = presenters.row_lines(
        {**row, "name": child.name, "place_code": child.place_code, "school_name": child.school} for row in found
    )
    return [{**line, "check": known[row["check_id"]].name} for line, row in zip(lines, found, strict=True)]
