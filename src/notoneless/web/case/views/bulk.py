"""派单 of several cases at once: choose the person, see who is left out and why, then do it, all or none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notoneless.case.core.states import state_name
from notoneless.case.records import actions
from notoneless.case.records.actions.planning import CASES_AT_ONCE
from notoneless.case.records.models import Case
from notoneless.case.records.queries import Split, get_cases, list_owners_for_any, split_for_owner
from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.web.case import asking
from notoneless.web.case.presenters import owner_label
from notoneless.web.shell.access import requires


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def assign_many(request: HttpRequest) -> HttpResponse:
    """``?case=`` names the cases (or ``?all=1`` all of the list's filters), ``&owner=`` the person; POST does it."""
    cases, beyond = _chosen(request)
    if not cases:
        messages.warning(request, _("还没有勾选个案"))
        return redirect(_back(request.GET))
    owners = list_owners_for_any(request.user, cases)
    owner = next((one for one in owners if str(one.pk) == request.GET.get("owner", "")), None)
    split = split_for_owner(cases, owner) if owner else None
    fault = None
    if request.method == "POST" and owner and split:
        try:
            done = _assign(request, owner)
        except Fault as caught:
            fault = caught
        else:
            messages.success(
                request, _("已把 %(done)s 个个案派给 %(name)s") % {"done": done, "name": owner.display_name}
            )
            return redirect(_back(request.GET))
    context = {
        "cases": [(case, state_name(case.state)) for case in cases],
        "beyond": beyond,
        "most": CASES_AT_ONCE,
        "foreign": 0 if "all" in request.GET else len(set(request.GET.getlist("case"))) - len(cases) - beyond,
        "choices": [(str(one.pk), owner_label(one)) for one in owners],
        "owner": owner,
        "split": split,
        "left": _left(split),
        "fault": fault,
        "ids": [case.pk for case in cases],
        "kept": request.GET.get("kept", ""),
        "back_url": _back(request.GET),
    }
    return render(request, "case/assign_many.html", context)


def _chosen(request: HttpRequest) -> tuple[list[Case], int]:
    """(the cases, the soonest due first and not more than may be given at once; how many lie beyond that)."""
    if "all" in request.GET:
        asked = QueryDict(request.GET.get("kept", ""))
        rows = asking.asked_cases(request.user, asked, timezone.localdate())
        first = list(rows.select_related("child", "owner").order_by("due_date", "id")[:CASES_AT_ONCE])
        return first, max(0, rows.count() - len(first))
    found = get_cases(request.user, list(dict.fromkeys(request.GET.getlist("case"))))
    return found[:CASES_AT_ONCE], max(0, len(found) - CASES_AT_ONCE)


def _assign(request: HttpRequest, owner: User) -> int:
    """What the page showed is what is done: each case with the version shown."""
    shown = [tuple(pair.rsplit(":", 1)) for pair in request.POST.getlist("take")]
    wanted = [(case_id, int(number)) for case_id, number in shown if number.isdecimal()]
    return actions.assign_many(cases=wanted, owner_id=owner.pk, by=request.user, now=timezone.now())


def _left(split: Split | None) -> list[tuple[str, list[Case]]]:
    """Those left out, under their reason."""
    reasons: dict[str, list[Case]] = {}
    for case, why in split.left if split else []:
        reasons.setdefault(why, []).append(case)
    return list(reasons.items())


def _back(query: QueryDict) -> str:
    return f"{reverse('case:list')}?{QueryDict(query.get('kept', '')).urlencode()}"
