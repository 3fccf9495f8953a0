"""Writes on children, doubtful pairs and human verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from notoneless.common import names
from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.sealed import index, seal_text
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import Child, LinkDecision, ReviewPair
from .permissions import check_can_decide, check_can_undo
from .store import stored_date, upsert

FLAGS = {
    "in_hukou": "in_hukou",
    "in_school_roll": "in_school_roll",
    "in_head_count": "in_head_count",
    "is_poverty": "in_poverty",
    "is_disability": "in_disability",
    "is_low_income": "in_low_income",
    "is_destitute": "in_destitute",
    "is_orphan": "in_orphan",
    "is_left_behind": "left_behind",
    "school_age": "school_age",
    "preschool_age": "preschool_age",
    "has_conflict": "has_conflict",
}
TEXTS = ["id_state", "nation", "place_code", "school_code", "school_name", "grade", "class_no", "guardian_name"]
FIRST = ["id", "name", "initials", "sex", "birth_date", "id_no", "id_index", "guardian_phone", "phone_index"]
LAST = ["first_sweep", "last_sweep", "merged_into", "gone"]
COLUMNS = [*FIRST, *TEXTS, *FLAGS, *LAST]


def record_children(*, persons: pa.Table, sweep_id: str, earlier: Collection[str], progress: Any = None) -> int:
    """Write one row per child of a sweep; children of earlier sweeps keep their id and their first sweep.

    Runs inside the sweep's transaction, which writes the trail event. `persons` holds one row per child_id; `earlier`
    the past sweeps of the same region: children last seen by one of them are gone now, those of other regions are not.
    """
    written = upsert(Child, COLUMNS, _rows(persons, sweep_id, progress), keep={"first_sweep"})
    Child.objects.filter(last_sweep__in=earlier).update(gone=True)
    return written


def _rows(persons: pa.Table, sweep_id: str, progress: Any) -> Iterator[Sequence[object]]:
    """Rows in the order of COLUMNS, worked out column by column: there are millions of them."""
    days: dict[object, object] = {}
    done = 0
    for batch in persons.to_batches(max_chunksize=10_000):
        yield from zip(*_columns(batch, sweep_id, days), strict=True)
        done += batch.num_rows
        if progress:
            progress("登记孩子档案", done, persons.num_rows)


def _columns(batch: pa.RecordBatch, sweep_id: str, days: dict[object, object]) -> Iterator[Iterable[object]]:
    """`days`: birthdays as the database takes them, each worked out once."""
    count, ids = batch.num_rows, batch.column("child_id").to_pylist()
    given, id_nos, phones = _texts(batch, "name"), _texts(batch, "id_no"), _texts(batch, "guardian_phone")
    births = batch.column("dob").to_pylist()
    days.update((day, stored_date(day)) for day in set(births) - days.keys())
    yield ids
    yield given
    yield [names.initials(name)[:20] for name in given]
    yield [sex or "0" for sex in _texts(batch, "sex")]
    yield [days[day] for day in births]
    yield [seal_text(Child, "id_no", key, text) for key, text in zip(ids, id_nos, strict=True)]
    yield [index(text, "id_no") for text in id_nos]
    yield [seal_text(Child, "guardian_phone", key, text) for key, text in zip(ids, phones, strict=True)]
    yield [index(text, "phone") for text in phones]
    yield from (_texts(batch, field) for field in TEXTS)
    yield from (pc.fill_null(batch.column(column), False).to_pylist() for column in FLAGS.values())
    yield from ([value] * count for value in (sweep_id, sweep_id, None, False))


def _texts(batch: pa.RecordBatch, column: str) -> list[str]:
    texts: list[str] = pc.fill_null(batch.column(column), "").to_pylist()
    return texts


def record_merged(*, merged: dict[str, str]) -> None:
    """Two files found to be one child: the older id stays, the other points to it and keeps its history."""
    for gone_id, stays_id in sorted(merged.items()):
        Child.objects.filter(pk=gone_id).exclude(pk=stays_id).update(merged_into=stays_id, gone=True)


def record_reviews(*, review: pa.Table, sweep_id: str, earlier: Collection[str]) -> int:
    """Replace what is open of the `earlier` sweeps of this region by this sweep's; pairs already judged stay."""
    ReviewPair.objects.filter(status=ReviewPair.Status.OPEN, sweep__in=earlier).delete()
    known = set(ReviewPair.objects.values_list("pk", flat=True))
    places = dict(
        Child.objects.filter(pk__in=set(review["right_child_id"].to_pylist())).values_list("pk", "place_code")
    )
    pairs = [
        ReviewPair(
            id=row["pair_id"],
            sweep=sweep_id,
            place_code=places[row["right_child_id"]],
            left_kind=row["left_kind"],
            left_delivery=row["left_delivery"],
            left_row_no=row["left_row_no"],
            left_key=row["left_key"],
            right_child_id=row["right_child_id"],
            right_key=row["right_key"],
            step=row["step"],
            weight=row["weight"],
            reason=row["reason"][:300],
        )
        for row in review.to_pylist()
        if row["right_child_id"] in places and row["pair_id"] not in known
    ]
    ReviewPair.objects.bulk_create(pairs, batch_size=500)
    return len(pairs)


