"""Writes on doubtful pairs: a first verdict, a second person's word on a risky merge, a blind reading, taking back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.link.core.review import Risk
from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import Child, LinkDecision, Reading, ReviewPair
from .permissions import check_can_decide
from .readings import get_first_reading, list_blind_for

Status, Purpose = ReviewPair.Status, Reading.Purpose
VERDICTS = {Status.SAME, Status.DIFFERENT, Status.UNSURE}
NOTE = 300


@transaction.atomic
def decide_pair(
    *,
    pair: ReviewPair,
    verdict: str,
    reason: str,
    by: User,
    now: dt.datetime,
    risks: Sequence[Risk] = (),
    blind: bool = False,
) -> ReviewPair:
    """Judge a doubtful pair: same, different or unsure. Only an open pair can be judged (E431); E433 other verdicts.

    A merge with ``risks`` waits for a second person and binds no sweep until then. ``blind``: the verdict belongs to
    the sample that another reader is to judge again. Raises E701, E704.
    """
    check_can_decide(by, pair.place_code)
    if verdict not in VERDICTS:
        raise Fault("E433", where=pair.pk)
    waits = verdict == Status.SAME and bool(risks)
    changed = ReviewPair.objects.filter(pk=pair.pk, status=Status.OPEN).update(
        status=Status.SECOND if waits else verdict,
        decided_by=by,
        decided_at=now,
        note=reason.strip()[:NOTE],
        blind=blind and not waits,
    )
    if changed != 1:
        raise Fault("E431", where=pair.pk)
    _read(pair, Purpose.FIRST, verdict, reason, by, now)
    if verdict != Status.UNSURE and not waits:
        lock(pair.right_child)
        decide(pair.left_key, pair.right_key, verdict, pair.right_child, reason or "人工判定", by, now)
    words = {"pair": pair.pk, "verdict": verdict}
    if waits:
        words["risks"] = "、".join(risk.id for risk in risks)
    record_on(Action.LINK_DECIDE, by, now, pair.right_child, **words)
    pair.refresh_from_db()
    return pair


@transaction.atomic
def second_pair(
    *, pair: ReviewPair, reading: int, agrees: bool, reason: str, by: User, now: dt.datetime
) -> ReviewPair:
    """A second person agrees to a risky merge, or returns it: the pair is open again and waits for a new verdict.

    ``reading`` is the first verdict that the person saw: E437 when another stands there now. Raises E436 for the first
    judge, E432 when it is returned without a reason, E701, E704.
    """
    check_can_decide(by, pair.place_code)
    first = get_first_reading(pair)
    if first is None or first.pk != reading:
        raise Fault("E437", where=pair.pk)
    if first.by_id == by.pk:
        raise Fault("E436", where=pair.pk)
    if not agrees and not reason.strip():
        raise Fault("E432", where=pair.pk)
    waiting = ReviewPair.objects.filter(pk=pair.pk, status=Status.SECOND)
    if agrees:
        changed = waiting.update(status=Status.SAME, second_by=by, second_at=now)
    else:
        changed = waiting.update(status=Status.OPEN, decided_by=None, decided_at=None, note="")
    if changed != 1:
        raise Fault("E437", where=pair.pk)
    _read(pair, Purpose.SECOND, "same" if agrees else "returned", reason, by, now, against=first)
    if agrees:
        lock(pair.right_child)
        said = first.reason or "人工判定，第二人同意"
        decide(pair.left_key, pair.right_key, "same", pair.right_child, said, first.by, now, second_by=by)
    else:
        Reading.objects.filter(pk=first.pk).update(undone_by=by, undone_at=now)
    answer = "同意" if agrees else "退回"
    record_on(Action.LINK_SECOND, by, now, pair.right_child, pair=pair.pk, answer=answer)
    pair.refresh_from_db()
    return pair


@transaction.atomic
def read_blind(*, pair: ReviewPair, verdict: str, reason: str, by: User, now: dt.datetime) -> Reading:
    """Judge a pair of the blind sample, not knowing that it was judged: only measured, the verdict in force stays.

    Raises E431 when it is not put before this person (any more), E433, E701, E704.
    """
    check_can_decide(by, pair.place_code)
    if verdict not in VERDICTS:
        raise Fault("E433", where=pair.pk)
    lock(pair.right_child)
    first = get_first_reading(pair)
    if first is None or not list_blind_for(by).filter(pk=pair.pk).exists():
        raise Fault("E431", where=pair.pk)
    reading = _read(pair, Purpose.BLIND, verdict, reason, by, now, against=first)
    record_on(Action.LINK_BLIND, by, now, pair.right_child, pair=pair.pk, verdict=verdict)
    return reading


@transaction.atomic
def undo_pair(*, pair: ReviewPair, reason: str, by: User, now: dt.datetime) -> ReviewPair:
    """Take a verdict back: the pair is open again, the verdict stays in the history as undone (E434 if open)."""
    check_can_decide(by, pair.place_code)
    if reopen(pair, by, now) != 1:
        raise Fault("E434", where=pair.pk)
    undo_in_force(pair.left_key, pair.right_key, reason, by, now)
    record_on(Action.LINK_UNDO, by, now, pair.right_child, pair=pair.pk)
    pair.refresh_from_db()
    return pair


@transaction.atomic
def undo_blind(*, pair: ReviewPair, by: User, now: dt.datetime) -> None:
    """Take one's own blind reading back, so that one may judge the pair again. E434 when there is none."""
    check_can_decide(by, pair.place_code)
    own = Reading.objects.filter(pair=pair.pk, purpose=Purpose.BLIND, by=by, undone_at=None)
    if own.update(undone_by=by, undone_at=now) == 0:
        raise Fault("E434", where=pair.pk)
    record_on(Action.LINK_UNDO, by, now, pair.right_child, pair=pair.pk, blind=True)


