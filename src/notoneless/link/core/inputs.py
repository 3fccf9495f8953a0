"""Rosters as they come in: only the columns that linking reads, under one numbering of rows.

Every row gets a number `rid`, unique over all rosters, that depends only on kind, delivery and row_no: a table whose
rows come in another order gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core import definitions

Deliveries = Mapping[str, Sequence[tuple[str, pa.Table]]]

KEY_COLUMNS = ("row_no", "row_key", "name")

TEXT_COLUMNS = (
    "row_key", "name", "sex", "id_no", "id_state", "nation", "addr_code", "phone", "hh_no", "hukou_code",
    "school_code", "school_name", "student_no", "grade", "class_no", "cert_no",
    "guardian_name", "guardian_id", "head_name", "head_id", "hh_head",
)  # fmt: skip

NEEDED_COLUMNS = ("row_no", "dob", *TEXT_COLUMNS)
"""What linking reads of a delivery; a caller that holds millions of rows need not load more."""

SCHOOL_DIRECTORY = "school_directory"


@dataclass(frozen=True)
class Source:
    """All deliveries of one kind, loaded as table `src_<kind>`."""

    kind: definitions.Kind
    rows: int

    @property
    def table(self) -> str:
        return f"src_{self.kind.id}"


def load_rosters(engine: Engine, rosters: Deliveries) -> list[Source]:
    """Load each kind as `src_<kind>` (NEEDED_COLUMNS + delivery_id, rid), in the order of kinds.yaml.

    Kinds without rows are left out; when all are, the first one stands empty. Raises E401 (unknown kind), E402 (a column that linking cannot do without).
    """
    known = {kind.id for kind in definitions.kinds()} | {SCHOOL_DIRECTORY}
    for kind_id in rosters:
        if kind_id not in known:
            raise Fault("E401", where=kind_id, kind=kind_id)
    sources = load_kinds(engine, [(kind, rosters.get(kind.id, ())) for kind in definitions.kinds()])
    return sources or load_kinds(engine, [(definitions.kinds()[0], [("", _SCHEMA.empty_table())])], keep_empty=True)


def load_kinds(
    engine: Engine,
    wanted: Sequence[tuple[definitions.Kind, Sequence[tuple[str, pa.Table]]]],
    *,
    keep_empty: bool = False,
) -> list[Source]:
    """Load the deliveries of these kinds under one numbering of rows, in the order given. Raises E402."""
    sources: list[Source] = []
    first = 0
    for kind, deliveries in wanted:
        table = _stack(kind.name, deliveries)
        if table is None or not (table.num_rows or keep_empty):
            continue
        rids = pa.arange(first, first + table.num_rows)
        first += table.num_rows
        sources.append(Source(kind, table.num_rows))
        engine.load(sources[-1].table, table.append_column("rid", rids))
    return sources


def load_schools(engine: Engine, deliveries: Sequence[tuple[str, pa.Table]]) -> None:
    """Load `school_place` (school_code, addr_code): where each school of the directory stands."""
    wanted = pa.schema([("school_code", pa.string()), ("addr_code", pa.string())])
    tables = [_pick(table, wanted) for _, table in sorted(deliveries, key=lambda pair: pair[0])]
    engine.load("school_directory_rows", pa.concat_tables(tables) if tables else wanted.empty_table())
    engine.step(
        "school_place",
        "SELECT school_code, max(addr_code) AS addr_code FROM school_directory_rows "
        "WHERE school_code IS NOT NULL AND addr_code IS NOT NULL GROUP BY school_code",
    )


def _stack(kind_name: str, deliveries: Iterable[tuple[str, pa.Table]]) -> pa.Table | None:
    parts = []
    for delivery_id, table in sorted(deliveries, key=lambda pair: pair[0]):
        missing = [column for column in KEY_COLUMNS if column not in table.column_names]
        if missing:
            raise Fault("E402", where=delivery_id, kind=kind_name, columns="、".join(missing))
        part = _in_row_order(_pick(table, _SCHEMA))
        parts.append(part.append_column("delivery_id", pa.repeat(delivery_id, part.num_rows)))
    return pa.concat_tables(parts) if parts else None


def _pick(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The wanted columns; absent ones as NULL, blanks as they are."""
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _in_row_order(table: pa.Table) -> pa.Table:
    numbers = table.column("row_no")
    if table.num_rows < 2 or pc.all(pc.less(numbers.slice(0, table.num_rows - 1), numbers.slice(1))).as_py():
        return table
    return table.sort_by([("row_no", "ascending"), ("row_key", "ascending")])


_SCHEMA = pa.schema(
    [("row_no", pa.int32()), ("dob", pa.date32()), *[(column, pa.string()) for column in TEXT_COLUMNS]]
)
