"""What the nightly look needs of every open case, read in few statements instead of some for each case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max, QuerySet
from django.utils.timezone import localdate

from notoneless.case.core.states import State
from notoneless.case.core.stuck import Signs
from notoneless.case.core.units import Unit
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope

from ..models import Case, ClosingRequest, Consultation, Evidence, Measure, Move, Placement, Recheck, Referral, Visit

ACTS = (
    (Move, "case", "at"),
    (Visit, "case", "recorded_at"),
    (Evidence, "case", "at"),
    (Placement, "case", "at"),
    (Recheck, "case", "done_at"),
    (Measure, "gap__case", "added_at"),
    (Measure, "gap__case", "done_at"),
    (Referral, "case", "asked_at"),
    (Referral, "case", "answered_at"),
    (Consultation, "case", "asked_at"),
    (Consultation, "case", "recorded_at"),
    (ClosingRequest, "case", "asked_at"),
    (ClosingRequest, "case", "decided_at"),
)
"""Everything that is written about a case, and when it was."""


class SignReader:
    """Last acts, waiting answers and working owners of all open cases; ``of`` gives one case's signs."""

    def __init__(self) -> None:
        self._last = _latest(ACTS)
        self._asked = dict(_open(ClosingRequest.objects.filter(decided_at=None)).values_list("case_id", "asked_at"))
        waiting = _open(Consultation.objects.filter(recorded_at=None))
        self._consulted = dict(waiting.values_list("case_id", "meet_date"))
        self._referrals = {one.case_id: one for one in _open(Referral.objects.filter(answered_at=None))}
        self._scopes: dict[int, Scope] = {}

    def of(self, case: Case) -> Signs:
        """What is seen of this open case."""
        since = max(filter(None, (case.opened_at, case.reopened_at, case.referred_at)))
        referral = self._referrals.get(case.pk)
        asked = referral.asked_at if referral else None
        outside = bool(referral and referral.to_outside)
        return Signs(
            state=State(case.state),
            since=localdate(since),
            last_act=localdate(max(since, self._last.get(case.pk, since))),
            has_owner=case.owner is not None,
            owner_works=case.owner is not None and self._works(case.owner, case),
            referred=None if outside else _day(asked),
            sent_outside=_day(asked) if outside else None,
            asked=_day(self._asked.get(case.pk)),
            agreed=case.agreed_date,
            recheck=case.next_recheck_date,
            consulted=self._consulted.get(case.pk),
        )

    def receiver_of(self, case: Case) -> Unit | None:
        """The unit of this installation that the case is proposed to."""
        referral = self._referrals.get(case.pk)
        return Unit(referral.to_place, referral.to_school) if referral and not referral.to_outside else None

    def _works(self, owner: User, case: Case) -> bool:
        if owner.pk not in self._scopes:
            self._scopes[owner.pk] = Scope.of(owner) if may(owner, Permission.CASE_WORK) else Scope()
        return self._scopes[owner.pk].covers(case.place_code, case.school_code)


def _latest(acts: Iterable[tuple[type, str, str]]) -> dict[str, dt.datetime]:
    found: dict[str, dt.datetime] = {}
    for model, case, column in acts:
        rows = model.objects.filter(**{f"{case}__closed_at": None, f"{column}__isnull": False})  # type: ignore[attr-defined]
        for case_id, at in rows.order_by().values_list(case).annotate(Max(column)):
            found[case_id] = max(at, found.get(case_id, at))
    return found


def _open(rows: QuerySet) -> QuerySet:
    return rows.filter(case__closed_at=None)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return localdate(moment) if moment else None
