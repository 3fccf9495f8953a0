"""The Python API for notebooks: rosters in, a comparison out. Pure functions over files; no server, no database.

import notoneless
hukou = notoneless.read_roster("户籍.xlsx", kind="户籍")
run = notoneless.sweep({"户籍": hukou, "学籍": "学籍.xlsx"}, as_of="2026-10-10", region="371321")
run.summary()
print(run.explain("C2K7QX4M1ZPA"))
found = notoneless.link_lists("学籍.parquet", "户籍.parquet")  # any two lists with canonical column names
found.links, found.review
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from notoneless.check.core.lists import Deliveries
from notoneless.engine import open_engine
from notoneless.flows.compare import compare
from notoneless.flows.comparison import Comparison
from notoneless.flows.link_lists import link as link
from notoneless.link import core as linking
from notoneless.link.core import LinkResult
from notoneless.policy import load_pack
from notoneless.roster.core import Roster, get_kind, load_kinds, read_roster

Source: TypeAlias = str | Path | Roster | pa.Table
"""A roster file, a roster already read, or a table of accepted rows (``Roster.rows``)."""

Rosters: TypeAlias = Mapping[str, Source | Sequence[Source]]
"""Kind (id or 名称: hukou, 户籍) → one source or several."""

_ID_KEY = b"notoneless notebook"
"""Makes child ids in a notebook. It is no secret: an installation has its own key, so its ids cannot be guessed."""


def sweep(
    rosters: Rosters,
    *,
    as_of: date | str,
    region: str | None = None,
    previous: Comparison | None = None,
    facts: Mapping[str, pa.Table] | None = None,
    decisions: pa.Table | None = None,
    threads: int | None = None,
    id_key: bytes = _ID_KEY,
) -> Comparison:
    """Link the rosters and run every check as of a day (a date or YYYY-MM-DD).

    ``region``: place code of the county or city, for its policy and for addresses that name no county. ``previous``:
    the comparison before, which keeps child ids stable. ``facts``: tables excuse, placement, visit. ``decisions``:
    row_key_a, row_key_b, verdict (same|different). Raises the Faults of reading (E0xx, E3xx) and of ``compare``.
    """
    day = _day(as_of)
    with open_engine(threads=threads) as engine:
        return compare(
            _deliveries(rosters, day, region),
            as_of=day,
            region=region,
            engine=engine,
            facts=facts,
            decisions=decisions,
            previous=previous.members.select(["child_id", "row_key"]) if previous else None,
            id_key=id_key,
        )


def link_rosters(
    rosters: Rosters,
    *,
    as_of: date | str,
    region: str | None = None,
    decisions: pa.Table | None = None,
    threads: int | None = None,
    id_key: bytes = _ID_KEY,
) -> LinkResult:
    """Only the linking: which rows are one person, and which pairs a person must judge. Arguments as in ``sweep``."""
    day = _day(as_of)
    rows = {
        kind: [(delivery, table) for delivery, _, table in parts]
        for kind, parts in _deliveries(rosters, day, region).items()
    }
    with open_engine(threads=threads) as engine:
        pack = load_pack(region, day)
        return linking.link_rosters(engine, rows, pack=pack, as_of=day, decisions=decisions, id_key=id_key)


def _deliveries(rosters: Rosters, day: date, region: str | None) -> Deliveries:
    found: dict[str, list[tuple[str, date, pa.Table]]] = {}
    for name, sources in rosters.items():
        kind = get_kind(name, load_kinds()).id
        for number, source in enumerate(_each(sources), start=1):
            found.setdefault(kind, []).append((f"{kind}-{number}", *_rows(source, kind, day, region)))
    return found


def _each(sources: Source | Sequence[Source]) -> Iterator[Source]:
    if isinstance(sources, str | Path | Roster | pa.Table):
        yield sources
    else:
        yield from sources


def _rows(source: Source, kind: str, day: date, region: str | None) -> tuple[date, pa.Table]:
    if isinstance(source, pa.Table):
        return day, source
    roster = source if isinstance(source, Roster) else read_roster(source, kind, as_of=day, within=region)
    return roster.head.as_of or day, roster.rows


def _day(as_of: date | str) -> date:
    return as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
