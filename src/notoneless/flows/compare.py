"""The whole comparison as one pure function: lists in, persons and results out. No database, no files, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pyarrow as pa

from notoneless.check.core import load_checks
from notoneless.check.core.columns import columns_read
from notoneless.check.core.lists import Lists
from notoneless.check.core.running import CheckResult, run_checks
from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine
from notoneless.flows.comparison import Comparison, ListUsed
from notoneless.link.core import LinkResult, Rows, link_rosters
from notoneless.policy import Pack, load_pack

Progress = Callable[[str, int, int], None]
Rosters = Mapping[str, Sequence[tuple[str, date, Rows]]]
"""Kind → (delivery id, as-of date, accepted rows or what reads them)."""
_NO_ROWS = pa.table({})

_MERGED = """
WITH lost AS (
    SELECT p.child_id, p.row_key FROM previous AS p ANTI JOIN person AS n ON n.child_id = p.child_id
),
votes AS (
    SELECT l.child_id AS gone_id, m.child_id AS stays_id, count(*) AS shared
    FROM lost AS l
    INNER JOIN member AS m ON m.row_key = l.row_key
    GROUP BY l.child_id, m.child_id
),
ordered AS (
    SELECT gone_id, stays_id,
           row_number() OVER (PARTITION BY gone_id ORDER BY shared DESC, stays_id) AS place_in_order
    FROM votes
)
SELECT gone_id, stays_id FROM ordered WHERE place_in_order = 1 ORDER BY gone_id
"""

# What the checks settle about a person and the link stage does not know; there the child's place is its id.
_SETTLED = """
SELECT child_id, place_code, place_from, township_code, age, school_age, preschool_age, left_behind
FROM child
ORDER BY child_id
"""


def compare(
    rosters: Rosters,
    *,
    as_of: date,
    region: str | None = None,
    engine: Engine | None = None,
    facts: Mapping[str, pa.Table] | None = None,
    decisions: pa.Table | None = None,
    previous: pa.Table | None = None,
    id_key: bytes,
    progress: Progress | None = None,
    pack: Pack | None = None,
) -> Comparison:
    """Link the rows of all lists into persons and run every check over them.

    ``rosters``: kind → [(delivery id, as-of date, accepted rows, or what reads them when their turn comes)]. ``facts``: excuse, placement, visit tables
    (``check.core.facts``). ``decisions``: row_key_a, row_key_b, verdict. ``previous``: child_id, row_key of the
    comparison before, which keeps child ids stable. ``pack``: another policy than the region's own. ``engine`` is emptied before and after; without one an own
    engine is opened. Equal inputs give equal tables, byte for byte, with any number of threads. Raises the Faults of
    linking (E4xx), checks (E51x) and policy (E52x).
    """
    tell = progress or _silent
    pack = pack or load_pack(region, as_of)
    with nullcontext(engine) if engine else open_engine() as running:
        running.clear()
        tell("认定同一人", 0, 0)
        linked = link_rosters(
            running, _rows(rosters), pack=pack, as_of=as_of, decisions=decisions, previous=previous, id_key=id_key
        )
        running.clear()
        lists, used = _lists(rosters, linked)
        linked = replace(linked, kept={})
        merged = _merged(running, linked, previous)
        results = _check(running, lists, linked, pack, facts, tell)
        persons = _with_settled(linked.persons, running.fetch(_SETTLED))
        running.clear()
    counts = pa.concat_tables([result.counts for result in results])
    return Comparison(
        as_of=as_of,
        pack=pack,
        lists=used,
        persons=persons,
        members=linked.members,
        review=linked.review,
        steps=linked.steps,
        results={result.check.id: result.table for result in results},
        count_table=counts.rename_columns({"place_code": "township_code"}),
        missing={result.check.id: result.missing for result in results if result.missing},
        merged=merged,
    )


def _rows(rosters: Rosters) -> dict[str, list[tuple[str, Rows]]]:
    return {kind: [(delivery, table) for delivery, _, table in parts] for kind, parts in rosters.items()}


def _lists(rosters: Rosters, linked: LinkResult) -> tuple[Lists, tuple[ListUsed, ...]]:
    """The lists as the checks see them: rows that may be members, in the columns that a check reads."""
    days = {(kind, id_): day for kind, parts in rosters.items() for id_, day, _ in parts}
    kept = {(kind, id_): rows for kind, parts in linked.kept.items() for id_, rows in parts}
    deliveries: dict[str, list[tuple[str, date, pa.Table]]] = {}
    used = []
    for (kind, id_), day in sorted(days.items()):
        rows = kept.get((kind, id_), _NO_ROWS)
        columns = [name for name in rows.column_names if name in columns_read()[kind]]
        deliveries.setdefault(kind, []).append((id_, day, rows.select(columns)))
        used.append(ListUsed(kind, id_, day, linked.read.get((kind, id_), 0)))
    return Lists(deliveries), tuple(used)


def _check(
    engine: Engine,
    lists: Lists,
    linked: LinkResult,
    pack: Pack,
    facts: Mapping[str, pa.Table] | None,
    tell: Progress,
) -> list[CheckResult]:
    results: list[CheckResult] = []
    for result in run_checks(
        engine, lists, persons=linked.persons, members=linked.members, review=linked.review, pack=pack, facts=facts
    ):
        results.append(result)
        tell(f"核查：{result.check.name}", len(results), len(load_checks()))
    return results


def _merged(engine: Engine, linked: LinkResult, previous: pa.Table | None) -> dict[str, str]:
    """Children of the comparison before whose rows another child now holds: the former id → the latter."""
    if previous is None or not previous.num_rows:
        return {}
    engine.load("previous", previous.select(["child_id", "row_key"]))
    engine.load("person", linked.persons.select(["child_id"]))
    engine.load("member", linked.members.select(["child_id", "row_key"]))
    found = engine.fetch(_MERGED)
    engine.clear()
    return dict(zip(found["gone_id"].to_pylist(), found["stays_id"].to_pylist(), strict=True))


def _with_settled(persons: pa.Table, settled: pa.Table) -> pa.Table:
    """Persons with the columns of ``_SETTLED`` put in place or appended. Raises E512."""
    if settled["child_id"].combine_chunks() != pa.arange(0, persons.num_rows).cast(pa.int32()):
        raise Fault("E512", where="child", check="孩子表", expected=persons.num_rows, total=settled.num_rows)
    for name in settled.column_names[1:]:
        column = settled[name].cast(pa.int32()) if name == "age" else settled[name]
        at = persons.schema.get_field_index(name)
        persons = persons.append_column(name, column) if at < 0 else persons.set_column(at, name, column)
    return persons


def _silent(_stage: str, _done: int, _total: int) -> None:
    return None
