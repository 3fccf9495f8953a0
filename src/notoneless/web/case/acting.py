"""What all pages that act on a case share: reach it, call one action, show its error at the right field, go back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from notoneless.case.core.states import is_final
from notoneless.case.records.models import Case, Gap
from notoneless.case.records.permissions import check_may_touch
from notoneless.case.records.queries import get_case, get_gap
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.web.shell.forms import DeskForm

WHOLE_PAGE = frozenset({"E701", "E704"})
"""Faults that are no matter of the form: the 403 page, and the 404 page that does not tell foreign from absent."""


def take(user: User, case_id: str, permission: Permission) -> Case:
    """An open case that this person may act on. E701, E704; E616 for a closed one."""
    case = get_case(user, case_id)
    check_may_touch(user, case, permission)
    if is_final(case.state):
        raise Fault("E616", where=case.pk)
    return case


def take_gap(user: User, case_id: str, gap_id: object, permission: Permission) -> tuple[Case, Gap]:
    """An open case and one of its own gaps; E704 for a gap of another case."""
    case = take(user, case_id, permission)
    gap = get_gap(user, str(gap_id))
    if gap.case_id != case.pk:
        raise Fault("E704", where=Wording("缺口"))
    return case, gap


def attempt(request: HttpRequest, form: DeskForm, act: Callable[[], object], done: str) -> bool:
    """On a posted valid form, do it and say so; a Fault stands at the field it names, or above all fields."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except Fault as fault:
        if fault.code in WHOLE_PAGE:
            raise
        form.add_fault(fault, _field_of(form, fault))
        return False
    messages.success(request, done)
    return True


def back_to(case: Case, part: str = "") -> HttpResponse:
    """To the case page, at one of its parts."""
    return redirect(f"{reverse('case:page', args=[case.pk])}{'#' + part if part else ''}")


def act_page(
    request: HttpRequest, case: Case, form: DeskForm, *, title: str, button: str, page: str = "act", **more: Any
) -> HttpResponse:
    """The page of one act: what it is, the form, one button, the way back."""
    context = {"case": case, "child": case.child, "form": form, "title": title, "button": button, **more}
    return render(request, f"case/{page}.html", context)


def version(case: Case) -> Mapping[str, Any]:
    """What a fresh form holds of the case."""
    return {"version": case.version}


def _field_of(form: DeskForm, fault: Fault) -> str | None:
    named = fault.values.get("field")
    return next((name for name, field in form.fields.items() if named and str(field.label) == named), None)
