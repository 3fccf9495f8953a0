"""销号: asked for by one with an outcome and its paper, decided by another."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notoneless.case.core.policies import find_move
from notoneless.case.core.states import State
from notoneless.case.records import actions
from notoneless.case.records.models import Case, ClosingRequest
from notoneless.case.records.permissions import check_may_decide, check_may_make
from notoneless.case.records.queries import get_closing_request, list_outcomes, list_possible_moves, rules_on
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.permissions import Permission
from notoneless.web.case import presenters
from notoneless.web.case.acting import act_page, attempt, back_to, take, version
from notoneless.web.case.forms import DecisionForm, PaperForm
from notoneless.web.shell.access import requires


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def ask(request: HttpRequest, case_id: str) -> HttpResponse:
    """申请销号: first which outcome (``?outcome=``), then the paper and the reason."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    if case.closing_requests.filter(decided_at=None).exists():
        raise Fault("E605", where=case.pk)
    today = timezone.localdate()
    wanted = request.GET.get("outcome", "")
    outcome = next((one for one in list_outcomes(case, today) if one.id == wanted), None)
    if outcome is None:
        return _choose(request, case)
    rule = find_move(outcome.move_from(State(case.state)), State(case.state))
    check_may_make(request.user, rule)
    rules = rules_on(today)
    papers = presenters.usable_papers(case, outcome)
    form = PaperForm(request.POST or None, papers=papers, rules=rules, initial=version(case))

    def act() -> object:
        return actions.ask_closing(
            case_id=case.pk, outcome_id=outcome.id, by=request.user, now=timezone.now(), **form.cleaned_data
        )

    if attempt(request, form, act, _("已申请销号，等另一人审批")):
        return back_to(case)
    possible = list_possible_moves(request.user, case, today)
    lacking = next((one.missing for one in possible if one.rule.id == rule.id), ())
    return act_page(
        request, case, form, title=_("申请销号：%(outcome)s") % {"outcome": outcome.name}, button=_("提交申请"), page="paper",
        outcome=outcome, papers=papers, accepted=presenters.accepted_names(outcome, rules), lacking=lacking,
        deciders=presenters.role_names(rule.decided_by), is_closing=True,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_APPROVE)
def decide(request: HttpRequest, case_id: str, request_id: int) -> HttpResponse:
    """审批: the asker cannot; what was needed is looked at again."""
    case = take(request.user, case_id, Permission.CASE_APPROVE)
    asked = _asked(request, case, request_id)
    rules = rules_on(timezone.localdate(asked.asked_at))
    outcome = rules.outcome(asked.outcome)
    check_may_decide(request.user, asked, find_move(outcome.move_from(State(case.state)), State(case.state)))
    form = DecisionForm(request.POST or None, initial=version(case))

    def act() -> object:
        return actions.decide_closing(request_id=asked.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("审批意见已登记")):
        return back_to(case)
    today_rules = rules_on(timezone.localdate())
    return act_page(
        request, case, form, title=_("审批销号"), button=_("提交审批意见"), page="decide",
        asked=asked, outcome=outcome, paper=presenters.paper_label(asked.evidence, rules),
        gaps=presenters.gap_blocks(case, today_rules), visits=presenters.visit_lines(case, today_rules),
        looks=presenters.recheck_lines(case), placements=presenters.placement_lines(case, today_rules),
    )  # fmt: skip


def _choose(request: HttpRequest, case: Case) -> HttpResponse:
    """Which outcome? Each with the papers it wants; ``?move=`` shows the outcomes of one step only."""
    today = timezone.localdate()
    possible = [one for one in list_possible_moves(request.user, case, today) if one.rule.decided_by]
    lacking = {one.rule.name: one.missing for one in possible}
    wanted = request.GET.get("move", "")
    names = {one.rule.name for one in possible if wanted in ("", one.rule.id)}
    groups = presenters.outcome_groups(case, list_outcomes(case, today), rules_on(today))
    context = {
        "case": case,
        "child": case.child,
        "groups": [(name, outcomes, lacking[name]) for name, outcomes in groups if name in names],
    }
    return render(request, "case/outcomes.html", context)


def _asked(request: HttpRequest, case: Case, request_id: int) -> ClosingRequest:
    asked = get_closing_request(request.user, request_id)
    if asked.case_id != case.pk:
        raise Fault("E704", where=Wording("销号申请"))
    if asked.decided_at:
        raise Fault("E606", where=case.pk)
    return asked
