"""Which lists of a kind count when several have come, place by place (先后).

A list is newer by its as-of day, then by when it was sent. A newer whole list takes the place of the older ones
wherever it speaks: of those for its own place or a place within it wholly, of those for a wider place as far as their
rows lie in it. A supplement (改好的错误行、名单的另一部分) takes nobody's place; it counts until a newer whole list
covers it. A row whose place is unknown or outside its list's place goes with the list as a whole.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.policy.places import code_range


@dataclass(frozen=True)
class Standing:
    """What precedence asks of a list. ``group``: lists of one group compete (kind, and the sender where each sender
    speaks for itself); ``sent`` is when it came.
    """

    id: str
    group: tuple[str, ...]
    place_code: str
    as_of: dt.date
    sent: dt.datetime
    supplements: bool = False

    @property
    def age(self) -> tuple[dt.date, dt.datetime, bool, str]:
        """Newest last; of two that came in one moment the supplement is the later one."""
        return self.as_of, self.sent, self.supplements, self.id


def in_force(lists: Iterable[Standing]) -> dict[str, tuple[str, ...]]:
    """Id of every list that counts → the places whose rows a newer list has taken over (sorted, none inside another).

    Raises E525 for a place code that is none.
    """
    groups: dict[tuple[str, ...], list[Standing]] = defaultdict(list)
    for one in lists:
        groups[one.group].append(one)
    found: dict[str, tuple[str, ...]] = {}
    for rivals in groups.values():
        found |= _in_force(sorted(rivals, key=lambda one: one.age, reverse=True))
    return dict(sorted(found.items()))


def _in_force(newest_first: Sequence[Standing]) -> dict[str, tuple[str, ...]]:
    taken: set[str] = set()  # places of the whole lists seen so far, all of them newer
    found = {}
    for one in newest_first:
        if not any(holds(place, one.place_code) for place in taken):
            found[one.id] = _widest(place for place in taken if holds(one.place_code, place))
        if not one.supplements:
            taken.add(one.place_code)
    return found


def holds(place: str, code: str) -> bool:
    """Whether ``code`` is ``place`` or lies in it (12-digit codes)."""
    low, high = code_range(place)
    return low <= code < high


def _widest(places: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for place in sorted(places):  # a place sorts right before those in it
        if not kept or not holds(kept[-1], place):
            kept.append(place)
    return tuple(kept)


def without_places(rows: pa.Table, left_out: Sequence[str]) -> pa.Table:
    """The rows whose ``addr_code`` lies in none of the places; rows without one stay."""
    if not left_out or "addr_code" not in rows.column_names:
        return rows
    return rows.filter(pc.invert(in_places(rows["addr_code"], left_out)))


def in_places(codes: pa.ChunkedArray, places: Sequence[str]) -> pa.ChunkedArray:
    """For each code whether it lies in one of the places; false where there is no code."""
    inside = _between(codes, *code_range(places[0]))
    for place in places[1:]:
        inside = pc.or_(inside, _between(codes, *code_range(place)))
    return inside


def _between(codes: pa.ChunkedArray, low: str, high: str) -> pa.ChunkedArray:
    return pc.fill_null(pc.and_(pc.greater_equal(codes, low), pc.less(codes, high)), False)
