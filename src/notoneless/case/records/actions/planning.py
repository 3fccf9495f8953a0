"""One gap, one owner, one plan, a set of measures: who does what by when."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.opening import earliest
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Case, Gap, Measure
from ..permissions import check_can_own
from ..queries import get_gap
from .taking import check_open, lock_case, need_text, note, take_case


@transaction.atomic
def assign(*, case_id: str, version: int, owner_id: int, by: User, now: dt.datetime) -> Case:
    """Give the case, and its open gaps that nobody else owns, to one person.

    E613 when that person's account is off, may not work cases, or does not reach the child. E601, E616, E701, E704.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_ASSIGN)
    check_open(case)
    owner = _owner(owner_id, case)
    before = case.owner_id
    case.owner = owner
    case.save(update_fields=["owner"])
    case.gaps.filter(state=Gap.State.OPEN, owner__in=[before] if before else []).update(owner=owner)
    case.gaps.filter(state=Gap.State.OPEN, owner=None).update(owner=owner)
    note(Action.CASE_ASSIGN, case, by, now, owner=owner.username)
    return case


@transaction.atomic
def set_plan(
    *, gap_id: UUID | str, version: int, plan: str, by: User, now: dt.datetime, owner_id: int | None = None
) -> Gap:
    """Write the plan of one gap and, if given, its own owner. ``version`` is the case's. E609 for an empty plan."""
    case, gap = _take_gap(by, gap_id, version, Permission.CASE_WORK)
    gap.plan = need_text(Wording("方案"), plan, 1000)
    if owner_id is not None:
        gap.owner = _owner(owner_id, case)
    gap.save(update_fields=["plan", "owner"])
    note(Action.CASE_PLAN, case, by, now, gap=str(gap.pk))
    return gap


@transaction.atomic
def change_due_date(
    *, gap_id: UUID | str, version: int, due_date: dt.date, reason: str, by: User, now: dt.datetime
) -> Gap:
    """Move the deadline of one gap, with a reason that stays in the trail; E612 for a day that has passed."""
    case, gap = _take_gap(by, gap_id, version, Permission.CASE_ASSIGN)
    if due_date < localdate(now):
        raise Fault("E612", field=Wording("期限"), given=due_date.isoformat(), hint=Wording("不能早于今天"))
    text = need_text(Wording("理由"), reason, 200)
    before, gap.due_date = gap.due_date, due_date
    gap.save(update_fields=["due_date"])
    if case.next_recheck_date is None:
        case.due_date = earliest(case.gaps.filter(state=Gap.State.OPEN).values_list("due_date", flat=True))
        case.save(update_fields=["due_date"])
    note(Action.CASE_DUE, case, by, now, before=before.isoformat(), after=due_date.isoformat(), reason=text)
    return gap


@transaction.atomic
def add_measure(
    *,
    gap_id: UUID | str,
    text: str,
    by: User,
    now: dt.datetime,
    owner_id: int | None = None,
    due_date: dt.date | None = None,
) -> Measure:
    """Add one measure to a gap's plan. E609 without a text, E614 when the gap is not open, E613 for a wrong owner."""
    gap = get_gap(by, gap_id)
    case = lock_case(by=by, case_id=gap.case_id, permission=Permission.CASE_WORK)
    _check_gap_open(gap)
    measure = Measure.objects.create(
        gap=gap,
        text=need_text(Wording("措施"), text),
        owner=_owner(owner_id, case) if owner_id is not None else case.owner,
        due_date=due_date,
        added_by=by,
        added_at=now,
    )
    note(Action.MEASURE_ADD, case, by, now, measure=measure.pk)
    return measure


@transaction.atomic
def finish_measure(*, measure_id: int, result: str, by: User, now: dt.datetime) -> Measure:
    """Strike one measure off by its result; E617 when it is struck off already, E609 without a result."""
    found = Measure.objects.filter(pk=measure_id).select_related("gap").first()
    if found is None:
        raise Fault("E704", where=Wording("措施"))
    case = lock_case(by=by, case_id=found.gap.case_id, permission=Permission.CASE_WORK)
    text = need_text(Wording("结果"), result)
    done = Measure.objects.filter(pk=found.pk, done_at=None).update(done_at=now, done_by=by, result=text)
    if done != 1:
        raise Fault("E617", where=case.pk)
    note(Action.MEASURE_FINISH, case, by, now, measure=found.pk)
    found.refresh_from_db()
    return found


def _take_gap(by: User, gap_id: UUID | str, version: int, permission: Permission) -> tuple[Case, Gap]:
    gap = get_gap(by, gap_id)
    case = take_case(by=by, case_id=gap.case_id, version=version, permission=permission)
    _check_gap_open(gap)
    return case, gap


def _check_gap_open(gap: Gap) -> None:
    if gap.state != Gap.State.OPEN:
        raise Fault("E614", state=gap.get_state_display())


def _owner(owner_id: int, case: Case) -> User:
    owner = User.objects.filter(pk=owner_id).first()
    if owner is None:
        raise Fault("E613", owner=Wording("（查无此人）"))
    check_can_own(owner, case)
    return owner
