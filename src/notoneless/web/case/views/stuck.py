"""卡住的个案: which cases do not move, why, and whose turn it is."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notoneless.case.core.stuck import load_reasons
from notoneless.case.records.queries import rules_on, stuck_on, visible_stuck
from notoneless.org.permissions import Permission
from notoneless.web.case import unit_presenters
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.paging import keyset_page


@require_safe
@requires(Permission.CASE_VIEW)
def stuck(request: HttpRequest) -> HttpResponse:
    """Those that wait for this person, or (``?whose=all``) all in sight; ``?reason=`` narrows. As of last night."""
    whose = "all" if request.GET.get("whose") == "all" else "mine"
    rows = {"mine": stuck_on(request.user), "all": visible_stuck(request.user)}
    reasons = load_reasons(rules_on(timezone.localdate()).pack)
    counted = dict(rows[whose].order_by().values_list("reason").annotate(Count("pk")))
    facet = Facet(
        "reason", _("为什么"), [(code, reasons[code].name, n) for code, n in counted.items() if code in reasons]
    )
    found, wanted = rows[whose], chosen(request.GET, facet)
    if wanted:
        found = found.filter(reason__in=wanted)
    page = keyset_page(found.select_related("case__child", "turn_user"), order=("since", "id"), query=request.GET)
    context = {
        "whose": whose,
        "page": page,
        "lines": unit_presenters.stuck_lines(page.rows, reasons, timezone.localdate()),
        "counts": {name: some.values("case").distinct().count() for name, some in rows.items()},
        "filters": filter_panel(request.GET, [facet] if len(counted) > 1 or wanted else []),
    }
    return render(request, "case/stuck.html", context)
