"""销号: asked by one, decided by another, on evidence of the kind that the outcome demands."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.outcomes import Outcome
from notoneless.case.core.policies import check_can_move, find_move
from notoneless.case.core.states import Move as MoveRule
from notoneless.case.core.states import State
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Case, ClosingRequest, Evidence, Gap
from ..permissions import check_may_decide, check_may_make
from ..queries import get_closing_request, get_facts, rules_on
from .gaps import end_gap
from .taking import check_open, move_case, need_short, need_text, note, take_case, take_evidence


@transaction.atomic
def ask_closing(
    *, case_id: str, version: int, outcome_id: str, evidence_id: UUID | str, reason: str, by: User, now: dt.datetime
) -> ClosingRequest:
    """Ask for the case to be closed with an outcome. Nothing closes yet: another person decides.

    E605 when a request already waits, E628 while the case is being handed over, E608 for evidence the outcome does not accept, E610 for an outcome that leads
    nowhere from this state, E603 for what is missing (open gaps not covered, re-checks, placement, end of leave).
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_WORK)
    check_open(case)
    if case.referrals.filter(answered_at=None, to_outside="").exists():
        raise Fault("E628", where=case.pk)
    text = need_text(Wording("理由"), reason)
    paper = take_evidence(case, by, evidence_id)
    outcome, rule = _check_closing(case, outcome_id, paper, text, localdate(now))
    check_may_make(by, rule)
    request = ClosingRequest.objects.create(
        case=case, outcome=outcome.id, evidence=paper, reason=text, asked_by=by, asked_at=now
    )
    action = Action.CASE_MISTAKE if rule.target is State.MISTAKE else Action.CLOSING_ASK
    note(action, case, by, now, request=request.pk, outcome=outcome.id)
    return request


@transaction.atomic
def report_mistake(
    *, case_id: str, version: int, outcome_id: str, evidence_id: UUID | str, reason: str, by: User, now: dt.datetime
) -> ClosingRequest:
    """As :func:`ask_closing`, for the outcomes that say it was no gap (误报); E610 for any other."""
    outcome = rules_on(localdate(now)).outcome(outcome_id)
    if "close_mistake" not in outcome.moves:
        raise Fault("E610", outcome=outcome.name)
    return ask_closing(
        case_id=case_id,
        version=version,
        outcome_id=outcome_id,
        evidence_id=evidence_id,
        reason=reason,
        by=by,
        now=now,
    )


@transaction.atomic
def decide_closing(
    *, request_id: int, version: int, approved: bool, by: User, now: dt.datetime, reason: str = ""
) -> Case:
    """Approve or refuse a closing. What was needed when it was asked for is looked at again now.

    E607 for the one who asked (the database refuses it too), E604 for a role that does not decide, E606 when it is
    decided already, E609 for a refusal without a reason.
    """
    request = get_closing_request(by, request_id)
    case = take_case(by=by, case_id=request.case_id, version=version, permission=Permission.CASE_APPROVE)
    outcome = rules_on(localdate(request.asked_at)).outcome(request.outcome)
    rule = find_move(outcome.move_from(State(case.state)), State(case.state))
    check_may_decide(by, request, rule)
    text = need_short(Wording("意见"), reason) if approved else need_text(Wording("意见"), reason)
    decided = ClosingRequest.objects.filter(pk=request.pk, decided_at=None).update(
        decided_by=by, decided_at=now, approved=approved, decision_reason=text
    )
    if decided != 1:
        raise Fault("E606", where=case.pk)
    if approved:
        _check_closing(case, request.outcome, request.evidence, request.reason, localdate(now))
        _close(case, outcome, rule, request, by, now)
    action = Action.CLOSING_APPROVE if approved else Action.CLOSING_REFUSE
    note(action, case, by, now, request=request.pk, outcome=outcome.id)
    return case


def _check_closing(
    case: Case, outcome_id: str, paper: Evidence, reason: str, today: dt.date
) -> tuple[Outcome, MoveRule]:
    outcome = rules_on(today).outcome(outcome_id)
    move_id = outcome.move_from(State(case.state))
    if paper.kind not in outcome.evidence:
        raise Fault("E608", where=case.pk, outcome=outcome.name)
    facts = get_facts(case, today=today, reason=reason, evidence=paper)
    return outcome, check_can_move(move_id, facts, outcome)


def _close(case: Case, outcome: Outcome, rule: MoveRule, request: ClosingRequest, by: User, now: dt.datetime) -> None:
    for gap in case.gaps.filter(state=Gap.State.OPEN):
        end_gap(gap, outcome, request.evidence, by=by, now=now, reason=request.reason)
    move_case(case, rule.target, by=by, now=now, reason=request.reason, outcome=outcome.id, evidence=request.evidence)
    case.closed_at, case.outcome, case.next_recheck_date = now, outcome.id, None
    case.save()
