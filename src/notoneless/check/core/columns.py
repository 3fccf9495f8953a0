"""Which columns of each roster kind check SQL sees, and their types. Only those that some check reads are loaded."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

import pyarrow as pa

from notoneless.check.core.definitions import load_checks, load_shared_tables
from notoneless.roster.core.definitions import KindDefinition, load_kinds

ROW = {"row_no": pa.int32(), "id_state": pa.string()}
_ARROW = {"date": pa.date32(), "fen": pa.int64()}
PERSON = pa.schema(
    [
        ("child_id", pa.string()),
        ("name", pa.string()),
        ("sex", pa.string()),
        ("dob", pa.date32()),
        ("id_no", pa.string()),
        ("id_state", pa.string()),
        ("place_code", pa.string()),
        ("place_from", pa.string()),
        ("school_code", pa.string()),
        ("school_name", pa.string()),
        ("grade", pa.string()),
    ]
)
"""The columns of the linked persons that the ``child`` table is made from."""

MEMBER = pa.schema(
    [
        ("child_id", pa.string()),
        ("kind", pa.string()),
        ("delivery_id", pa.string()),
        ("row_no", pa.int32()),
    ]
)


@functools.cache
def columns_read() -> Mapping[str, Mapping[str, pa.DataType]]:
    """Kind → column → Arrow type, for every column whose name occurs in the SQL of a check or shared table."""
    texts = (
        ["left_behind addr_code"]
        + [check.sql for check in load_checks().values()]
        + [table.sql for table in load_shared_tables()]
    )
    words = set(re.findall(r"[a-z_]+", " ".join(texts)))
    return {kind.id: _columns(kind, words) for kind in load_kinds().values()}


def _columns(kind: KindDefinition, words: set[str]) -> dict[str, pa.DataType]:
    own = {column.id: _ARROW.get(column.type, pa.string()) for column in kind.columns if not column.into}
    return {"row_no": pa.int32()} | {name: typ for name, typ in (own | ROW).items() if name in words}


def conform(table: pa.Table, columns: Mapping[str, pa.DataType]) -> pa.Table:
    """The table with exactly these columns and types; a column that it lacks is NULL.

    A text column that comes as a dictionary stays one: engines read it like text.
    """
    return pa.table({name: _conformed(table, name, kind) for name, kind in columns.items()})


def _conformed(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    if name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, kind)])
    column = table.column(name)
    few = pa.types.is_dictionary(column.type) and column.type.value_type == kind
    return column if few else column.cast(kind)


def alike(parts: Sequence[pa.Table]) -> list[pa.Table]:
    """Tables of the same columns in the same types: where one holds plain text, the others come to it."""
    plain = {field.name for part in parts for field in part.schema if field.type == pa.string()}
    return [
        pa.table({name: part[name].cast(pa.string()) if name in plain else part[name] for name in part.column_names})
        for part in parts
    ]
