"""家庭与名册来源 of a case's child: who the lists say looks after it, and which list says what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.case.records.queries import get_case
from notoneless.flows.child_file import categories, list_sources
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.web.child.presenters import member_lines, relatives
from notoneless.web.shell.access import requires


@require_safe
@requires(Permission.CASE_VIEW)
def family(request: HttpRequest, case_id: str) -> HttpResponse:
    """A part of the case page that is fetched after it (the page has left its trace), or a page of its own."""
    if request.headers.get("HX-Request") == "true":
        case = get_case(request.user, case_id)
        return render(request, "case/family.html", family_of(request.user, case))
    case = actions.read_case(case_id=case_id, by=request.user, now=timezone.now())
    return render(request, "case/family_page.html", family_of(request.user, case))


def family_of(user: User, case: Case) -> dict[str, Any]:
    """The grown-ups with the list that names them, the special groups, and the rows the child is made of."""
    sources = list_sources(user, case.child)
    return {
        "case": case,
        "child": case.child,
        "relatives": relatives(sources),
        "categories": categories(case.child),
        "members": member_lines(sources),
    }
