"""The page of one case and its paper form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from notoneless.case.core.states import Need, State, Way, is_final, table
from notoneless.case.core.stuck import load_reasons
from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.case.records.permissions import can_decide, can_make, can_touch
from notoneless.case.records.queries import PossibleMove, get_persuasion, list_notes, list_possible_moves, rules_on
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope
from notoneless.web.case import presenters, unit_presenters
from notoneless.web.case.tasks import Task, Work, task_lines
from notoneless.web.case.views.family import family_of
from notoneless.web.shell.access import requires

MAIN_ROAD = (
    "close_returned",
    "close_settled",
    "record_return",
    "start_persuasion",
    "confirm",
    "close_transferred",
    "close_placed",
    "reopen",
)
"""Steps that lead on, the farthest first: the first that can be taken is the one big button of the page."""

OWN_PAGES = {
    "record_return": "return",
    "reopen": "reopen",
    "ask_receiver": "refer_outside",
    "receiver_denies": "outside_answer",
}
"""Steps with a page of their own."""

NEED_PAGES = {
    Need.OWNER: "assign",
    Need.VISIT_OR_EVIDENCE: "visit",
    Need.PLACEMENT: "placement",
    Need.RECEIVER_CONFIRMED: "outside_answer",
}
"""Where a missing thing is mended, when that is a page of its own."""


@require_safe
@requires(Permission.CASE_VIEW)
def case_page(request: HttpRequest, case_id: str) -> HttpResponse:
    """一人一案: what is done, what comes next, the whole story; opening it is in the trail."""
    case = actions.read_case(case_id=case_id, by=request.user, now=timezone.now())
    return render(request, "case/page.html", _context(request.user, case))


@require_safe
@requires(Permission.CASE_VIEW)
def print_view(request: HttpRequest, case_id: str) -> HttpResponse:
    """The whole case on A4, with a line for signatures."""
    case = actions.read_case(case_id=case_id, by=request.user, now=timezone.now())
    return render(request, "case/print.html", _context(request.user, case) | family_of(request.user, case))


def _context(user: User, case: Case) -> dict[str, Any]:
    today = timezone.localdate()
    rules = rules_on(today)
    gaps, visits = presenters.gap_blocks(case, rules), presenters.visit_lines(case, rules)
    papers, looks = presenters.paper_lines(case, rules), presenters.recheck_lines(case)
    requests = presenters.request_lines(case, rules)
    waiting = next((line for line in requests if line.request.decided_at is None), None)
    work = Work(
        case, gaps, visits, len(papers), [look for look, _said, _mark in looks], waiting and waiting.request, today
    )
    tasks = task_lines(work)
    sent = case.referrals.select_related("asked_by", "answered_by").order_by("-asked_at", "-pk")
    referrals = unit_presenters.referral_lines(sent)
    return {
        "case": case,
        "child": case.child,
        "age": presenters.age(case.child.birth_date, today),
        "school": presenters.school_name(case),
        "state": table().states[State(case.state)],
        "state_kind": presenters.state_kind(case),
        "tasks": tasks,
        "gaps": gaps,
        "visits": visits,
        "persuasion": presenters.persuasion_line(get_persuasion(case, today)) if work.wants_return else "",
        "promise_past": case.agreed_date if case.agreed_date and case.agreed_date < today else None,
        "papers": papers,
        "placements": presenters.placement_lines(case, rules),
        "looks": looks,
        "requests": requests,
        "waiting": waiting,
        "unit": unit_presenters.responsible_unit(case),
        "stuck": unit_presenters.stuck_lines(
            case.stuck.exclude(reason="agreed_passed").select_related("case__child", "turn_user"),
            load_reasons(rules.pack),
            today,
        ),
        "consultations": unit_presenters.consultation_lines(case),
        "notes": list_notes(user, case, today),
        "referrals": referrals,
        "referred": next((line for line in referrals if line.referral.answered_at is None), None),
        "outcome": rules.outcome_name(case.outcome),
        "items": presenters.story(case),
        "today": today,
        **_rights(user, case, waiting),
        **_steps(user, case, gaps, next((task for task in tasks if task.is_next), None)),
    }


def _rights(user: User, case: Case, waiting: presenters.RequestLine | None) -> dict[str, bool]:
    """What this person's buttons are."""
    is_open = not is_final(case.state)
    look_rules = [rule for rule in table().moves if rule.way is Way.RECHECK]
    next_look = case.rechecks.filter(round=case.return_round, done_at=None, dropped_at=None).exists()
    may_work = is_open and can_touch(user, case, Permission.CASE_WORK)
    return {
        "is_open": is_open,
        "may_work": may_work,
        "may_assign": is_open and can_touch(user, case, Permission.CASE_ASSIGN),
        "may_reopen_gap": is_open and can_touch(user, case, Permission.CASE_APPROVE),
        "may_reopen": can_touch(user, case, Permission.CASE_REOPEN),
        "may_decide": waiting is not None and can_decide(user, waiting.request),
        "may_look": may_work and waiting is None and next_look and any(can_make(user, rule) for rule in look_rules),
        "may_see_child": may(user, Permission.CHILD_VIEW) and _covers_child(user, case),
        "may_see_trail": may(user, Permission.TRAIL_VIEW),
    }


