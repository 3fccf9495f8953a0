"""批量派单 from a ledger, and what any 派单 did: its cases, and taking it back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.case.records import actions
from notoneless.case.records.actions.handing_out import standing
from notoneless.case.records.models import Handout
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.flows.ledger_counts import case_rows
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.web.case.views.bulk import hand_out_page, take_cases
from notoneless.web.ledger.asking import read_query
from notoneless.web.shell.access import requires

SHOWN = 200


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def assign(request: HttpRequest, name: str) -> HttpResponse:
    """``?case=`` names cases of the page, ``?all=1`` means everything that the list ``kept`` holds."""
    kept = QueryDict(request.GET.get("kept", ""))
    ids = request.GET.getlist("case")
    if "all" in request.GET:
        asked = read_query(request, name, kept)
        ids = case_rows(asked.user, asked.ledger, asked.filters, asked.today)["case"].to_pylist()
    cases, beyond = take_cases(request.user, ids)
    return hand_out_page(request, cases, beyond, f"{reverse('ledger:page', args=[name])}?{kept.urlencode()}")


@require_safe
@requires(Permission.CASE_ASSIGN)
def handout(request: HttpRequest, handout_id: uuid.UUID) -> HttpResponse:
    """One's own handout: its cases, and which of them could be taken back now."""
    found = _own(request.user, handout_id)
    lines = standing(found, request.user)
    context = {
        "handout": found,
        "free": [line for line, why in lines if not why],
        "stay": [(line, why) for line, why in lines if why][:SHOWN],
        "staying": sum(1 for _line, why in lines if why),
        "undone": found.lines.filter(undone=True).count(),
        "shown": SHOWN,
    }
    return render(request, "ledger/handout.html", context)


@require_POST
@requires(Permission.CASE_ASSIGN)
def take_back(request: HttpRequest, handout_id: uuid.UUID) -> HttpResponse:
    """撤销这次派单."""
    found = _own(request.user, handout_id)
    try:
        done = actions.take_back(handout_id=found.pk, by=request.user, now=timezone.now())
    except Fault as fault:
        messages.warning(request, fault.message)
    else:
        messages.success(request, _("已撤销 %(done)s 个，责任人恢复原样") % {"done": done})
    return redirect("ledger:handout", handout_id=found.pk)


def _own(user: User, handout_id: uuid.UUID) -> Handout:
    found = Handout.objects.filter(pk=handout_id, by=user).select_related("owner", "by", "undone_by").first()
    if found is None:
        raise Fault("E704", where=Wording("派单"))
    return found
