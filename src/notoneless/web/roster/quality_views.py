"""质量: one delivery in counts, the rows that are new, gone or changed, the reply to its department, all of a sender."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.flows.list_changes import CHANGES, list_changes
from notoneless.flows.reply import write_reply
from notoneless.jobs.queue import enqueue
from notoneless.org.permissions import Permission, may
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.permissions import check_can_upload
from notoneless.roster.records.queries import get_delivery, list_deliveries
from notoneless.web.roster import quality_presenters
from notoneless.web.roster.presenters import kind_name, problem_lines
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import Described, download_table
from notoneless.web.shell.language import in_chinese


@require_safe
@requires(Permission.ROSTER_VIEW)
def quality_page(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """What is filled in, where the rows stand, what is wrong, and what changed since the list before."""
    delivery = get_delivery(request.user, delivery_id)
    view = quality_presenters.quality_view(delivery) if delivery.quality else None
    compared = delivery.quality.get("compared")
    context = {
        "delivery": delivery,
        "kind_name": kind_name(delivery.kind),
        "view": view,
        "problems": problem_lines(delivery),
        "earlier": list_deliveries(request.user).filter(pk=compared["with"]).first() if compared else None,
        "may_measure": _may_measure(request, delivery),
        "may_see_rows": _may_see_rows(request),
    }
    return render(request, "roster/quality.html", context)


@require_safe
@requires(Permission.ROSTER_VIEW)
@in_chinese
def export(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """Completeness by column and place as xlsx or csv: counts only."""
    delivery = get_delivery(request.user, delivery_id)
    if not delivery.quality:
        raise Fault("E704", where=delivery_id)
    view = quality_presenters.quality_view(delivery)
    header = [_("辖区"), _("行数"), _("有效身份证号"), *(line.name for line in view.worst)]
    rows = [
        [place.name, str(place.rows), str(place.valid.part), *(str(share.part) for share in place.filled)]
        for place in view.places
    ]
    filled = "；".join(f"{line.name} {line.share.words}" for line in view.columns)
    about = Described(
        _("%(kind)s质量") % {"kind": kind_name(delivery.kind)},
        [(_("批次"), delivery.pk), (_("送达单位"), delivery.sender), (_("各列填写"), filled)],
        delivery.as_of,
        request.user,
        timezone.now(),
    )
    return download_table(request.GET.get("format", ""), header, rows, about)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def measure(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """重新计算, as a job."""
    delivery = get_delivery(request.user, delivery_id)
    check_can_upload(request.user, sender=delivery.sender, place_code=delivery.place_code)
    job = enqueue("measure_delivery", {"delivery": delivery.pk}, by=request.user, now=timezone.now())
    return redirect("job:page", job_id=job.pk)


@require_safe
@requires(Permission.ROSTER_UPLOAD, Permission.CHILD_VIEW)
@in_chinese
def changed_rows(request: HttpRequest, delivery_id: str, which: str) -> HttpResponse:
    """新增, 减少 or 变动 as a workbook with masked numbers; fetching it is in the trail."""
    delivery = get_delivery(request.user, delivery_id)
    now = timezone.now()
    found = list_changes(request.user, delivery_id, which, now=now)
    conditions = [
        (_("批次"), delivery.pk),
        (_("相比的上一份"), f"{found.earlier.pk}（{found.earlier.as_of.isoformat()}）"),
        (_("行号"), _("上一份名单里的") if which == "gone" else _("这一份名单里的")),
    ]
    name = f"{kind_name(delivery.kind)}_{CHANGES[which]}"
    about = Described(name, conditions, delivery.as_of, request.user, now)
    return download_table(request.GET.get("format", ""), found.header, found.rows, about)


@require_safe
@requires(Permission.ROSTER_VIEW)
@in_chinese
def reply(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """回复函: one page of A4 to the department that sent the list."""
    delivery = get_delivery(request.user, delivery_id)
    letter = write_reply(request.user, delivery.pk, day=timezone.localdate())
    return render(request, "roster/reply.html", {"delivery": delivery, "letter": letter})


@require_safe
@requires(Permission.ROSTER_VIEW)
def sender_page(request: HttpRequest, sender: str) -> HttpResponse:
    """All lists of one sender in sight, newest first, with what is old and how the errors moved."""
    deliveries = list(list_deliveries(request.user).filter(sender=sender).order_by("-as_of", "-created_at", "id"))
    if not deliveries:
        raise Fault("E704", where=sender)
    context = {
        "sender": sender,
        "lines": quality_presenters.sender_lines(deliveries),
        "kinds": quality_presenters.sender_kinds(deliveries, timezone.localdate()),
    }
    return render(request, "roster/sender.html", context)


def _may_measure(request: HttpRequest, delivery: Delivery) -> bool:
    try:
        check_can_upload(request.user, sender=delivery.sender, place_code=delivery.place_code)
    except Fault:
        return False
    return True


def _may_see_rows(request: HttpRequest) -> bool:
    return may(request.user, Permission.CHILD_VIEW) or may(request.user, Permission.ROSTER_UPLOAD)
