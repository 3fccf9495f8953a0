"""授权申请: what waits, what became of the others, and deciding."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.org.grants import decide_grant, get_grant, list_grants, withdraw_grant
from notoneless.org.models import Grant
from notoneless.org.permissions import Permission, may
from notoneless.org.queries import list_staff
from notoneless.org.roles import OFFICERS
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.paging import keyset_page
from notoneless.web.system import presenters
from notoneless.web.system.forms import DecisionForm


@require_safe
@requires(Permission.STAFF_VIEW)
def grant_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, unless the address asks for others; and who the three officers are."""
    facet = Facet("state", _("状态"), [(value, label, None) for value, label in Grant.State.choices])
    states = chosen(request.GET, facet) or [Grant.State.OPEN]
    page = keyset_page(
        list_grants(request.user).filter(state__in=states), order=("-asked_at", "-id"), query=request.GET
    )
    officers = list_staff(request.user).filter(role__in=OFFICERS, is_active=True).order_by("role", "username")
    context = {
        "filters": filter_panel(request.GET, [facet]),
        "page": page,
        "lines": presenters.grant_lines(page.rows),
        "officers": presenters.user_lines(officers),
        "lacking": [
            presenters.role_name(role) for role in OFFICERS if role not in {officer.role for officer in officers}
        ],
        "may_decide": may(request.user, Permission.GRANT_DECIDE) and states == [Grant.State.OPEN],
    }
    return render(request, "system/grants.html", context)


@require_safe
@requires(Permission.STAFF_VIEW)
def page(request: HttpRequest, grant_id: int) -> HttpResponse:
    """One asking, and to who grants the form that decides it."""
    return _page(request, get_grant(request.user, grant_id), DecisionForm())


@require_POST
@requires(Permission.GRANT_DECIDE)
def decide(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Approve (``approved`` is 1) or refuse one asking."""
    grant, form = get_grant(request.user, grant_id), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, grant, form)
    try:
        done = decide_grant(
            grant=grant,
            approved=request.POST.get("approved") == "1",
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=timezone.now(),
        )
    except Fault as fault:
        form.add_fault(fault, "reason" if fault.code == "E739" else None)
        return _page(request, grant, form)
    messages.success(request, f"{done.user.display_name}：{done.get_state_display()}")
    return redirect("system:grants")


def _page(request: HttpRequest, grant: Grant, form: DecisionForm) -> HttpResponse:
    is_open = grant.state == Grant.State.OPEN
    context = {
        "line": presenters.grant_lines([grant])[0],
        "form": form,
        "may_decide": may(request.user, Permission.GRANT_DECIDE) and is_open,
        "may_withdraw": may(request.user, Permission.ORG_MANAGE) and is_open,
    }
    return render(request, "system/grant.html", context)


@require_POST
@requires(Permission.GRANT_DECIDE)
def approve_many(request: HttpRequest) -> HttpResponse:
    """Approve the chosen askings, each by itself; what cannot be approved is named and stays open."""
    chosen_ids = [int(one) for one in request.POST.getlist("grant") if one.isdigit()]
    done, refused = 0, []
    for grant in list_grants(request.user).filter(pk__in=chosen_ids, state=Grant.State.OPEN):
        try:
            decide_grant(grant=grant, approved=True, by=request.user, now=timezone.now())
            done += 1
        except Fault as fault:
            refused.append(f"{grant.user.display_name}：{fault.what}")
    if done:
        messages.success(request, _("已批准 %(n)s 件") % {"n": done})
    for sentence in refused[:10]:
        messages.warning(request, sentence)
    if not chosen_ids:
        messages.warning(request, _("还没有勾选申请"))
    return redirect("system:grants")


@require_POST
@requires(Permission.ORG_MANAGE)
def withdraw(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Take an asking back."""
    grant = withdraw_grant(grant=get_grant(request.user, grant_id), by=request.user, now=timezone.now())
    messages.success(request, _("已撤回 %(name)s 的申请") % {"name": grant.user.display_name})
    return redirect("system:user", user_id=grant.user_id)