def reopen(pair: ReviewPair, by: User, now: dt.datetime) -> int:
    """Make a judged pair open again and mark what was read as taken back; how many rows changed (0: it was open)."""
    changed: int = (
        ReviewPair.objects.filter(pk=pair.pk)
        .exclude(status=Status.OPEN)
        .update(
            status=Status.OPEN,
            decided_by=None,
            decided_at=None,
            second_by=None,
            second_at=None,
            blind=False,
            note="",
        )
    )
    standing = Reading.objects.filter(pair=pair.pk, undone_at=None, purpose__in=[Purpose.FIRST, Purpose.SECOND])
    standing.exclude(verdict=Reading.Verdict.RETURNED).update(undone_by=by, undone_at=now)
    return changed


def decide(
    key_a: str,
    key_b: str,
    verdict: str,
    child: Child,
    reason: str,
    by: User,
    now: dt.datetime,
    second_by: User | None = None,
) -> LinkDecision:
    """Write the verdict on two rows that every later sweep obeys."""
    low, high = sorted([key_a, key_b])
    return LinkDecision.objects.create(
        row_key_a=low,
        row_key_b=high,
        verdict=verdict,
        child=child,
        place_code=child.place_code,
        reason=reason.strip()[:NOTE],
        by=by,
        at=now,
        second_by=second_by,
    )


def lock(child: Child) -> None:
    """Verdicts about one child are written one after the other: only one on two rows may be in force."""
    Child.objects.select_for_update().get(pk=child.pk)


def undo_in_force(key_a: str, key_b: str, reason: str, by: User, now: dt.datetime) -> None:
    """Mark the verdict in force on two rows, if there is one, as taken back."""
    low, high = sorted([key_a, key_b])
    LinkDecision.objects.filter(row_key_a=low, row_key_b=high, undone_at=None).update(
        undone_by=by, undone_at=now, undo_reason=reason.strip()[:NOTE]
    )


def record_on(action: Action, by: User, now: dt.datetime, child: Child, **detail: object) -> None:
    """One trail event about a child."""
    record(action, by=by, now=now, object_kind="child", object_id=child.pk, place_code=child.place_code, **detail)


def _read(
    pair: ReviewPair,
    purpose: str,
    verdict: str,
    reason: str,
    by: User,
    now: dt.datetime,
    against: Reading | None = None,
) -> Reading:
    return Reading.objects.create(
        pair=pair.pk,
        place_code=pair.place_code,
        purpose=purpose,
        verdict=verdict,
        reason=reason.strip()[:NOTE],
        by=by,
        at=now,
        against=against,
    )
