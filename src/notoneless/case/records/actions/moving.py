"""Moves one person makes: verified, persuading, returned, passed to another county, reopened."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.opening import earliest
from notoneless.case.core.outcomes import RETURNED
from notoneless.case.core.policies import check_can_move, find_move
from notoneless.case.core.states import Move as MoveRule
from notoneless.case.core.states import Need, State, Way, state_name
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Case, Evidence, Gap, Recheck
from ..permissions import check_may_make
from ..queries import get_facts, rules_on
from .gaps import reopen_gaps
from .taking import move_case, need_past, need_short, need_text, note, take_case, take_evidence

OWN_ACTIONS = frozenset({"record_return", "reopen", "ask_receiver", "receiver_denies"})
"""Moves that write more than the state and so have an action of their own."""


@transaction.atomic
def move(*, case_id: str, version: int, move_id: str, by: User, now: dt.datetime, reason: str = "") -> Case:
    """Make one of the table's direct moves. E602 not in the table, E603 something missing, E604 not this role's.

    E605 while a closing waits; E601, E701, E704 as every action.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_WORK)
    rule = find_move(move_id, State(case.state))
    if rule.way is not Way.DIRECT or move_id in OWN_ACTIONS:
        raise Fault("E602", state=state_name(case.state), move=rule.name)
    check_may_make(by, rule)
    text = need_text(Wording("理由"), reason) if Need.REASON in rule.needs else need_short(Wording("理由"), reason)
    check_can_move(move_id, get_facts(case, today=localdate(now), reason=text))
    _carry_out(case, rule, by, now, reason=text)
    case.save(update_fields=["state"])
    return case


def confirm(*, case_id: str, version: int, by: User, now: dt.datetime, reason: str = "") -> Case:
    """The gap is real (核实属实): needs a visit or a paper on file."""
    return move(case_id=case_id, version=version, move_id="confirm", by=by, now=now, reason=reason)


def start_persuasion(*, case_id: str, version: int, by: User, now: dt.datetime, reason: str = "") -> Case:
    """Persuasion begins (劝返): needs an owner and, for each gap that wants it, a plan with a measure."""
    return move(case_id=case_id, version=version, move_id="start_persuasion", by=by, now=now, reason=reason)


@transaction.atomic
def record_return(
    *,
    case_id: str,
    version: int,
    returned_date: dt.date,
    evidence_id: UUID | str,
    by: User,
    now: dt.datetime,
    reason: str = "",
) -> Case:
    """The child is back at school: needs a paper and a present placement; sets the dates of the looks to come.

    How many looks and how far apart is policy (``recheck.count``, ``recheck.interval_days``). E612 for a future day.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_WORK)
    rule = find_move("record_return", State(case.state))
    check_may_make(by, rule)
    paper = take_evidence(case, by, evidence_id)
    today = localdate(now)
    need_past(Wording("复学日期"), returned_date, now)
    text = need_short(Wording("说明"), reason)
    facts = get_facts(case, today=today, reason=text, evidence=paper)
    check_can_move(rule.id, facts, rules_on(today).outcome(RETURNED))
    _carry_out(case, rule, by, now, reason=text, evidence=paper)
    begin_rechecks(case, returned_date, today)
    case.save()
    return case


@transaction.atomic
def reopen(*, case_id: str, version: int, reason: str, by: User, now: dt.datetime) -> Case:
    """Wake a closed case with its whole history; the gaps that its closing ended are open again, with new deadlines.

    E626 when the child has another open case meanwhile; E609 without a reason; E602 for a case that is not closed.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_REOPEN)
    rule = find_move("reopen", State(case.state))
    check_may_make(by, rule)
    text = need_text(Wording("理由"), reason)
    other = Case.objects.filter(child=case.child_id, closed_at=None).first()
    if other is not None:
        raise Fault("E626", where=case.pk, case=other.pk)
    today, closed_at = localdate(now), case.closed_at
    move_case(case, rule.target, by=by, now=now, reason=text)
    case.closed_at, case.outcome = None, ""
    case.reopened_at, case.reopened_count = now, case.reopened_count + 1
    case.returned_date = case.next_recheck_date = case.agreed_date = None
    reopen_gaps(case.gaps.filter(closed_at=closed_at), by=by, now=now, reason=text)
    case.due_date = next_deadline(case, today)
    case.save()
    note(Action.CASE_REOPEN, case, by, now, reason=text)
    return case


def begin_rechecks(case: Case, returned_date: dt.date, today: dt.date) -> None:
    """Start a new round of looks after a return; the caller saves the case."""
    days = rules_on(today).recheck_dates(returned_date)
    case.return_round += 1
    case.returned_date, case.next_recheck_date, case.due_date = returned_date, days[0], days[0]
    case.agreed_date = None
    Recheck.objects.bulk_create(
        Recheck(case=case, round=case.return_round, n=n, due_date=day) for n, day in enumerate(days, start=1)
    )


def next_deadline(case: Case, today: dt.date) -> dt.date:
    """The day an open case is due again: from today, by the policy of its open gaps (of all, if none is open)."""
    rules = rules_on(today)
    still_open = case.gaps.filter(state=Gap.State.OPEN)
    gaps = still_open if still_open.exists() else case.gaps.all()
    return earliest(rules.deadline(gap.check_id, today) for gap in gaps)


def _carry_out(
    case: Case, rule: MoveRule, by: User, now: dt.datetime, *, reason: str, evidence: Evidence | None = None
) -> None:
    names = {"from_state": state_name(case.state), "to_state": state_name(rule.target)}
    move_case(case, rule.target, by=by, now=now, reason=reason, evidence=evidence)
    action = Action.CASE_CONFIRM if rule.id == "confirm" else Action.CASE_MOVE
    note(action, case, by, now, move=rule.id, **names)
