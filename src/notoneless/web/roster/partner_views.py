"""部门交接: the receipt for a list, and the rows of it that its sender should look at again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notoneless.flows.feedback_list import HEADER, MOST_SHOWN, open_feedback
from notoneless.org.permissions import Permission, may
from notoneless.roster.records.queries import get_delivery
from notoneless.web.roster.presenters import kind_name
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import Described, download_table
from notoneless.web.shell.language import in_chinese


@require_safe
@requires(Permission.ROSTER_VIEW)
def receipt(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """回执: what was taken in, when, with which fingerprint; one page of A4, nobody's data in it."""
    delivery = get_delivery(request.user, delivery_id)
    return render(request, "roster/receipt.html", {"delivery": delivery, "kind_name": kind_name(delivery.kind)})


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def feedback(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """反馈名单 on screen: counts by problem, and the first rows."""
    found = open_feedback(request.user, delivery_id, now=timezone.now())
    context = {
        "delivery": found.delivery,
        "kind_name": kind_name(found.delivery.kind),
        "found": found,
        "shown": found.rows[:MOST_SHOWN],
        "may_fetch_rows": found.delivery.rows_refused and may(request.user, Permission.ROSTER_UPLOAD),
    }
    return render(request, "roster/feedback.html", context)


@require_safe
@requires(Permission.ROSTER_UPLOAD)
@in_chinese
def feedback_file(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """The same rows, all of them, as xlsx or csv."""
    now = timezone.now()
    found = open_feedback(request.user, delivery_id, now=now)
    name = _("%(kind)s反馈名单") % {"kind": kind_name(found.delivery.kind)}
    about = Described(
        name, [(_("批次"), found.delivery.pk), (_("送达单位"), found.delivery.sender)], found.delivery.as_of,
        request.user, now,
    )  # fmt: skip
    return download_table(request.GET.get("format", ""), HEADER, [row.cells() for row in found.rows], about)