@transaction.atomic
def decide_pair(*, pair: ReviewPair, verdict: str, reason: str, by: User, now: dt.datetime) -> ReviewPair:
    """Judge a doubtful pair: same, different or unsure. Only an open pair can be judged (E431); E432 without reason."""
    check_can_decide(by, pair.place_code)
    if verdict not in {ReviewPair.Status.SAME, ReviewPair.Status.DIFFERENT, ReviewPair.Status.UNSURE}:
        raise Fault("E433", where=pair.pk)
    changed = ReviewPair.objects.filter(pk=pair.pk, status=ReviewPair.Status.OPEN).update(
        status=verdict, decided_by=by, decided_at=now, note=reason.strip()[:300]
    )
    if changed != 1:
        raise Fault("E431", where=pair.pk)
    if verdict != ReviewPair.Status.UNSURE:
        _lock(pair.right_child)
        _decide(pair.left_key, pair.right_key, verdict, pair.right_child, reason or "人工判定", by, now)
    _record(Action.LINK_DECIDE, by, now, pair.right_child, pair=pair.pk, verdict=verdict)
    pair.refresh_from_db()
    return pair


@transaction.atomic
def undo_pair(*, pair: ReviewPair, reason: str, by: User, now: dt.datetime) -> ReviewPair:
    """Take a verdict back: the pair is open again, the verdict stays in the history as undone (E434 if open)."""
    check_can_decide(by, pair.place_code)
    if pair.status == ReviewPair.Status.OPEN:
        raise Fault("E434", where=pair.pk)
    _undo_in_force(pair.left_key, pair.right_key, reason, by, now)
    ReviewPair.objects.filter(pk=pair.pk).update(
        status=ReviewPair.Status.OPEN, decided_by=None, decided_at=None, note=""
    )
    _record(Action.LINK_UNDO, by, now, pair.right_child, pair=pair.pk)
    pair.refresh_from_db()
    return pair


@transaction.atomic
def undo_link(*, child: Child, row_key: str, other_key: str, reason: str, by: User, now: dt.datetime) -> LinkDecision:
    """Say that a row is not this child (拆开): recorded at once, obeyed by every later sweep (E432 without reason)."""
    check_can_undo(by, child)
    if not reason.strip():
        raise Fault("E432", where=child.pk)
    if row_key == other_key:
        raise Fault("E435", where=child.pk)
    _lock(child)
    _undo_in_force(row_key, other_key, reason, by, now)
    decision = _decide(row_key, other_key, LinkDecision.Verdict.DIFFERENT, child, reason, by, now)
    _record(Action.LINK_SPLIT, by, now, child, decision=decision.pk)
    return decision


@transaction.atomic
def undo_decision(*, decision: LinkDecision, reason: str, by: User, now: dt.datetime) -> LinkDecision:
    """Take one verdict back; the next sweep judges the rows afresh (E434 when it is not in force)."""
    check_can_undo(by, decision.child)
    if decision.undone_at is not None:
        raise Fault("E434", where=decision.child_id)
    if not reason.strip():
        raise Fault("E432", where=decision.child_id)
    decision.undone_by, decision.undone_at, decision.undo_reason = by, now, reason.strip()[:300]
    decision.save(update_fields=["undone_by", "undone_at", "undo_reason"])
    ReviewPair.objects.filter(left_key__in=_keys(decision), right_key__in=_keys(decision)).update(
        status=ReviewPair.Status.OPEN, decided_by=None, decided_at=None, note=""
    )
    _record(Action.LINK_UNDO, by, now, decision.child, decision=decision.pk)
    return decision


def _decide(
    key_a: str, key_b: str, verdict: str, child: Child, reason: str, by: User, now: dt.datetime
) -> LinkDecision:
    low, high = sorted([key_a, key_b])
    return LinkDecision.objects.create(
        row_key_a=low,
        row_key_b=high,
        verdict=verdict,
        child=child,
        place_code=child.place_code,
        reason=reason.strip()[:300],
        by=by,
        at=now,
    )


def _lock(child: Child) -> None:
    """Verdicts about one child are written one after the other: only one on two rows may be in force."""
    Child.objects.select_for_update().get(pk=child.pk)


def _undo_in_force(key_a: str, key_b: str, reason: str, by: User, now: dt.datetime) -> None:
    low, high = sorted([key_a, key_b])
    LinkDecision.objects.filter(row_key_a=low, row_key_b=high, undone_at=None).update(
        undone_by=by, undone_at=now, undo_reason=reason.strip()[:300]
    )


def _keys(decision: LinkDecision) -> list[str]:
    return [decision.row_key_a, decision.row_key_b]


def _record(action: Action, by: User, now: dt.datetime, child: Child, **detail: object) -> None:
    record(action, by=by, now=now, object_kind="child", object_id=child.pk, place_code=child.place_code, **detail)
