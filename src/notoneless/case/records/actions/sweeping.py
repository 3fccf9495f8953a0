"""What a later sweep says of open gaps: gone by a roster row, not found, still there. Silence closes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.outcomes import ROSTER, needs_persuasion
from notoneless.case.core.states import State
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.trail.actions import Action
from notoneless.trail.many_rows import insert_all
from notoneless.trail.record import Entry, record, record_all

from ..models import Case, ClosingRequest, Gap, Move
from .moving import begin_rechecks
from .referring import end_referral
from .taking import move_case

GAPS_AT_ONCE = 400
PROVED = Wording("名册证明已无缺口")


@dataclass(frozen=True)
class RosterProof:
    """The roster row that shows a gap to be gone: which gap, which delivery, which row, why in words."""

    gap_id: UUID
    delivery_id: str
    row_no: int
    reason: str


@dataclass(frozen=True)
class Struck:
    """How many gaps the rosters closed, and what that did to their cases."""

    gaps: int = 0
    cases_closed: int = 0
    cases_returned: int = 0


@transaction.atomic
def close_gaps_by_roster(
    *, proofs: Sequence[RosterProof], allowed: Collection[str], sweep_id: str, by: User, now: dt.datetime
) -> Struck:
    """Close open gaps on roster rows, for the checks whose ``close_by_roster`` allows it (``allowed``, by check id).

    A case that nobody has begun to persuade closes when this was its last open gap, and a referral that waited for an
    answer is withdrawn with it; a case in persuasion becomes 已复学 and is watched; every other case stays where it is,
    and so does one whose closing is being decided.
    E625 for a check that is not allowed, E621 for a proof without delivery or row. A gap not open is passed over.
    """
    check_may(by, Permission.SWEEP_RUN)
    if any(not proof.delivery_id or proof.row_no < 1 for proof in proofs):
        raise Fault("E621")
    struck = Struck()
    for chunk in _chunks(proofs):
        gaps, cases = _close_rows(chunk, allowed, sweep_id, by, now)
        closed, returned = _settle_cases(cases, sweep_id, by, now)
        struck = Struck(struck.gaps + gaps, struck.cases_closed + closed, struck.cases_returned + returned)
    return struck


@transaction.atomic
def mark_not_found_again(*, gap_ids: Collection[UUID], sweep_id: str, by: User, now: dt.datetime) -> int:
    """The sweep says *met* but no row may close them: the gaps stay open, flagged for a person to look at."""
    check_may(by, Permission.SWEEP_RUN)
    marked = _mark(gap_ids, still_found=False)
    record(Action.GAP_NOT_FOUND, by=by, now=now, object_kind="sweep", object_id=sweep_id, gaps=marked)
    return marked


@transaction.atomic
def mark_still_found(*, gap_ids: Collection[UUID], sweep_id: str, by: User, now: dt.datetime) -> int:
    """The sweep cannot say (a list is missing) or finds them again: open gaps keep standing as found."""
    check_may(by, Permission.SWEEP_RUN)
    marked = _mark(gap_ids, still_found=True, last_sweep=sweep_id)
    record(Action.GAP_STILL_FOUND, by=by, now=now, object_kind="sweep", object_id=sweep_id, gaps=marked)
    return marked


def _mark(gap_ids: Collection[UUID], **values: object) -> int:
    wanted = list(gap_ids)
    chunks = (wanted[start : start + GAPS_AT_ONCE] for start in range(0, len(wanted), GAPS_AT_ONCE))
    return sum(Gap.objects.filter(pk__in=chunk, state=Gap.State.OPEN).update(**values) for chunk in chunks)


def _chunks(proofs: Sequence[RosterProof]) -> Iterator[dict[UUID, RosterProof]]:
    for start in range(0, len(proofs), GAPS_AT_ONCE):
        yield {proof.gap_id: proof for proof in proofs[start : start + GAPS_AT_ONCE]}


def _close_rows(
    proofs: dict[UUID, RosterProof], allowed: Collection[str], sweep_id: str, by: User, now: dt.datetime
) -> tuple[int, set[str]]:
    gaps = list(Gap.objects.select_for_update().filter(pk__in=proofs, state=Gap.State.OPEN))
    wrong = next((gap for gap in gaps if gap.check_id not in allowed), None)
    if wrong is not None:
        raise Fault("E625", check=wrong.check_id)
    for gap in gaps:
        gap.closing_delivery, gap.closing_row = proofs[gap.pk].delivery_id, proofs[gap.pk].row_no
    Gap.objects.bulk_update(gaps, ["closing_delivery", "closing_row"])
    Gap.objects.filter(pk__in=[gap.pk for gap in gaps]).update(
        state=Gap.State.CLOSED,
        closed_how=Gap.How.ROSTER,
        outcome=ROSTER,
        closed_at=now,
        closed_by=by,
        still_found=False,
    )
    insert_all([_move(gap, proofs[gap.pk], sweep_id, by, now) for gap in gaps])
    record_all([_event(gap, sweep_id) for gap in gaps], by=by, now=now)
    return len(gaps), {gap.case_id for gap in gaps}


def _move(gap: Gap, proof: RosterProof, sweep_id: str, by: User, now: dt.datetime) -> Move:
    return Move(
        case_id=gap.case_id, gap=gap, from_state=Gap.State.OPEN, to_state=Gap.State.CLOSED, by=by, at=now,
        reason=proof.reason, outcome=ROSTER, sweep=sweep_id, delivery=proof.delivery_id, row_no=proof.row_no,
    )  # fmt: skip


def _event(gap: Gap, sweep_id: str) -> Entry:
    detail = {"gap": str(gap.pk), "outcome": ROSTER, "delivery": gap.closing_delivery, "row": gap.closing_row}
    return Entry(Action.GAP_CLOSE, "case", gap.case_id, gap.place_code, detail | {"sweep": sweep_id})


def _settle_cases(case_ids: set[str], sweep_id: str, by: User, now: dt.datetime) -> tuple[int, int]:
    waiting = ClosingRequest.objects.filter(case__in=case_ids, decided_at=None).values_list("case_id", flat=True)
    cases = Case.objects.select_for_update().filter(pk__in=case_ids - set(waiting), closed_at=None)
    still_open: dict[str, list[str]] = {}
    gaps = Gap.objects.filter(case__in=case_ids, state=Gap.State.OPEN)
    for case_id, ledger in gaps.values_list("case_id", "ledger"):
        still_open.setdefault(case_id, []).append(ledger)
    closed = returned = 0
    for case in cases:
        ledgers = still_open.get(case.pk, [])
        if case.state in {State.TO_VERIFY, State.CONFIRMED} and not ledgers:
            _close_case(case, sweep_id, by, now)
            closed += 1
        elif case.state == State.PERSUADING and not any(map(needs_persuasion, ledgers)):
            _watch_case(case, sweep_id, by, now)
            returned += 1
    return closed, returned


def _close_case(case: Case, sweep_id: str, by: User, now: dt.datetime) -> None:
    move_case(case, State.CLEARED, by=by, now=now, reason=PROVED, outcome=ROSTER, sweep=sweep_id)
    end_referral(case, PROVED, by, now)
    case.closed_at, case.outcome = now, ROSTER
    _save(case)


def _watch_case(case: Case, sweep_id: str, by: User, now: dt.datetime) -> None:
    move_case(case, State.RETURNED, by=by, now=now, reason=Wording("名册证明已回校"), sweep=sweep_id)
    begin_rechecks(case, localdate(now), localdate(now))
    _save(case)


def _save(case: Case) -> None:
    case.version += 1
    case.save()
