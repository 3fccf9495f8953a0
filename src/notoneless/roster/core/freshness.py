"""How fresh the lists of one kind are, place by place or school by school (哪里的名单旧了)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.precedence import holds


class State(StrEnum):
    """新, 旧, 缺."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True)
class Unit:
    """A township or a school that a list is expected for. ``name`` is unique among the units of a place."""

    code: str
    name: str
    place_code: str


@dataclass(frozen=True)
class ListInForce:
    """What freshness asks of a list that counts. ``places`` and ``schools`` say where its rows stand (None: not
    measured); ``left_out`` are the places that newer lists speak for.
    """

    id: str
    sender: str
    place_code: str
    as_of: dt.date
    rows: int
    supplements: bool = False
    left_out: tuple[str, ...] = ()
    places: Mapping[str, int] | None = None
    schools: Mapping[str, int] | None = None

    def rows_in(self, place: str) -> int | None:
        """Rows in a place: all when the list is about that very place, None when it was not measured."""
        if holds(place, self.place_code):
            return self.rows
        if self.places is None:
            return None
        return sum(rows for code, rows in self.places.items() if code.isdigit() and holds(place, code))

    def rows_of(self, unit: Unit) -> int | None:
        """Rows of a school, by its code or name; an unmeasured list counts for the school that sent it."""
        if self.schools is None:
            return self.rows if self.sender == unit.name else None
        return self.schools.get(unit.code, 0) + self.schools.get(unit.name, 0)


@dataclass(frozen=True)
class Line:
    """How one unit stands: its newest list with sender, rows and age in days; ``others`` are further lists in use."""

    unit: Unit
    state: State
    newest: ListInForce | None = None
    rows: int | None = None
    days: int | None = None
    others: tuple[ListInForce, ...] = field(default=())


def lines_of(
    kind: KindDefinition, units: Iterable[Unit], lists: Sequence[ListInForce], as_of: dt.date, fresh_days: int
) -> list[Line]:
    """One line per unit, in the order given. A list is stale when it is more than ``fresh_days`` older than ``as_of``."""
    return [_line(unit, _lists_of(kind, unit, lists), as_of, fresh_days) for unit in units]


def _lists_of(
    kind: KindDefinition, unit: Unit, lists: Sequence[ListInForce]
) -> tuple[list[tuple[ListInForce, int | None]], list[ListInForce]]:
    """Lists that speak for the whole unit with its rows in them, and lists of parts of it."""
    if kind.unit == "school":
        return [(one, rows) for one in lists if (rows := one.rows_of(unit))], []
    whole = [
        (one, one.rows_in(unit.place_code))
        for one in lists
        if holds(one.place_code, unit.place_code) and not any(holds(place, unit.place_code) for place in one.left_out)
    ]
    if kind.covers == "sender":  # a sender that has nobody there does not speak for it
        whole = [(one, rows) for one, rows in whole if rows != 0]
    speaking = {one.id for one, _ in whole}
    return whole, [one for one in lists if one.id not in speaking and holds(unit.place_code, one.place_code)]


def _line(
    unit: Unit,
    found: tuple[list[tuple[ListInForce, int | None]], list[ListInForce]],
    as_of: dt.date,
    fresh_days: int,
) -> Line:
    whole, parts = found
    if not whole:
        return Line(unit, State.MISSING, others=tuple(parts))
    # Mended rows that came later do not make an old list new.
    newest, rows = max(whole, key=lambda pair: (not pair[0].supplements, pair[0].as_of, pair[0].id))
    days = (as_of - newest.as_of).days
    others = [one for one, _ in whole if one.id != newest.id] + parts
    state = State.FRESH if days <= fresh_days else State.STALE
    return Line(unit, state, newest, rows, days, tuple(sorted(others, key=lambda one: (one.as_of, one.id))))
