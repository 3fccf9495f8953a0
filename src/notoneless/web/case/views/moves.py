"""Steps from state to state that one person takes, the looks after a return, and reopening."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notoneless.case.core.outcomes import RETURNED
from notoneless.case.core.policies import find_move
from notoneless.case.core.states import Need, State, Way, state_name
from notoneless.case.records import actions
from notoneless.case.records.actions.moving import OWN_ACTIONS
from notoneless.case.records.permissions import check_may_make, check_may_touch
from notoneless.case.records.queries import get_case, list_possible_moves, rules_on
from notoneless.common.errors import Fault
from notoneless.org.permissions import Permission
from notoneless.web.case import presenters
from notoneless.web.case.acting import act_page, attempt, back_to, take, version
from notoneless.web.case.forms import MoveForm, RecheckForm, ReturnForm
from notoneless.web.shell.access import requires


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def move(request: HttpRequest, case_id: str, move_id: str) -> HttpResponse:
    """One of the table's direct steps, with what it still lacks in words."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    rule = find_move(move_id, State(case.state))
    if rule.way is not Way.DIRECT or move_id in OWN_ACTIONS:
        raise Fault("E602", state=state_name(case.state), move=rule.name)
    check_may_make(request.user, rule)
    needs_reason = Need.REASON in rule.needs
    form = MoveForm(request.POST or None, needs_reason=needs_reason, initial=version(case))

    def act() -> object:
        return actions.move(
            case_id=case.pk, move_id=move_id, by=request.user, now=timezone.now(), **form.cleaned_data
        )

    done = _("个案现在是“%(state)s”") % {"state": state_name(rule.target)}
    if attempt(request, form, act, done):
        return back_to(case)
    possible = list_possible_moves(request.user, case, timezone.localdate())
    lacking = next((one.missing for one in possible if one.rule.id == move_id), ())
    return act_page(
        request, case, form, title=rule.name, button=rule.name, page="move",
        before=state_name(case.state), after=state_name(rule.target), lacking=lacking,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def record_return(request: HttpRequest, case_id: str) -> HttpResponse:
    """登记复学: a paper and a placement; the dates of the looks follow by policy."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    rule = find_move("record_return", State(case.state))
    check_may_make(request.user, rule)
    today = timezone.localdate()
    rules = rules_on(today)
    outcome = rules.outcome(RETURNED)
    papers = presenters.usable_papers(case, outcome)
    initial = {**version(case), "returned_date": today}
    form = ReturnForm(request.POST or None, papers=papers, rules=rules, initial=initial)

    def act() -> object:
        return actions.record_return(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("已登记复学，复查日期已排好")):
        return back_to(case, "looks")
    possible = list_possible_moves(request.user, case, today)
    lacking = next((one.missing for one in possible if one.rule.id == rule.id), ())
    return act_page(
        request, case, form, title=_("登记复学"), button=_("登记复学"), page="paper",
        outcome=outcome, papers=papers, accepted=presenters.accepted_names(outcome, rules), lacking=lacking,
        days=rules.recheck_dates(today),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def recheck(request: HttpRequest, case_id: str) -> HttpResponse:
    """登记复查: the next look of the round; in school on or after its day, away at any time."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    look = case.rechecks.filter(round=case.return_round, done_at=None, dropped_at=None).first()
    if look is None:
        raise Fault("E618", where=case.pk, expected=_("（已全部办完）"), due="—")
    form = RecheckForm(request.POST or None, initial={**version(case), "n": look.n})

    def act() -> object:
        return actions.do_recheck(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("复查已登记")):
        return back_to(case, "looks")
    title = _("登记第 %(n)s 次复查") % {"n": look.n}
    early = look.due_date > timezone.localdate()
    return act_page(request, case, form, title=title, button=_("保存复查"), page="recheck", look=look, early=early)


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_REOPEN)
def reopen(request: HttpRequest, case_id: str) -> HttpResponse:
    """重新打开 a closed case, with its whole history."""
    case = get_case(request.user, case_id)
    check_may_touch(request.user, case, Permission.CASE_REOPEN)
    rule = find_move("reopen", State(case.state))
    check_may_make(request.user, rule)
    form = MoveForm(request.POST or None, needs_reason=True, initial=version(case))

    def act() -> object:
        return actions.reopen(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("个案已重新打开，从核实办起")):
        return back_to(case)
    return act_page(request, case, form, title=_("重新打开个案"), button=_("重新打开"), page="reopen")
