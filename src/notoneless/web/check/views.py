"""核查: one check of one sweep: what it asks, why, what it rests on, down from the whole to the children."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notoneless.check.core import CheckDefinition
from notoneless.check.records import queries
from notoneless.check.records.models import CheckCount, Sweep
from notoneless.common.errors import Fault
from notoneless.flows import check_drill, check_rows
from notoneless.flows.change_counts import changes_at
from notoneless.flows.check_drill import DrillLine, Spot
from notoneless.flows.check_rows import RowFilter
from notoneless.link.records.queries import list_children
from notoneless.org.permissions import Permission, may
from notoneless.web.check import presenters
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import Described, download_table
from notoneless.web.shell.filters import EMPTY, Facet, chosen, filter_panel
from notoneless.web.shell.language import in_chinese
from notoneless.web.shell.table_paging import table_page


@dataclass(frozen=True)
class Asked:
    """What an address asks of a check: where, which states, and the parts of which the numbers there are made.

    ``town_rows``: every row of the township, once it was read for its schools.
    """

    sweep: Sweep
    check: CheckDefinition
    counts: list[CheckCount]
    spot: Spot
    lines: list[DrillLine]
    numbers: dict[str, int]
    facet: Facet
    narrowed: RowFilter
    town_rows: pa.Table | None

    @property
    def towns(self) -> list[str]:
        """Every township that was counted in the reader's scope."""
        return [one.place_code for one in self.counts]


@require_safe
@requires(Permission.SWEEP_VIEW)
def check_page(request: HttpRequest, sweep_id: str, check_id: str) -> HttpResponse:
    """The check's numbers and reasons; the children behind them for those who may see children."""
    asked = _asked(request, sweep_id, check_id)
    sweep, check, spot = asked.sweep, asked.check, asked.spot
    counties = len({check_drill.county_of(town) for town in asked.towns})
    context = {
        "sweep": sweep,
        "check": check,
        "why": presenters.why(check, sweep),
        "why_open": "why" in request.GET or not may(request.user, Permission.CHILD_VIEW),
        "numbers": asked.numbers if asked.counts else None,
        "missing_lists": next((one.missing_lists for one in asked.counts if one.missing_lists), []),
        "crumbs": presenters.crumbs(spot, counties, asked.lines),
        "here": presenters.spot_query(spot),
        "urls": presenters.state_urls(spot),
        "level": asked.lines[0].level if asked.lines else "",
        "parts": presenters.drill_rows(asked.lines if spot.school is None else [], spot),
        "change": _changes(request, asked),
        "may_see_rows": may(request.user, Permission.CHILD_VIEW),
        "may_export": may(request.user, Permission.LEDGER_EXPORT),
        "query": request.GET.urlencode(),
    }
    if context["may_see_rows"]:
        rows = _rows(request, asked)
        page = table_page(rows, order=check_rows.ORDER, query=request.GET)
        ids = [row["child_id"] for row in page.rows]
        openable = set(list_children(request.user).filter(pk__in=ids).values_list("pk", flat=True))
        context |= {
            "filters": filter_panel(request.GET, [asked.facet]),
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
    asked = _asked(request, sweep_id, check_id)
    sweep, check, facet = asked.sweep, asked.check, asked.facet
    now = timezone.now()
    header, rows = check_rows.export_check_rows(request.user, sweep, check, asked.narrowed, now=now)
    labels = {value: label for value, label, _count in facet.values}
    states = "、".join(str(labels[value]) for value in chosen(request.GET, facet)) or _("全部")
    where = " › ".join(str(crumb.name) for crumb in presenters.crumbs(asked.spot, 1, asked.lines))
    conditions = [(_("摸排"), sweep.pk), (_("核查"), check.name), (facet.label, states), (_("范围"), where)]
    about = Described(check.name, conditions, sweep.as_of, request.user, now)
    return download_table(request.GET.get("format", ""), header, rows, about)


def _asked(request: HttpRequest, sweep_id: str, check_id: str) -> Asked:
    """The sweep in sight, the check, and what the address narrows the rows to. Raises E704."""
    sweep, check = queries.get_sweep(request.user, sweep_id), presenters.get_check(check_id)
    if not queries.has_results(sweep, check.id):
        raise Fault("E704", where=check_id)
    counts = queries.get_counts_by_place(request.user, sweep, check.id)
    towns = [one.place_code for one in counts]
    spot = _spot(request, towns)
    lines, numbers, rows = check_drill.parts(counts, spot), check_drill.sums(counts, spot), None
    if spot.town and may(request.user, Permission.CHILD_VIEW):
        rows = check_rows.read_check_rows(request.user, sweep, check.id, RowFilter(towns=[spot.town]))
        lines = check_drill.schools(rows)
    if spot.school is not None:
        numbers = check_drill.numbers_of([one for one in lines if one.code == spot.school])
    facet = presenters.state_facet(numbers)
    narrowed = check_drill.narrowed_to(towns, spot, chosen(request.GET, facet))
    return Asked(sweep, check, counts, spot, lines, numbers, facet, narrowed, rows)


def _rows(request: HttpRequest, asked: Asked) -> pa.Table:
    if asked.town_rows is not None:
        return check_rows.narrow_rows(asked.town_rows, asked.narrowed)
    return check_rows.read_check_rows(request.user, asked.sweep, asked.check.id, asked.narrowed)


def _spot(request: HttpRequest, towns: list[str]) -> Spot:
    """Where the address stands; a school only for those who may see children, a school's number being so small."""
    asked = request.GET.get("school") if may(request.user, Permission.CHILD_VIEW) else None
    school = "" if asked == EMPTY else asked
    return check_drill.spot_of(towns, request.GET.get("county", ""), request.GET.get("town", ""), school)


def _changes(request: HttpRequest, asked: Asked) -> dict[str, int] | None:
    """New, gone and unchanged gaps at the spot; None for a first sweep and for a school."""
    if asked.spot.school is not None:
        return None
    found = changes_at(request.user, asked.sweep, asked.spot)
    return found[asked.check.id] if found else None
