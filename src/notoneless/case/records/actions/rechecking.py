"""回头看: the dated looks after a return. All in school leads to closing; one absence leads back to persuasion."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.outcomes import PERSUASION_LEDGERS
from notoneless.case.core.policies import check_can_move
from notoneless.case.core.states import State
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Case, Gap, Recheck
from ..permissions import check_may_make
from ..queries import get_facts
from .gaps import reopen_gaps
from .moving import next_deadline
from .taking import check_open, move_case, need_short, need_text, note, take_case


@transaction.atomic
def do_recheck(
    *, case_id: str, version: int, n: int, in_school: bool, by: User, now: dt.datetime, note_text: str = ""
) -> Recheck:
    """Write down look ``n`` of the present round. A pass is taken on or after its day, an absence at any time.

    The first pass moves 已复学 to 复查; an absence (needs a note) drops the looks to come and reopens persuasion.
    E618 for the wrong number or too early, E602 in a state without looks, E605 while a closing waits.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_WORK)
    check_open(case)
    today = localdate(now)
    text = need_short(Wording("说明"), note_text) if in_school else need_text(Wording("说明"), note_text)
    look = _take_look(case, n, in_school, today)
    look.done_at, look.by, look.in_school, look.note = now, by, in_school, text
    look.save()
    if in_school:
        _pass(case, by, now, today)
    else:
        _fail(case, text, by, now, today)
    case.save()
    note(Action.RECHECK_DO, case, by, now, n=n, in_school=in_school)
    return look


def _take_look(case: Case, n: int, in_school: bool, today: dt.date) -> Recheck:
    look = case.rechecks.filter(round=case.return_round, done_at=None, dropped_at=None).first()
    if look is None:
        raise Fault("E618", where=case.pk, expected=Wording("（已全部办完）"), due="—")
    if look.n != n or (in_school and today < look.due_date):
        raise Fault("E618", where=case.pk, expected=look.n, due=look.due_date.isoformat())
    return look


def _pass(case: Case, by: User, now: dt.datetime, today: dt.date) -> None:
    if case.state == State.RETURNED:
        rule = check_can_move("recheck_passed", get_facts(case, today=today))
        check_may_make(by, rule)
        move_case(case, rule.target, by=by, now=now)
    left = case.rechecks.filter(round=case.return_round, done_at=None, dropped_at=None).first()
    case.next_recheck_date = left.due_date if left else None
    case.due_date = left.due_date if left else next_deadline(case, today)


def _fail(case: Case, reason: str, by: User, now: dt.datetime, today: dt.date) -> None:
    rule = check_can_move("recheck_failed", get_facts(case, today=today, reason=reason))
    check_may_make(by, rule)
    move_case(case, rule.target, by=by, now=now, reason=reason)
    case.rechecks.filter(round=case.return_round, done_at=None).update(dropped_at=now)
    believed = case.gaps.filter(ledger__in=PERSUASION_LEDGERS, closed_how=Gap.How.ROSTER)
    reopen_gaps(believed.filter(closed_at__gte=case.reopened_at or case.opened_at), by=by, now=now, reason=reason)
    case.returned_date = case.next_recheck_date = None
    case.due_date = next_deadline(case, today)
