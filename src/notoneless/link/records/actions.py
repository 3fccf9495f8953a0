"""Writes on children, the pairs a sweep leaves in doubt, and rows that a person takes out of a child."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.many_rows import indexes_built_after, insert_all, insert_rows, update_rows

from .children import PLAIN, SEARCHED, Sorted, rows, sort_persons
from .judging import decide, lock, record_on, reopen, undo_in_force
from .models import Child, LinkDecision, ReviewPair
from .permissions import check_can_undo

GONE_AT_ONCE = 500
Progress = Callable[[str, int, int], None]


def record_children(
    *, persons: pa.Table, sweep_id: str, region: str, earlier: Mapping[str, str], progress: Progress | None = None
) -> None:
    """Write the children of a sweep who are new or changed, and mark those who are gone; all others stay untouched.

    Runs inside the sweep's transaction, which writes the trail event. `persons` holds one row per child_id. `earlier`:
    the past sweeps of the region and of the places in it, each with the one that was current in its own region until
    now: children last seen by one of them are gone when they are not among the persons, those of other regions are not.
    """
    told = _Told(progress, persons.num_rows)
    found = sort_persons(persons, region=region, earlier=earlier)
    told(persons.num_rows - found.new.num_rows - found.changed.num_rows)
    _insert(found, sweep_id, told)
    _update(found.changed, sweep_id, told)
    _mark_gone(found.gone, earlier)


class _Told:
    """Tells how many children are done."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._done, self._total = progress, 0, total
        self(0)

    def __call__(self, more: int) -> None:
        self._done += more
        if self._progress:
            self._progress(Wording("登记孩子档案"), self._done, self._total)


def _insert(found: Sorted, sweep_id: str, told: _Told) -> None:
    fixed = {"first_sweep": sweep_id, "last_sweep": sweep_id, "gone": False}
    fields = ["id", *fixed, *SEARCHED, *PLAIN]
    with indexes_built_after(Child) if found.new.num_rows > found.before else nullcontext():
        insert_rows(Child, fields, rows(found.new, fields, fixed, told))


def _update(changed: pa.Table, sweep_id: str, told: _Told) -> None:
    fixed = {"last_sweep": sweep_id, "gone": False}
    fields = [*fixed, *PLAIN]
    update_rows(Child, fields, rows(changed, [*fields, "id"], fixed, told))
    update_rows(Child, SEARCHED, rows(changed, [*SEARCHED, "id"], {}, lambda _: None), differing=True)
    Child.objects.filter(gone=False).exclude(merged_into=None).update(merged_into=None)


def _mark_gone(ids: Sequence[str], earlier: Mapping[str, str]) -> None:
    """Children who are gone: the last sweep that saw them was the current one of its region, whichever wrote them."""
    sweeps: dict[str, list[str]] = {}
    for sweep_id, latest in earlier.items():
        sweeps.setdefault(latest, []).append(sweep_id)
    for latest, written_by in sweeps.items():
        for start in range(0, len(ids), GONE_AT_ONCE):
            gone = Child.objects.filter(
                pk__in=ids[start : start + GONE_AT_ONCE], gone=False, last_sweep__in=written_by
            )
            gone.update(gone=True, last_sweep=latest, digest=None)


def record_merged(*, merged: dict[str, str]) -> None:
    """Two files found to be one child: the older id stays, the other points to it and keeps its history."""
    for gone_id, stays_id in sorted(merged.items()):
        Child.objects.filter(pk=gone_id).exclude(pk=stays_id).update(merged_into=stays_id, gone=True, digest=None)


def record_reviews(*, review: pa.Table, persons: pa.Table, sweep_id: str, earlier: Collection[str]) -> int:
    """Replace what is open of the `earlier` sweeps of this region by this sweep's; pairs already judged stay."""
    ReviewPair.objects.filter(status=ReviewPair.Status.OPEN, sweep__in=earlier).delete()
    known = set(ReviewPair.objects.values_list("pk", flat=True))
    places = _places(persons, review["right_child_id"])
    pairs = [
        ReviewPair(
            id=row["pair_id"],
            sweep=sweep_id,
            place_code=places[row["right_child_id"]],
            left_kind=row["left_kind"],
            left_delivery=row["left_delivery"],
            left_row_no=row["left_row_no"],
            left_key=row["left_key"],
            left_child=row["left_child_id"] or "",
            right_child_id=row["right_child_id"],
            right_key=row["right_key"],
            step=row["step"],
            weight=row["weight"],
            reason=row["reason"][:300],
        )
        for row in review.to_pylist()
        if row["right_child_id"] in places and row["pair_id"] not in known
    ]
    insert_all(pairs)
    return len(pairs)


def _places(persons: pa.Table, children: pa.ChunkedArray) -> dict[str, str]:
    wanted = persons.select(["child_id", "place_code"]).filter(pc.is_in(persons["child_id"], pc.unique(children)))
    return dict(zip(wanted["child_id"].to_pylist(), pc.fill_null(wanted["place_code"], "").to_pylist(), strict=True))


@transaction.atomic
def undo_link(*, child: Child, row_key: str, other_key: str, reason: str, by: User, now: dt.datetime) -> LinkDecision:
    """Say that a row is not this child (拆开): recorded at once, obeyed by every later sweep (E432 without reason)."""
    check_can_undo(by, child)
    if not reason.strip():
        raise Fault("E432", where=child.pk)
    if row_key == other_key:
        raise Fault("E435", where=child.pk)
    lock(child)
    undo_in_force(row_key, other_key, reason, by, now)
    decision = decide(row_key, other_key, LinkDecision.Verdict.DIFFERENT, child, reason, by, now)
    record_on(Action.LINK_SPLIT, by, now, child, decision=decision.pk)
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
    for pair in ReviewPair.objects.filter(left_key__in=_keys(decision), right_key__in=_keys(decision)):
        reopen(pair, by, now)
    record_on(Action.LINK_UNDO, by, now, decision.child, decision=decision.pk)
    return decision


def _keys(decision: LinkDecision) -> list[str]:
    return [decision.row_key_a, decision.row_key_b]
