"""How far the lists reach: which place rests on which list and how old it is, and whether a new list is a whole one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from notoneless.common.dates import MonthDay, term_of
from notoneless.policy.pack import Pack, load_pack
from notoneless.policy.places import full_code
from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.core.precedence import in_places
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.precedence import get_list_before
from notoneless.roster.records.queries import read_rows

TURNING_TYPES = frozenset({"grade", "term"})


@dataclass(frozen=True)
class Overlap:
    """A new whole list beside the one that it would replace, counted by row key.

    ``earlier`` is None (and all counts but ``new`` are 0) when it is the first of its kind, sender and place.
    ``least_percent``: how much of the earlier list is expected to be there again; 0 when that cannot be said.
    """

    earlier: Delivery | None
    new: int
    gone: int
    kept: int
    least_percent: int = 0

    @property
    def suspicious(self) -> bool:
        """像是另一部分，不是新的全部名单: too little of the earlier list is in it."""
        return self.earlier is not None and self.kept * 100 < self.least_percent * (self.kept + self.gone)


def overlap(
    kind: str, sender: str, place: str, row_keys: Iterable[str] | pa.ChunkedArray, *, as_of: dt.date | None = None
) -> Overlap:
    """How the rows of a new whole list (``row_keys`` as the roster gives them) stand to the list before it.

    ``as_of`` is the new list's day (default: no later list is left out). The caller shows the earlier list only to
    those who may see it. Raises E525 when ``place`` is not a place code.
    """
    place, day = full_code(place), as_of or dt.date.max
    keys = (
        pc.unique(row_keys) if isinstance(row_keys, pa.ChunkedArray) else pa.array(sorted(set(row_keys)), pa.string())
    )
    earlier = get_list_before(kind=kind, sender=sender, place_code=place, as_of=day)
    if earlier is None:
        return Overlap(None, len(keys), 0, 0)
    known = keys_within(earlier, place)
    kept = pc.sum(pc.is_in(known, value_set=keys)).as_py() or 0
    return Overlap(earlier, len(keys) - kept, len(known) - kept, kept, _least_percent(kind, earlier.as_of, day))


def keys_within(delivery: Delivery, place: str) -> pa.ChunkedArray:
    """Row keys of a delivery, only of the rows in ``place`` when that is a part of the delivery's own place."""
    if delivery.place_code == place:
        return read_rows(delivery, ["row_key"])["row_key"]
    rows = read_rows(delivery, ["row_key", "addr_code"])
    return rows.filter(in_places(rows["addr_code"], [place]))["row_key"]


def _least_percent(kind: str, earlier: dt.date, now: dt.date) -> int:
    """The expected share; none across terms for kinds whose rows are named by grade or term: they all turn over."""
    pack = load_pack(settings.REGION, now)
    definition = load_kinds()[kind]
    turning = any(column.key and column.type in TURNING_TYPES for column in definition.columns)
    if turning and now != dt.date.max and _term(earlier, pack) != _term(now, pack):
        return 0
    return int(for_kind(pack, "roster.overlap_percent", kind))


def _term(day: dt.date, pack: Pack) -> str:
    autumn = MonthDay(pack.value("calendar.school_year_start_month"), 1)
    return term_of(day, autumn_start=autumn, spring_start=MonthDay(pack.value("calendar.spring_start_month"), 1))


def for_kind(pack: Pack, parameter: str, kind: str) -> Any:
    """A parameter's value for one kind of roster: ``<parameter>.<kind>`` where the pack has it, else ``.other``."""
    own = f"{parameter}.{kind}"
    return pack.value(own if own in pack.parameters else f"{parameter}.other")
