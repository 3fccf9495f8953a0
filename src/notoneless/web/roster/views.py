"""名册: which lists are in, one batch, revoke. Bringing lists in is in wizard_views.py."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.common.errors import Fault
from notoneless.flows import uploads
from notoneless.flows.coverage import coverages
from notoneless.org.permissions import Permission, may
from notoneless.roster.core import load_kinds, template
from notoneless.roster.records.actions import revoke_delivery
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.permissions import can_revoke
from notoneless.roster.records.queries import get_delivery, list_deliveries, list_open_drafts
from notoneless.web.roster import presenters
from notoneless.web.roster.downloads import download, errors_name, present
from notoneless.web.roster.forms import chosen_kind
from notoneless.web.roster.quality_presenters import coverage_summaries
from notoneless.web.roster.wizard_presenters import correction_lines
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.forms import ReasonForm
from notoneless.web.shell.language import in_chinese
from notoneless.web.shell.paging import keyset_page


@require_safe
@requires(Permission.ROSTER_VIEW)
def center(request: HttpRequest) -> HttpResponse:
    """名册中心: every kind, how fresh its newest list is."""
    current = list_deliveries(request.user).filter(status=Delivery.Status.CURRENT)
    context = {
        "lines": presenters.kind_lines(current, timezone.localdate(), presenters.unit_of(request.user)),
        "may_upload": may(request.user, Permission.ROSTER_UPLOAD),
        "waiting": list_open_drafts(request.user).count(),
        "coverage": coverage_summaries(coverages(request.user, timezone.localdate())),
    }
    return render(request, "roster/center.html", context)


@require_safe
@requires(Permission.ROSTER_VIEW)
def batches(request: HttpRequest) -> HttpResponse:
    """All deliveries in sight, newest first; kind and status are filters in the address."""
    facets = [
        Facet("kind", _("种类"), [(kind.id, kind.name, None) for kind in load_kinds().values()]),
        Facet("status", _("状态"), [(value, label, None) for value, label in Delivery.Status.choices]),
    ]
    found = list_deliveries(request.user)
    for facet in facets:
        if values := chosen(request.GET, facet):
            found = found.filter(**{f"{facet.param}__in": values})
    page = keyset_page(found, order=("-created_at", "id"), query=request.GET)
    lines = [(delivery, presenters.kind_name(delivery.kind)) for delivery in page.rows]
    context = {"filters": filter_panel(request.GET, facets), "page": page, "lines": lines}
    return render(request, "roster/batches.html", context)


@require_safe
@requires(Permission.ROSTER_VIEW)
@in_chinese
def template_file(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty workbook with the right headings."""
    definition = chosen_kind(kind, "")
    with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as folder:
        path = Path(folder) / "template.xlsx"
        template(definition, path)
        return download(path.read_bytes(), f"{definition.name}_模板.xlsx")


@require_safe
@requires(Permission.ROSTER_VIEW)
def delivery_page(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """One batch: where it came from, what was in it, what rests on it."""
    delivery = get_delivery(request.user, delivery_id)
    context = {
        "delivery": delivery,
        "kind_name": presenters.kind_name(delivery.kind),
        "file_form": presenters.file_form(delivery),
        "problems": presenters.problem_lines(delivery),
        "columns": presenters.matched_columns(delivery.kind, delivery.mapping.get("columns", {})),
        "extra": delivery.mapping.get("extra", []),
        "corrections": correction_lines(delivery.kind, delivery.corrections),
        "sweeps": [used.sweep for used in delivery.sweeps.select_related("sweep").order_by("-sweep__created_at")],
        "may_revoke": delivery.status == Delivery.Status.CURRENT and can_revoke(request.user, delivery),
        "may_take_feedback": may(request.user, Permission.ROSTER_UPLOAD),
        "may_fetch_rows": delivery.rows_refused and may(request.user, Permission.ROSTER_UPLOAD),
    }
    return render(request, "roster/delivery.html", context)


@require_safe
@requires(Permission.ROSTER_UPLOAD)
@in_chinese
def delivery_errors_file(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """The wrong rows of a batch; fetching them is in the trail."""
    delivery = get_delivery(request.user, delivery_id)
    data = uploads.delivery_errors(delivery, by=request.user, now=timezone.now())
    return download(present(data), errors_name(delivery.file_name))


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_REVOKE)
def revoke(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """撤回本批: the whole batch, with a reason; asks first and says what rests on it."""
    delivery = get_delivery(request.user, delivery_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            revoke_delivery(delivery=delivery, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Fault as fault:
            form.add_fault(fault)
        else:
            messages.success(request, _("已撤回本批；下次摸排不再用它"))
            return redirect("roster:delivery", delivery_id=delivery.pk)
    context = {
        "delivery": delivery,
        "kind_name": presenters.kind_name(delivery.kind),
        "sweeps": delivery.sweeps.count(),
        "form": form,
        "button": _("撤回本批 %(rows)s 行") % {"rows": f"{delivery.rows_accepted:,}"},
        "back_url": f"/roster/{delivery.pk}/",
    }
    return render(request, "roster/revoke.html", context)
