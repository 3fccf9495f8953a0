"""用户: the accounts, one account, and what the system administrator does to it."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.org import actions, grants
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.queries import get_staff, list_staff
from notoneless.org.staff_list import PASSWORD_BYTES
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import chosen, filter_panel
from notoneless.web.shell.forms import ReasonForm
from notoneless.web.shell.paging import keyset_page
from notoneless.web.system import presenters
from notoneless.web.system.forms import AccountForm, FindForm, PostForm


@require_safe
@requires(Permission.STAFF_VIEW)
def user_list(request: HttpRequest) -> HttpResponse:
    """Accounts in sight; role, state and words are the address."""
    facets = [presenters.role_facet(), presenters.state_facet()]
    form = FindForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = presenters.narrowed(
        list_staff(request.user), chosen(request.GET, facets[0]), chosen(request.GET, facets[1]), words
    )
    page = keyset_page(found, order=("id",), query=request.GET)
    context = {
        "form": form,
        "filters": filter_panel(request.GET, facets),
        "kept": [(facet.param, value) for facet in facets for value in chosen(request.GET, facet)],
        "page": page,
        "total": found.count(),
        "lines": presenters.user_lines(page.rows),
        "may_manage": may(request.user, Permission.ORG_MANAGE),
    }
    return render(request, "system/users.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ORG_MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """新建账号; the one-time password is shown on the answer itself and nowhere else."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        names = {name: form.cleaned_data[name] for name in ("username", "display_name")}
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        try:
            user = actions.create_user(**names, **form.post(), password=password, by=request.user, now=timezone.now())
        except Fault as fault:
            form.take(fault)
        else:
            return render(request, "system/passwords.html", {"made": [(user, password)], "is_new": True})
    return render(request, "system/user_form.html", {"form": form})


@require_safe
@requires(Permission.STAFF_VIEW)
def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: who, what, where, since when, and its askings."""
    user = get_staff(request.user, user_id)
    asked = grants.list_grants(request.user).filter(user=user)
    context = {
        "line": presenters.user_lines([user])[0],
        "grants": presenters.grant_lines(asked),
        "may_manage": may(request.user, Permission.ORG_MANAGE),
        "may_read_trail": may(request.user, Permission.TRAIL_VIEW),
        "is_self": user.pk == request.user.pk,
    }
    return render(request, "system/user.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ORG_MANAGE)
def move(request: HttpRequest, user_id: int) -> HttpResponse:
    """Ask for another role or place."""
    user = get_staff(request.user, user_id)
    given = {name: getattr(user, name) for name in ("role", "place_code", "sender")}
    form = PostForm(request.POST or None, initial={**given, "school": user.school_code})
    if request.method == "POST" and form.is_valid():
        try:
            grants.ask_move(user=user, **form.post(), by=request.user, now=timezone.now())
        except Fault as fault:
            form.take(fault)
        else:
            messages.success(request, _("已申请；安全管理员批准前，原来的角色和范围照旧"))
            return redirect("system:user", user_id=user.pk)
    return render(request, "system/user_form.html", {"form": form, "line": presenters.user_lines([user])[0]})


@require_http_methods(["GET", "POST"])
@requires(Permission.ORG_MANAGE)
def enable(request: HttpRequest, user_id: int) -> HttpResponse:
    """Ask to open a closed account again."""
    user = get_staff(request.user, user_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            grants.ask_enable(user=user, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except Fault as fault:
            form.add_fault(fault)
        else:
            messages.success(request, _("已申请恢复，安全管理员批准后生效"))
            return redirect("system:user", user_id=user.pk)
    context = {"form": form, "user_shown": user, "button": _("申请恢复"), "back_url": _page(user), "opening": True}
    return render(request, "system/user_confirm.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ORG_MANAGE)
def disable(request: HttpRequest, user_id: int) -> HttpResponse:
    """停用: asks first, then closes the account at once."""
    user = get_staff(request.user, user_id)
    if request.method == "POST":
        actions.disable_user(user=user, by=request.user, now=timezone.now())
        messages.success(request, _("已停用 %(name)s，打开着的页面也进不去了") % {"name": user.display_name})
        return redirect("system:user", user_id=user.pk)
    context = {
        "form": None,
        "user_shown": user,
        "button": _("停用这个账号"),
        "back_url": _page(user),
        "opening": False,
    }
    return render(request, "system/user_confirm.html", context)


@require_POST
@requires(Permission.ORG_MANAGE)
def password(request: HttpRequest, user_id: int) -> HttpResponse:
    """重设密码: a new one-time password, shown on the answer itself and nowhere else."""
    user = get_staff(request.user, user_id)
    given = secrets.token_urlsafe(PASSWORD_BYTES)
    actions.reset_password(user=user, new_password=given, by=request.user, now=timezone.now())
    return render(request, "system/passwords.html", {"made": [(user, given)], "is_new": False})


def _page(user: User) -> str:
    return f"/system/user/{user.pk}/"
