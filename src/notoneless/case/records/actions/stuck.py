"""The nightly look for cases that do not move: no case may lie still without somebody whose turn it is.

Done by the machine, over all cases; what it writes is derived and only says who owes the next step. Whoever acts on a
case takes it off the list at once; the next night looks again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.stuck import Reason, find_reasons, load_reasons
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from ..models import Case, Stuck
from ..queries import rules_on
from ..queries.signs import SignReader
from ..queries.turns import TurnReader

ROWS_AT_ONCE = 1000
SAME = ("case_id", "reason", "since", "turn_user_id", "turn_role", "place_code", "school_code")


@transaction.atomic
def find_stuck(*, now: dt.datetime) -> int:
    """Write down every case that is stuck today, why and whose turn it is; how many reasons there are.

    The same again on the same day changes nothing and leaves no second trace.
    """
    today = localdate(now)
    reasons = load_reasons(rules_on(today).pack)
    found = _look(reasons, today)
    before = set(Stuck.objects.values_list(*SAME))
    if {_values(one) for one in found} == before:
        return len(found)
    Stuck.objects.all().delete()
    Stuck.objects.bulk_create(found, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)  # another worker may look too
    cases = len({one.case_id for one in found})
    record(Action.STUCK_FIND, by=None, now=now, object_kind="case", cases=cases, reasons=len(found))
    return len(found)


def _look(reasons: dict[str, Reason], today: dt.date) -> list[Stuck]:
    signs, turns = SignReader(), TurnReader()
    found: list[Stuck] = []
    for case in Case.objects.filter(closed_at=None).select_related("owner").order_by("pk").iterator(chunk_size=2000):
        for reason, since in find_reasons(signs.of(case), reasons, today):
            turn = turns.of(case, reason, signs.receiver_of(case))
            found.append(Stuck(case=case, reason=reason.code, since=since, **turn))
    return found


def _values(one: Stuck) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in SAME)
