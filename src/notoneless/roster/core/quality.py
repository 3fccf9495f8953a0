"""How good a list is, in counts: what is filled in, where its rows stand, and how it differs from the list before.

Nothing here holds a name or a number of a person, so that the counts may lie in the database and be printed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.policy.places import code_range, full_code, level_of
from notoneless.roster.core.definitions import KindDefinition

ABOUT_THE_ROW = frozenset({"row_no", "row_key", "sheet", "raw"})
UNKNOWN, ELSEWHERE = "", "elsewhere"
NO_VALUE = {"sex": "0"}  # 未知的性别: written because the column must say something
WIDE_LEVELS = frozenset({"province", "city", "county"})
TOWN_DIGITS, VILLAGE_DIGITS = 9, 12


def measured_columns(kind: KindDefinition) -> list[str]:
    """The columns of a kind that hold values, in the order of its definition."""
    return list(dict.fromkeys(column.id for column in kind.columns if not column.into))


class Tally:
    """Counts over the accepted rows of one list, batch by batch.

    Places are townships when the list is about a county or more, villages when it is about a township: code → counts,
    ``UNKNOWN`` for rows without a place, ``ELSEWHERE`` for rows outside the list's place.
    """

    def __init__(self, kind: KindDefinition, place_code: str) -> None:
        self._columns = measured_columns(kind)
        self._by_school = kind.unit == "school"
        place = full_code(place_code)
        self._bounds = code_range(place)
        self._digits = TOWN_DIGITS if level_of(place) in WIDE_LEVELS else VILLAGE_DIGITS
        self._rows = 0
        self._places: dict[str, Counter[str]] = defaultdict(Counter)
        self._states: Counter[str] = Counter()
        self._schools: Counter[str] = Counter()
        self._numbers: list[pa.Array] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Count one batch of accepted rows; columns that it lacks are empty."""
        self._rows += batch.num_rows
        names = set(batch.schema.names)
        marks = {name: _filled(batch, name) for name in self._columns if name in names}
        valid = pc.equal(batch["id_state"], "valid") if "id_state" in names else None
        if valid is not None:
            marks["valid_ids"] = pc.fill_null(valid, False)
            self._states.update(_counted(batch["id_state"]))
            self._numbers.append(batch["id_no"].filter(valid))
        self._count_places(batch, marks)
        if self._by_school:
            self._schools.update(_counted(_school_of(batch, names)))

    def _count_places(self, batch: pa.RecordBatch, marks: dict[str, pa.Array]) -> None:
        place = self._place_of(batch)
        table = pa.table({"place": place, **{name: mark.cast(pa.int64()) for name, mark in marks.items()}})
        grouped = table.group_by("place").aggregate([([], "count_all"), *((name, "sum") for name in marks)])
        for row in grouped.to_pylist():
            counts = self._places[row["place"]]
            counts["rows"] += row["count_all"]
            counts.update({name: row[f"{name}_sum"] or 0 for name in marks})

    def _place_of(self, batch: pa.RecordBatch) -> pa.Array:
        if "addr_code" not in batch.schema.names:
            return pa.array([UNKNOWN] * batch.num_rows, pa.string())
        codes = batch["addr_code"]
        low, high = self._bounds
        short = pc.utf8_slice_codeunits(codes, 0, self._digits)
        inside = pc.and_(pc.greater_equal(codes, low), pc.less(codes, high))
        padded = pc.utf8_rpad(short, width=VILLAGE_DIGITS, padding="0")
        return pc.fill_null(pc.if_else(inside, padded, ELSEWHERE), UNKNOWN)

    def result(self) -> dict[str, Any]:
        """``rows``; ``filled`` column → filled cells; ``places`` code → rows, valid_ids and filled cells of the
        columns that are not full everywhere; ``ids`` state → rows; ``repeated_ids``: rows whose valid number stands
        in another row too; ``schools`` code or name → rows (kinds asked for by school).
        """
        filled = {name: sum(one[name] for one in self._places.values()) for name in self._columns}
        gappy = [name for name in self._columns if 0 < filled[name] < self._rows]
        places = {
            code: {"rows": one["rows"], "valid_ids": one["valid_ids"], "filled": {name: one[name] for name in gappy}}
            for code, one in sorted(self._places.items())
        }
        return {
            "rows": self._rows,
            "filled": filled,
            "places": places,
            "ids": dict(sorted(self._states.items())),
            "repeated_ids": self._repeated(),
            "schools": dict(sorted(self._schools.items())),
        }

    def _repeated(self) -> int:
        if not self._numbers:
            return 0
        times = pc.value_counts(pa.chunked_array(self._numbers, pa.string())).field("counts")
        return pc.sum(times.filter(pc.greater(times, 1))).as_py() or 0


def _filled(batch: pa.RecordBatch, name: str) -> pa.Array:
    cells = batch[name]
    filled = pc.is_valid(cells)
    if not pa.types.is_string(cells.type):
        return filled
    empty = pa.array(["", NO_VALUE[name]] if name in NO_VALUE else [""])
    return pc.and_(filled, pc.invert(pc.is_in(cells, value_set=empty)))


def _school_of(batch: pa.RecordBatch, names: set[str]) -> pa.Array:
    """The school's code where a row has one, else its name, else nothing."""
    none = pa.nulls(batch.num_rows, pa.string())
    code = batch["school_code"] if "school_code" in names else none
    name = batch["school_name"] if "school_name" in names else none
    return pc.fill_null(pc.coalesce(code, name), UNKNOWN)


def _counted(values: pa.Array) -> dict[str, int]:
    found = pc.value_counts(values)
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))


@dataclass(frozen=True)
class Pairing:
    """Rows of a list and of the one before it under the same row key, as positions (from 0) in either.

    ``now`` and ``earlier`` run side by side; ``new`` are rows of the new list only, ``gone`` rows of the earlier only.
    """

    now: pa.Array
    earlier: pa.Array
    new: pa.Array
    gone: pa.Array


def pair_rows(now: pa.ChunkedArray, earlier: pa.ChunkedArray) -> Pairing:
    """Pair two lists by their row keys; a key stands once in a list."""
    now, earlier = now.combine_chunks(), earlier.combine_chunks()
    found = pc.index_in(now, value_set=earlier)
    there = pc.is_valid(found)
    known = pc.is_in(earlier, value_set=now)
    return Pairing(
        now=pc.indices_nonzero(there),
        earlier=found.drop_null(),
        new=pc.indices_nonzero(pc.invert(there)),
        gone=pc.indices_nonzero(pc.invert(known)),
    )


def differing(now: pa.ChunkedArray, earlier: pa.ChunkedArray, pairing: Pairing) -> pa.Array:
    """For each pair whether the cells of one column differ; an empty cell differs from a filled one only."""
    left, right = now.take(pairing.now), earlier.take(pairing.earlier)
    same = pc.fill_null(pc.equal(left, right), False)
    both_empty = pc.and_(pc.is_null(left), pc.is_null(right))
    return pc.invert(pc.or_(same, both_empty)).combine_chunks()
