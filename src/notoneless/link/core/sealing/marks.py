"""Rows to marks: each row's facts, under the key, as lines (row, kind, fixed, mark) that no longer say anything."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterable, Iterator

import pyarrow as pa

from notoneless.link.core.sealing.facts import Facts, Row, elders, read_facts
from notoneless.link.core.sealing.key import Marker, SealKey
from notoneless.link.core.sealing.rules import Mark, rules

SCHEMA = pa.schema([("row", pa.int64()), ("kind", pa.int16()), ("fixed", pa.bool_()), ("mark", pa.int64())])
"""`row`: its number in the sealed list; `kind`: which mark; `fixed`: made of a repaired number."""
CHUNK_MARKS = 1_000_000
Years = tuple[int, int]


def seal_rows(rows: Iterable[tuple[int, Row]], key: SealKey, wanted: Years | None = None) -> Iterator[pa.Table]:
    """Tables of SCHEMA for rows (number, cells). Rows of one household (`hh_no`) must follow one another: they tell of
    one another's parents.

    `wanted`: first and last year of birth; others get no mark of their own, those of unknown birth do.
    """
    made = [(mark, key.marker(mark.id)) for mark in rules().marks]
    lines = _Lines()
    for house in _houses(rows):
        for number, facts in house:
            if wanted and facts.born and not wanted[0] <= facts.born.year <= wanted[1]:
                continue
            _add(lines, number, facts, made)
        if len(lines.mark) >= CHUNK_MARKS:
            yield lines.table()
            lines = _Lines()
    yield lines.table()


def _houses(rows: Iterable[tuple[int, Row]]) -> Iterator[list[tuple[int, Facts]]]:
    years = rules().elder_years
    for house_no, group in itertools.groupby(rows, key=lambda one: one[1].get("hh_no", "")):
        read = ((number, read_facts(row, years)) for number, row in group)
        if not house_no:
            yield from ([one] for one in read)
            continue
        members = list(read)
        everyone = [facts for _, facts in members]
        yield [(number, elders(facts, everyone, years)) for number, facts in members]


class _Lines:
    """Marks as columns that grow."""

    def __init__(self) -> None:
        self.row, self.kind, self.fixed, self.mark = array("q"), array("h"), array("b"), array("q")

    def add(self, row: int, kind: int, fixed: bool, marks: list[int]) -> None:
        """Marks of one kind."""
        n = len(marks)
        self.row.extend([row] * n)
        self.kind.extend([kind] * n)
        self.fixed.extend([fixed] * n)
        self.mark.extend(marks)

    def table(self) -> pa.Table:
        """As a table of SCHEMA."""
        columns = [
            pa.array(c, pa.int8() if c is self.fixed else one.type)
            for c, one in zip(self._columns, SCHEMA, strict=True)
        ]
        return pa.table([column.cast(one.type) for column, one in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)

    @property
    def _columns(self) -> tuple[array[int], ...]:
        return self.row, self.kind, self.fixed, self.mark


def _add(lines: _Lines, number: int, facts: Facts, made: list[tuple[Mark, Marker]]) -> None:
    parts = facts.parts
    for mark, marker in made:
        held = [parts[part] for part in mark.parts]
        if all(held):
            lines.add(number, mark.number, False, [marker.mark(values) for values in itertools.product(*held)])
        if mark.by_number and facts.fixed:
            held = [facts.fixed if part == "number" else parts[part] for part in mark.parts]
            lines.add(number, mark.number, True, [marker.mark(values) for values in itertools.product(*held)])
