"""From a sweep's results to cases: new gaps open or join, old ones stay, close on a roster row, or wait for a look.

Conservation: every gap that was open before is afterwards found again, closed by a named row, not found again (a person
looks), or undecidable (a list is missing). The four must add up, or nothing is saved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.timezone import localdate

from notoneless.case.core.opening import FoundGap
from notoneless.case.records.actions import (
    close_gaps_by_roster,
    mark_not_found_again,
    mark_still_found,
    open_or_join_many,
)
from notoneless.case.records.actions.sweeping import RosterProof
from notoneless.case.records.queries import get_open_gaps
from notoneless.check.core import CheckDefinition, load_checks
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.flows.comparison import Comparison
from notoneless.org.models import User
from notoneless.policy import Pack

Progress = Callable[[str, int, int], None]
Row = tuple[str, int]


@dataclass(frozen=True)
class GapsOpened:
    """What a sweep did to gaps and cases; `counts` is stored with the sweep and shown on its page."""

    cases: int
    counts: dict[str, int]


@dataclass
class _Sorted:
    """The gaps that were open before, by what this sweep says of them."""

    again: list[UUID] = field(default_factory=list)
    undecidable: list[UUID] = field(default_factory=list)
    met: list[dict[str, Any]] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)


def open_gaps(
    *,
    sweep: Sweep,
    comparison: Comparison,
    pack: Pack,
    earlier: Sequence[str],
    previous_members: pa.Table | None,
    by: User,
    now: dt.datetime,
    progress: Progress,
) -> GapsOpened:
    """Open, join, close by roster and flag, inside the sweep's transaction. Raises E813 when a gap would vanish.

    `earlier` are the past sweeps of the region; gaps of children whom other regions' sweeps saw last are not touched.
    """
    before = get_open_gaps([*earlier, sweep.pk])
    sorted_out = _sort(before, comparison)
    proofs, unproven = _proofs(sorted_out.met, comparison, previous_members)
    allowed = {check.id for check in load_checks().values() if check.close_by_roster}
    struck = close_gaps_by_roster(proofs=proofs, allowed=allowed, sweep_id=sweep.pk, by=by, now=now)
    not_again = mark_not_found_again(gap_ids=[*unproven, *sorted_out.gone], sweep_id=sweep.pk, by=by, now=now)
    undecidable = mark_still_found(gap_ids=sorted_out.undecidable, sweep_id=sweep.pk, by=by, now=now)
    found = found_gaps(comparison, pack, localdate(now))
    opened = open_or_join_many(found=found, sweep_id=sweep.pk, by=by, now=now, progress=progress)
    counts = {
        "open_before": len(before),
        "found_again": len(sorted_out.again),
        "closed_by_roster": struck.gaps,
        "not_found_again": not_again,
        "undecidable": undecidable,
        "found": len(found),
        "new": opened.new_gaps,
        "reopened": opened.reopened,
        "settled_before": opened.settled_before,
        "cases_opened": opened.cases_opened,
        "cases_reopened": opened.cases_reopened,
    }
    lost = counts["open_before"] - sum(counts[key] for key in ("found_again", "closed_by_roster", "not_found_again"))
    if lost != undecidable:
        raise Fault("E813", where=sweep.pk, count=lost - undecidable)
    return GapsOpened(cases=opened.cases_opened, counts=counts)


def found_gaps(comparison: Comparison, pack: Pack, today: dt.date) -> list[FoundGap]:
    """Every gap of a comparison as the cases want it, in check and child order."""
    newest = {one.kind: one.as_of for one in sorted(comparison.lists, key=lambda one: one.as_of)}
    tables = [(check, _only_gaps(comparison.results[check.id])) for check in load_checks().values()]
    children = pa.chunked_array([chunk for _, table in tables for chunk in table["child_id"].chunks], pa.string())
    homes = _homes(comparison.persons, children)
    return [
        FoundGap(
            check_id=check.id,
            child_id=row["child_id"],
            period=row["period"],
            ledger=check.ledger,
            reason=row["reason"],
            severity=check.severity,
            due_date=today + dt.timedelta(days=pack.value(check.deadline_days)),
            place_code=homes[row["child_id"]][0],
            school_code=homes[row["child_id"]][1],
            seen_date=max((newest[kind] for kind in check.needs if kind in newest), default=comparison.as_of),
            owner_role=check.owner_role,
        )
        for check, table in tables
        for row in table.to_pylist()
    ]


def _only_gaps(result: pa.Table) -> pa.Table:
    return result.filter(pc.equal(result["state"], "gap"))


def _homes(persons: pa.Table, children: pa.ChunkedArray) -> dict[str, tuple[str, str]]:
    rows = persons.select(["child_id", "place_code", "school_code"])
    rows = rows.filter(pc.is_in(rows["child_id"], pc.unique(children)))
    return {row["child_id"]: (row["place_code"] or "", row["school_code"] or "") for row in rows.to_pylist()}


def _sort(before: list[dict[str, Any]], comparison: Comparison) -> _Sorted:
    """What the sweep says of each gap that was open: found again, met, undecidable, or no longer expected."""
    states = {check_id: _states(comparison, check_id, rows) for check_id, rows in _by_check(before).items()}
    found = _Sorted()
    for gap in before:
        state = states[gap["check_id"]].get((gap["child_id"], gap["period"]), "")
        if state == "gap":
            found.again.append(gap["id"])
        elif state == "unknown":
            found.undecidable.append(gap["id"])
        elif state == "met":
            found.met.append(gap)
        else:
            found.gone.append(gap["id"])
    return found


def _by_check(gaps: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for gap in gaps:
        grouped.setdefault(gap["check_id"], []).append(gap)
    return grouped


def _states(comparison: Comparison, check_id: str, gaps: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    table = comparison.results.get(check_id)
    if table is None:
        return {}
    rows = _of_children(table, {gap["child_id"] for gap in gaps})
    return {(row["child_id"], row["period"]): row["state"] for row in rows}


def _proofs(
    met: list[dict[str, Any]], comparison: Comparison, previous: pa.Table | None
) -> tuple[list[RosterProof], list[UUID]]:
    """(a new roster row that shows each gap to be gone, the gaps for which there is none)."""
    checks = load_checks()
    new_rows = _new_rows({gap["child_id"] for gap in met}, comparison, previous)
    proofs: list[RosterProof] = []
    unproven: list[UUID] = []
    for gap in met:
        check = checks[gap["check_id"]]
        row = _proving_row(check, new_rows.get(gap["child_id"], {})) if check.close_by_roster else None
        if row is None:
            unproven.append(gap["id"])
        else:
            proofs.append(
                RosterProof(gap["id"], row[0], row[1], f"{check.name}：名册现在有此人（{row[0]} 第 {row[1]} 行）")
            )
    return proofs, unproven


def _proving_row(check: CheckDefinition, rows: dict[str, Row]) -> Row | None:
    """The row of the list that turns this check's gap into met; else of any list that it needs."""
    return next((rows[kind] for kind in (*check.pending_matters, *check.needs) if kind in rows), None)


def _new_rows(children: set[str], comparison: Comparison, previous: pa.Table | None) -> dict[str, dict[str, Row]]:
    """child → kind → its first row that the child did not have in the sweep before."""
    if previous is None or not children:
        return {}
    held = {(row["child_id"], row["row_key"]) for row in _of_children(previous, children)}
    found: dict[str, dict[str, Row]] = {}
    for row in _of_children(comparison.members, children):
        if (row["child_id"], row["row_key"]) not in held:
            found.setdefault(row["child_id"], {}).setdefault(row["kind"], (row["delivery_id"], row["row_no"]))
    return found


def _of_children(table: pa.Table, children: Iterable[str]) -> list[dict[str, Any]]:
    wanted = pa.array(sorted(children), pa.string())
    rows: list[dict[str, Any]] = table.filter(pc.is_in(table["child_id"], wanted)).to_pylist()
    return rows
