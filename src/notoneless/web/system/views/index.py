"""系统: what there is to look after, and the roles."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notoneless.jobs.health import RUNNING, examine
from notoneless.org.grants import list_grants
from notoneless.org.models import Grant
from notoneless.org.permissions import Permission, may
from notoneless.org.queries import list_staff
from notoneless.policy.pack import load_pack
from notoneless.web.shell.access import requires
from notoneless.web.system import presenters


@require_safe
@requires(Permission.ORG_MANAGE, Permission.STAFF_VIEW, Permission.GRANT_DECIDE)
def index(request: HttpRequest) -> HttpResponse:
    """The pages of 系统 that this person may open."""
    waiting = None
    if may(request.user, Permission.STAFF_VIEW):
        waiting = list_grants(request.user).filter(state=Grant.State.OPEN).count()
    return render(request, "system/index.html", {"entries": presenters.entries(request.user, waiting)})


@require_safe
@requires(Permission.STAFF_VIEW)
def roles(request: HttpRequest) -> HttpResponse:
    """Each role with a sentence and its rights in words; read only, for roles are part of the program."""
    counted = list_staff(request.user).filter(is_active=True).order_by().values_list("role").annotate(n=Count("pk"))
    return render(request, "system/roles.html", {"blocks": presenters.role_blocks(dict(counted))})


@require_safe
@requires(Permission.ORG_MANAGE)
def health(request: HttpRequest) -> HttpResponse:
    """健康: what the command doctor asks, and whether the worker and the backups run."""
    findings = examine(RUNNING, timezone.now())
    context = {
        "findings": findings,
        "wrong": sum(not one.ok for one in findings),
        "browser": presenters.browser(request.headers.get("User-Agent", "")),
    }
    return render(request, "system/health.html", context)


@require_safe
@requires(Permission.ORG_MANAGE, Permission.TRAIL_VIEW)
def retention(request: HttpRequest) -> HttpResponse:
    """How long what is kept; facts, changed nowhere on the desk."""
    pack = load_pack(settings.REGION, timezone.localdate())
    return render(request, "system/retention.html", {"lines": presenters.retention_lines(pack)})
