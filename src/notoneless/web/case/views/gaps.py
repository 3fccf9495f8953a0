"""One gap: its plan, its measures, its deadline, its end by paper."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notoneless.case.records import actions
from notoneless.case.records.models import Case, Gap, Measure
from notoneless.case.records.queries import list_gap_outcomes, list_possible_owners, rules_on
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.permissions import Permission
from notoneless.web.case import presenters
from notoneless.web.case.acting import act_page, attempt, back_to, take_gap, version
from notoneless.web.case.forms import DueForm, MeasureForm, MoveForm, PaperForm, PlanForm, ResultForm
from notoneless.web.shell.access import requires


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def plan(request: HttpRequest, case_id: str, gap_id: uuid.UUID) -> HttpResponse:
    """定方案."""
    case, gap = _open_gap(request, case_id, gap_id, Permission.CASE_WORK)
    owners = list_possible_owners(request.user, case)
    initial = {**version(case), "plan": gap.plan, "owner_id": gap.owner_id}
    form = PlanForm(request.POST or None, owners=owners, initial=initial)

    def act() -> object:
        return actions.set_plan(gap_id=gap.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("方案已保存")):
        return back_to(case, f"gap-{gap.pk}")
    return _page(request, case, gap, form, title=_("定方案"), button=_("保存方案"))


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def measure(request: HttpRequest, case_id: str, gap_id: uuid.UUID) -> HttpResponse:
    """加措施, one after another if wanted."""
    case, gap = _open_gap(request, case_id, gap_id, Permission.CASE_WORK)
    form = MeasureForm(request.POST or None, owners=list_possible_owners(request.user, case))

    def act() -> object:
        return actions.add_measure(gap_id=gap.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("措施已加上")):
        if "more" in request.POST:
            return redirect("case:measure", case_id=case.pk, gap_id=gap.pk)
        return back_to(case, f"gap-{gap.pk}")
    return _page(
        request, case, gap, form, title=_("加一条措施"), button=_("保存"), more=_("保存并再加一条"),
        measures=list(gap.measures.all()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def finish(request: HttpRequest, case_id: str, gap_id: uuid.UUID, measure_id: int) -> HttpResponse:
    """措施办完: struck off by its result."""
    case, gap = take_gap(request.user, case_id, gap_id, Permission.CASE_WORK)
    found = _measure(gap, measure_id)
    form = ResultForm(request.POST or None)

    def act() -> object:
        return actions.finish_measure(measure_id=found.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("措施已销去")):
        return back_to(case, f"gap-{gap.pk}")
    return _page(request, case, gap, form, title=_("措施办完了"), button=_("登记完成"), measure=found)


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def close(request: HttpRequest, case_id: str, gap_id: uuid.UUID) -> HttpResponse:
    """销去一个资助或数据缺口: first which outcome, then its paper."""
    case, gap = _open_gap(request, case_id, gap_id, Permission.CASE_WORK)
    today = timezone.localdate()
    rules, outcomes = rules_on(today), list_gap_outcomes(gap, today)
    if not outcomes:
        raise Fault("E615", where=case.pk)
    outcome = next((one for one in outcomes if one.id == request.GET.get("outcome", "")), None)
    if outcome is None:
        context = {"case": case, "child": case.child, "gap": gap, "name": presenters.check_name(gap.check_id)}
        groups = presenters.gap_outcome_groups(gap, outcomes, rules)
        return render(request, "case/gap_outcomes.html", {**context, "groups": groups})
    papers = presenters.usable_papers(case, outcome)
    form = PaperForm(request.POST or None, papers=papers, rules=rules, initial=version(case))

    def act() -> object:
        return actions.close_gap(
            gap_id=gap.pk, outcome_id=outcome.id, by=request.user, now=timezone.now(), **form.cleaned_data
        )

    if attempt(request, form, act, _("缺口已销去")):
        return back_to(case, f"gap-{gap.pk}")
    title = _("销去缺口：%(outcome)s") % {"outcome": outcome.name}
    return _page(
        request, case, gap, form, title=title, button=_("销去这个缺口"), page="paper",
        outcome=outcome, papers=papers, accepted=presenters.accepted_names(outcome, rules),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def due(request: HttpRequest, case_id: str, gap_id: uuid.UUID) -> HttpResponse:
    """改期限, with a reason that stays in the trail."""
    case, gap = _open_gap(request, case_id, gap_id, Permission.CASE_ASSIGN)
    form = DueForm(request.POST or None, initial={**version(case), "due_date": gap.due_date})

    def act() -> object:
        return actions.change_due_date(gap_id=gap.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("期限已改")):
        return back_to(case, f"gap-{gap.pk}")
    return _page(request, case, gap, form, title=_("改期限"), button=_("保存期限"))


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_APPROVE)
def reopen(request: HttpRequest, case_id: str, gap_id: uuid.UUID) -> HttpResponse:
    """撤销销去: one gap of an open case, by the one who approves."""
    case, gap = take_gap(request.user, case_id, gap_id, Permission.CASE_APPROVE)
    if gap.state == Gap.State.OPEN:
        raise Fault("E614", state=gap.get_state_display())
    form = MoveForm(request.POST or None, needs_reason=True, initial=version(case))

    def act() -> object:
        return actions.reopen_gap(gap_id=gap.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("缺口已重新打开")):
        return back_to(case, f"gap-{gap.pk}")
    return _page(request, case, gap, form, title=_("重新打开这个缺口"), button=_("重新打开"))


def _open_gap(request: HttpRequest, case_id: str, gap_id: uuid.UUID, permission: Permission) -> tuple[Case, Gap]:
    case, gap = take_gap(request.user, case_id, gap_id, permission)
    if gap.state != Gap.State.OPEN:
        raise Fault("E614", state=gap.get_state_display())
    return case, gap


def _measure(gap: Gap, measure_id: int) -> Measure:
    found = gap.measures.filter(pk=measure_id).first()
    if found is None:
        raise Fault("E704", where=Wording("措施"))
    return found


def _page(
    request: HttpRequest, case: Case, gap: Gap, form: object, *, page: str = "gap_act", **more: object
) -> HttpResponse:
    back = f"{reverse('case:page', args=[case.pk])}#gap-{gap.pk}"
    name = presenters.check_name(gap.check_id)
    return act_page(request, case, form, page=page, gap=gap, name=name, back_url=back, **more)
