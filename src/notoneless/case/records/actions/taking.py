"""How every write on a case begins and ends: right, reach, lock, version; then one move row and one trail event."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.timezone import localdate

from notoneless.case.core.states import is_final
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from ..models import Case, Evidence, Move, Stuck
from ..permissions import check_may_touch
from ..queries import get_case, get_evidence


def take_case(*, by: User, case_id: str, version: int, permission: Permission) -> Case:
    """Claim the case for a change: E701 no right, E704 out of sight, E601 when it is no longer at ``version``.

    The conditional UPDATE moves the version on and locks the row, so of two editors one is refused, none overwritten.
    """
    case = get_case(by, case_id)
    check_may_touch(by, case, permission)
    claimed = Case.objects.filter(pk=case.pk, version=version).update(version=F("version") + 1)
    if claimed != 1:
        raise Fault("E601", where=case.pk, version=case.version)
    unstick(case)
    case.refresh_from_db()
    return case


def lock_case(*, by: User, case_id: str, permission: Permission) -> Case:
    """Lock the case for something that is only added to it; two people adding at once are both kept."""
    case = get_case(by, case_id)
    check_may_touch(by, case, permission)
    unstick(case)
    return Case.objects.select_for_update().get(pk=case.pk)


def unstick(case: Case) -> None:
    """Whoever acts on a case takes it off 卡住的个案; the next night looks again."""
    Stuck.objects.filter(case=case).delete()


def check_open(case: Case) -> None:
    """E616 for a closed case."""
    if is_final(case.state):
        raise Fault("E616", where=case.pk)


def take_evidence(case: Case, by: User, evidence_id: UUID | str | None) -> Evidence:
    """Evidence of this case, added since it was opened or last reopened (else E620); E609 when none is named."""
    if not evidence_id:
        raise Fault("E609", field=Wording("佐证"))
    found = get_evidence(by, evidence_id)
    if found.case_id != case.pk or found.at < (case.reopened_at or case.opened_at):
        raise Fault("E620", where=case.pk)
    return found


def need_text(field: str, value: str, limit: int = 500) -> str:
    """The text without outer blanks; E609 when nothing is left, E612 when it is longer than the column."""
    text = value.strip()
    if not text:
        raise Fault("E609", field=field)
    if len(text) > limit:
        raise Fault("E627", field=field, limit=limit, given=len(text))
    return text


def need_short(field: str, value: str, limit: int = 500) -> str:
    """As :func:`need_text`, for a text that may be empty."""
    return need_text(field, value, limit) if value.strip() else ""


def need_past(field: str, day: dt.date, now: dt.datetime) -> dt.date:
    """The day, unless it lies in the future (E612)."""
    if day > localdate(now):
        raise Fault("E612", field=field, given=day.isoformat(), hint=Wording("不能晚于今天"))
    return day


def move_case(case: Case, target: str, *, by: User, now: dt.datetime, **ground: Any) -> None:
    """Write the new state and its row of history; ``ground``: reason, outcome, evidence, sweep, delivery, row_no."""
    Move.objects.create(case=case, from_state=case.state, to_state=target, by=by, at=now, **ground)
    case.state = target


def note(action: Action, case: Case, by: User, now: dt.datetime, **detail: Any) -> None:
    """The one trail event of an action; ``detail`` holds ids, codes and counts only."""
    record(action, by=by, now=now, object_kind="case", object_id=case.pk, place_code=case.place_code, **detail)