def _covers_child(user: User, case: Case) -> bool:
    """A case handed over may be in the reach of somebody who does not reach the child's own file."""
    return Scope.of(user).covers(case.child.place_code, case.child.school_code)


def _steps(user: User, case: Case, gaps: list[presenters.GapBlock], task: Task | None) -> dict[str, Any]:
    """The steps that the state table offers this person: those that can be taken, and those that still lack something.

    The big button is the step that leads on, else the page of the next task.
    """
    possible = [
        one for one in list_possible_moves(user, case, timezone.localdate()) if one.rule.way is not Way.RECHECK
    ]
    assign_url = reverse("case:assign", args=[case.pk])
    ready = {one.rule.id: (one.rule.name, _address(case, one)) for one in possible if one.is_ready}
    main = next((step for step in MAIN_ROAD if step in ready), "")
    right = Permission.CASE_ASSIGN if task and task.url == assign_url else Permission.CASE_WORK
    next_page = (task.button, task.url) if task and task.button and can_touch(user, case, right) else None
    return {
        "assign_url": assign_url,
        "main": ready.get(main) or next_page,
        "ready": [step for move_id, step in ready.items() if move_id != main],
        "lacking": [
            (one.rule, [(name, _mend(case, name, gaps)) for name in one.missing]) for one in possible if one.missing
        ],
    }


def _address(case: Case, step: PossibleMove) -> str:
    """The page where a step is taken."""
    if step.rule.way is Way.CLOSING:
        return f"{reverse('case:closing', args=[case.pk])}?move={step.rule.id}"
    own = OWN_PAGES.get(step.rule.id)
    return reverse(f"case:{own}", args=[case.pk]) if own else reverse("case:move", args=[case.pk, step.rule.id])


def _mend(case: Case, missing: str, gaps: list[presenters.GapBlock]) -> str:
    """Where that missing thing can be supplied; "" when no form supplies it."""
    need = next(need for need, name in table().need_names.items() if name == missing)
    if need is Need.PLAN:
        unplanned = [one for one in gaps if one.is_open and not one.single and not (one.gap.plan and one.measures)]
        page = "measure" if unplanned and unplanned[0].gap.plan else "plan"
        return reverse(f"case:{page}", args=[case.pk, unplanned[0].gap.pk]) if unplanned else ""
    if need is Need.RECHECKS_PASSED:
        return reverse("case:recheck", args=[case.pk])
    if need is Need.GAPS_SETTLED:
        return "#gaps"
    return reverse(f"case:{NEED_PAGES[need]}", args=[case.pk]) if need in NEED_PAGES else ""
