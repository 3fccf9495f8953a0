"""The shell's pages: 首页, login, logout, account, password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.common.errors import Fault
from notoneless.org.actions import change_password
from notoneless.org.login import BACKEND, log_in, log_out
from notoneless.org.roles import PERMISSION_NAMES, ROLES
from notoneless.web.shell import frame
from notoneless.web.shell.access import before_password, public, signed_in
from notoneless.web.shell.forms import LoginForm, PasswordForm
from notoneless.web.shell.home import home_groups, home_tasks
from notoneless.web.shell.kept_pages import kept_page
from notoneless.web.shell.narrowing import chosen_part, narrowed_user

PASSWORD_FIELDS = {"E707": "new", "E708": "old"}


@require_safe
@signed_in
@kept_page()
def home(request: HttpRequest) -> HttpResponse:
    """首页: what waits, as numbers that open lists."""
    now, user, part = timezone.now(), narrowed_user(request), chosen_part(request.GET)
    context = {
        "tasks": home_tasks(user, now, part.code),
        "groups": home_groups(user, now, part.code),
        "part": part,
        "data_date": frame.data_date(request.user),
    }
    return render(request, "shell/home.html", context)


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Login. The same answer for a wrong account, a wrong password and a disabled account."""
    target = _next(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = request.META.get("REMOTE_ADDR", "")
        try:
            user = log_in(**form.cleaned_data, address=address, now=timezone.now())
        except Fault as fault:
            form.add_fault(fault)
        else:
            login(request, user, backend=BACKEND)
            return redirect("shell:password" if user.must_change_password else target)
    return render(request, "shell/login.html", {"form": form, "next": target})


@require_http_methods(["GET", "POST"])
@signed_in
@before_password
def sign_out(request: HttpRequest) -> HttpResponse:
    """Asks first (a link must not sign anybody out), then ends the session."""
    if request.method == "GET":
        return render(request, "shell/logout.html")
    log_out(by=request.user, now=timezone.now())
    logout(request)
    return redirect("shell:login")


@require_safe
@signed_in
@before_password
def account(request: HttpRequest) -> HttpResponse:
    """Who am I here, what may I do, where."""
    role = ROLES.get(request.user.role)
    rights = [name for permission, name in PERMISSION_NAMES.items() if role and permission in role.permissions]
    context = {
        "role": frame.role_name(request.user),
        "description": role.description if role else "",
        "standing": frame.standing(request.user),
        "rights": rights,
    }
    return render(request, "shell/account.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@signed_in
@before_password
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the only page open before the first password is changed."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = change_password(
                by=request.user,
                old_password=form.cleaned_data["old"],
                new_password=form.cleaned_data["new"],
                now=timezone.now(),
            )
        except Fault as fault:
            form.add_fault(fault, PASSWORD_FIELDS.get(fault.code))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("密码已修改"))
            return redirect("shell:home")
    return render(request, "shell/password.html", {"form": form})


def _next(request: HttpRequest) -> str:
    """Where to go after login: only addresses of this very site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"
