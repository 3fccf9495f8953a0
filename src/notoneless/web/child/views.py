"""孩子档案: the file on one page, whole numbers for a purpose, taking a row or a verdict back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.check.records.queries import get_last_sweep
from notoneless.common.errors import Fault
from notoneless.flows import child_file
from notoneless.flows.child_row import open_child_row
from notoneless.link.records.actions import undo_decision, undo_link
from notoneless.link.records.models import Child, LinkDecision
from notoneless.link.records.permissions import can_undo
from notoneless.link.records.queries import get_child, get_sources, list_decisions
from notoneless.org.permissions import Permission, may
from notoneless.web.child import presenters
from notoneless.web.child.forms import PurposeForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.forms import ReasonForm


@require_safe
@requires(Permission.CHILD_VIEW)
def page(request: HttpRequest, child_id: str) -> HttpResponse:
    """The whole file of one child; opening it is in the trail."""
    file = child_file.open_child_file(request.user, child_id, now=timezone.now())
    context = {
        "file": file,
        "child": file.child,
        "fields": presenters.field_lines(file.fields),
        "members": presenters.member_lines(file.sources),
        "relatives": presenters.relatives(file.sources),
        "answers": presenters.answer_lines(file),
        "gaps": presenters.gap_lines(file.gaps),
        "cases": presenters.case_lines(file.cases),
        "items": presenters.story(file),
        "categories": child_file.categories(file.child),
        "may_undo": can_undo(request.user, file.child),
        "may_unmask": may(request.user, Permission.CHILD_UNMASK),
        "may_review": may(request.user, Permission.LINK_REVIEW),
        "may_see_trail": may(request.user, Permission.TRAIL_VIEW),
    }
    return render(request, "child/page.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.CHILD_UNMASK)
def whole_number(request: HttpRequest, child_id: str, field: str) -> HttpResponse:
    """查看完整号码: one number, shown once, in the answer to a form that says what for; never in an address."""
    child = get_child(request.user, child_id)
    if field not in child_file.WHOLE_NUMBERS:
        raise Fault("E704", where=field)
    form, number = PurposeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            number = child_file.unmask(request.user, child.pk, field=field, now=timezone.now(), **form.cleaned_data)
        except Fault as fault:
            form.add_fault(fault)
    context = {"child": child, "form": form, "number": number, "name": child_file.WHOLE_NUMBERS[field]}
    return render(request, "child/number.html", context)


@require_safe
@requires(Permission.CHILD_VIEW)
def source_row(request: HttpRequest, child_id: str, row_key: str) -> HttpResponse:
    """原始行: what the department wrote, cell by cell, and how it was read; opening it is in the trail."""
    row = open_child_row(request.user, child_id, row_key, now=timezone.now())
    return render(request, "child/row.html", {"row": row, "step": presenters.step_name(row.step)})


@require_http_methods(["GET", "POST"])
@requires(Permission.LINK_UNDO)
def split(request: HttpRequest, child_id: str, row_key: str) -> HttpResponse:
    """拆开: this row is not this child. Kept at once, obeyed from the next sweep on."""
    child = get_child(request.user, child_id)
    sources = get_sources(get_last_sweep(child), child.pk)
    row = next((one for one in sources if one["row_key"] == row_key), None)
    other = next((one for one in sources if one["row_key"] != row_key), None)
    if row is None or other is None:
        raise Fault("E704", where=row_key)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_link(
                child=child,
                row_key=row_key,
                other_key=other["row_key"],
                by=request.user,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Fault as fault:
            form.add_fault(fault)
        else:
            messages.success(request, _("已拆开；下次摸排起这一行不再算作这个孩子"))
            return redirect("child:page", child_id=child.pk)
    context = {
        "child": child,
        "form": form,
        "row": presenters.member_lines([row])[0],
        "rest": presenters.member_lines([one for one in sources if one is not row]),
        "button": _("拆开这一行"),
        "back_url": reverse("child:page", args=[child.pk]),
    }
    return render(request, "child/split.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.LINK_UNDO)
def undo_verdict(request: HttpRequest, child_id: str, decision_id: int) -> HttpResponse:
    """撤销判定: the verdict stays in the history; the next sweep judges the rows afresh."""
    child = get_child(request.user, child_id)
    decision = _decision(child, decision_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_decision(decision=decision, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Fault as fault:
            form.add_fault(fault)
        else:
            messages.success(request, _("已撤销判定；下次摸排重新比对这两行"))
            return redirect("child:page", child_id=child.pk)
    context = {
        "child": child,
        "decision": decision,
        "form": form,
        "button": _("撤销这个判定"),
        "back_url": reverse("child:page", args=[child.pk]),
    }
    return render(request, "child/undo.html", context)


def _decision(child: Child, decision_id: int) -> LinkDecision:
    """A verdict on this child's rows. Raises E704."""
    decision = list_decisions(child).filter(pk=decision_id).first()
    if decision is None:
        raise Fault("E704", where=str(decision_id))
    return decision
