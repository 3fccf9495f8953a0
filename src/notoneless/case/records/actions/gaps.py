"""Striking off and reopening gaps: the rows, their history, and the single gap ended by paper."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from notoneless.case.core.outcomes import Outcome
from notoneless.case.core.policies import check_gap_outcome
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Evidence, Gap, Move
from ..queries import get_gap, rules_on
from .taking import check_open, need_text, note, take_case, take_evidence

CLEARED: dict[str, Any] = {
    "state": Gap.State.OPEN,
    "closed_at": None,
    "closed_by": None,
    "closed_how": "",
    "outcome": "",
    "closing_evidence": None,
    "closing_delivery": "",
    "closing_row": None,
}


@transaction.atomic
def close_gap(
    *,
    gap_id: UUID | str,
    version: int,
    outcome_id: str,
    evidence_id: UUID | str,
    reason: str,
    by: User,
    now: dt.datetime,
) -> Gap:
    """Strike off one aid or data gap on evidence; a gap that wants persuasion ends with its case only (E615).

    E610 for an outcome that does not fit, E608 for evidence it does not accept, E614 when the gap is not open,
    E605 while a closing of the case waits. The case itself stays open until its closing is asked for and decided.
    """
    gap = get_gap(by, gap_id)
    case = take_case(by=by, case_id=gap.case_id, version=version, permission=Permission.CASE_WORK)
    check_open(case)
    if case.closing_requests.filter(decided_at=None).exists():
        raise Fault("E605")
    if gap.state != Gap.State.OPEN:
        raise Fault("E614", state=gap.get_state_display())
    text = need_text(Wording("理由"), reason)
    paper = take_evidence(case, by, evidence_id)
    outcome = rules_on(localdate(now)).outcome(outcome_id)
    check_gap_outcome(outcome, gap.ledger, paper.kind)
    end_gap(gap, outcome, paper, by=by, now=now, reason=text)
    action = Action.GAP_EXCUSE if outcome.gap_state == Gap.State.EXCUSED else Action.GAP_CLOSE
    note(action, case, by, now, gap=str(gap.pk), outcome=outcome.id)
    return gap


@transaction.atomic
def reopen_gap(*, gap_id: UUID | str, version: int, reason: str, by: User, now: dt.datetime) -> Gap:
    """Take back the striking off of one gap of an open case; for the one who approves. E614 when it is open."""
    gap = get_gap(by, gap_id)
    case = take_case(by=by, case_id=gap.case_id, version=version, permission=Permission.CASE_APPROVE)
    check_open(case)
    if gap.state == Gap.State.OPEN:
        raise Fault("E614", state=gap.get_state_display())
    reopen_gaps(Gap.objects.filter(pk=gap.pk), by=by, now=now, reason=need_text(Wording("理由"), reason))
    note(Action.GAP_REOPEN, case, by, now, gap=str(gap.pk))
    gap.refresh_from_db()
    return gap


def end_gap(gap: Gap, outcome: Outcome, paper: Evidence, *, by: User, now: dt.datetime, reason: str) -> None:
    """Write the end of one gap and its row of history."""
    Move.objects.create(
        case_id=gap.case_id, gap=gap, from_state=gap.state, to_state=outcome.gap_state, by=by, at=now,
        reason=reason, outcome=outcome.id, evidence=paper,
    )  # fmt: skip
    gap.state, gap.closed_how, gap.outcome = outcome.gap_state, outcome.how, outcome.id
    gap.closed_at, gap.closed_by, gap.closing_evidence = now, by, paper
    gap.save()


def reopen_gaps(gaps: QuerySet[Gap], *, by: User, now: dt.datetime, reason: str) -> int:
    """Open ended gaps again, each with its row of history and a new deadline by policy; how many there were."""
    ended = list(gaps)
    rules = rules_on(localdate(now))
    for gap in ended:
        Move.objects.create(
            case_id=gap.case_id, gap=gap, from_state=gap.state, to_state=Gap.State.OPEN, by=by, at=now, reason=reason
        )
        due = rules.deadline(gap.check_id, localdate(now))
        Gap.objects.filter(pk=gap.pk).update(**CLEARED, due_date=due)
    return len(ended)
