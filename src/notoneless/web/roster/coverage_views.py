"""名册新旧: which township or school rests on which list, and where a list is old or missing."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notoneless.check.core.lists import list_name
from notoneless.flows.coverage import Coverage, coverage
from notoneless.org.permissions import Permission
from notoneless.policy.places import Places, town_of
from notoneless.roster.core.freshness import Line, State
from notoneless.roster.records.queries import list_deliveries
from notoneless.web.roster import quality_presenters as presenters
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import Described, download_table
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.language import in_chinese

MOST_TOWNS = 30  # options of a filter; a city's schools are filtered by state only


@require_safe
@requires(Permission.ROSTER_VIEW)
def coverage_page(request: HttpRequest, kind: str) -> HttpResponse:
    """Every unit in sight with its list; state and township are filters in the address."""
    found = coverage(request.user, kind, _as_of(request))
    facets = _facets(found)
    lines = _chosen(request, found, facets)
    ids = [line.newest.id for line in lines if line.newest]
    seen = set(list_deliveries(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    context = {
        "found": found,
        "name": list_name(found.kind.id),
        "by_school": found.kind.unit == "school",
        "filters": filter_panel(request.GET, facets),
        "lines": presenters.coverage_lines(lines, seen),
        "counts": {state.value: len(found.having(state)) for state in State},
        "loose": [one for one in presenters.loose_rows(found.partly) if one.id in seen or not request.user.sender],
        "seen": seen,
        "query": request.GET.urlencode(),
    }
    return render(request, "roster/coverage.html", context)


@require_safe
@requires(Permission.ROSTER_VIEW)
@in_chinese
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The table as filtered, as xlsx or csv; it names no person."""
    found = coverage(request.user, kind, _as_of(request))
    facets = _facets(found)
    lines = presenters.coverage_lines(_chosen(request, found, facets), set())
    header = [
        _("代码"),
        _("名称"),
        _("乡镇"),
        _("情况"),
        _("数据时点"),
        _("距今天数"),
        _("行数"),
        _("送达单位"),
        _("另有"),
    ]
    conditions = [(_("多少天内算新"), str(found.fresh_days))]
    conditions += [
        (facet.label, "、".join(map(str, _labels(request, facet)))) for facet in facets if chosen(request.GET, facet)
    ]
    about = Described(
        _("%(name)s新旧") % {"name": list_name(kind)}, conditions, found.as_of, request.user, timezone.now()
    )
    return download_table(request.GET.get("format", ""), header, [_row(one) for one in lines], about)


def _row(one: presenters.CoverageLine) -> list[str]:
    newest = one.line.newest
    rows = "" if one.line.rows is None else str(one.line.rows)
    told = [newest.as_of.isoformat(), str(one.line.days), rows, newest.sender] if newest else [""] * 4
    return [one.line.unit.code, one.line.unit.name, one.town, one.word, *told, one.others]


def _as_of(request: HttpRequest) -> dt.date:
    """The day in the address, else today."""
    try:
        return dt.date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return timezone.localdate()


def _facets(found: Coverage) -> list[Facet]:
    names = presenters.state_names()
    facets = [Facet("state", _("情况"), [(state, name, len(found.having(state))) for state, name in names.items()])]
    towns = sorted({town_of(line.unit.place_code) for line in found.lines})
    if found.kind.unit == "school" and 1 < len(towns) <= MOST_TOWNS:
        facets.append(Facet("town", _("乡镇"), [(code, Places.load().label(code), None) for code in towns]))
    return facets


def _chosen(request: HttpRequest, found: Coverage, facets: list[Facet]) -> list[Line]:
    wanted = {facet.param: chosen(request.GET, facet) for facet in facets}
    states, towns = wanted["state"], wanted.get("town", [])
    return [
        line
        for line in found.lines
        if (not states or line.state in states) and (not towns or town_of(line.unit.place_code) in towns)
    ]


def _labels(request: HttpRequest, facet: Facet) -> list[str]:
    wanted = chosen(request.GET, facet)
    return [label for value, label, _count in facet.values if value in wanted]
