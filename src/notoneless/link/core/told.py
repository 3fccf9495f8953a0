"""What is said of each person: of all its rows the one that says each thing best, by kind of roster and then the last.

The engine only handles numbers: for every value the row that tells it, packed with the rank of its kind. The texts are
taken from the rows afterwards, as many as there are persons and not as many as there are rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.inputs import SCHOOL_DIRECTORY, Source, column_of_all

ROWS_AT_ONCE = 2_000_000
"""So many are grouped by person at a time."""
_ROOM_BITS = 40
_ROOM = 2**_ROOM_BITS
"""More than there are rows: rank times this, plus how far from the end the row stands. The smallest tells best."""


@dataclass(frozen=True)
class _Value:
    """`columns`: the first that is not empty is the value. `when`: SQL over a row s; it says nothing otherwise.
    `ranks`: whose precedence rules it, where that is another value's."""

    columns: tuple[str, ...]
    when: str = "true"
    ranks: str = ""


_VALUES = {
    "name": _Value(("name",)),
    "sex": _Value(("sex",), "s.sex IN ('1', '2')"),
    "dob": _Value(("dob",)),
    "nation": _Value(("nation",)),
    "place_code": _Value(("addr_code", "hukou_code")),
    "school_code": _Value(("school_code",)),
    "school_name": _Value(("school_name",)),
    "grade": _Value(("grade",)),
    "class_no": _Value(("class_no",)),
    "guardian_name": _Value(("guardian_name", "hh_head", "head_name")),
    "guardian_phone": _Value(("phone",)),
    "valid_id": _Value(("id_no",), "s.id_state = 'valid'", "id_no"),
    "typed_id": _Value(("id_no",), "s.id_state NOT IN ('valid', 'missing', 'placeholder')", "id_no"),
}


Told = Sequence[str]
"""The tables (pid, kinds, and for each value its row) that say it of all persons; each has a share of them."""


def collect(engine: Engine, sources: Sequence[Source], placed: Sequence[str]) -> Told:
    """Make the tables `told_<n>`. `placed`: SQL for rid and pid of each source's rows. `kinds` has a bit for every kind
    of roster in which the person stands."""
    for source, rows in zip(sources, placed, strict=True):
        marks = " + ".join(
            f"CASE WHEN {_says(value)} THEN {2**bit} ELSE 0 END" for bit, value in enumerate(_VALUES.values())
        )
        engine.step(
            f"said_{source.kind.id}",
            f"SELECT p.pid, p.rid, {marks} AS marks FROM {rows} p JOIN {source.table} s ON s.rid = p.rid",
        )
    turns = sum(source.rows for source in sources) // ROWS_AT_ONCE + 1
    told = [f"told_{turn}" for turn in range(turns)]
    for turn, table in enumerate(told):
        engine.step(table, _told_sql(sources, f"pid % {turns} = {turn}"))
    engine.drop(*(f"said_{source.kind.id}" for source in sources))
    return told


def births(engine: Engine, sources: Sequence[Source], told: Told) -> pa.Table:
    """pid and dob of every person: the birthday said, else the one inside the ID number."""
    rows = " UNION ALL ".join(f"SELECT pid, dob, valid_id FROM {table}" for table in told)
    found = engine.fetch(rows)
    return pa.table({"pid": found["pid"], "dob": _birth(sources, found)})


def describe(engine: Engine, sources: Sequence[Source], told: Told) -> pa.Table:
    """The columns of `LinkResult.persons`, in the order of child_id, for the persons in `child`. Drops the tables."""
    rows = " UNION ALL ".join(f"SELECT * FROM {table}" for table in told)
    found = engine.fetch(
        f"""SELECT c.place, c.child_id, x.pid IS NOT NULL AS has_conflict, t.*
            FROM ({rows}) t JOIN child c ON c.pid = t.pid LEFT JOIN disagreement x ON x.pid = t.pid"""
    )
    schools = engine.fetch("SELECT school_code, addr_code FROM school_place")
    engine.drop(*told)
    order = pc.sort_indices(found["place"])
    found = pa.table({name: found[name].take(order) for name in found.column_names if name not in ("place", "pid")})
    return _described(sources, found, schools)


def _says(value: _Value) -> str:
    """SQL: the row says something."""
    if value.columns == ("dob",):
        return "s.dob IS NOT NULL"
    written = ", ".join(f"nullif(s.{column}, '')" for column in value.columns)
    return f"{value.when} AND coalesce({written}) IS NOT NULL"


def _told_sql(sources: Sequence[Source], share: str) -> str:
    """One line per person of the share."""
    parts = []
    for source in sources:
        rows = {
            name: f"CASE WHEN marks & {2**bit} > 0 THEN {rank * _ROOM + _ROOM - 1} - rid END"
            for bit, name in enumerate(_VALUES)
            if (rank := _rank(name, source.kind.id)) is not None
        }
        columns = ", ".join(f"{rows.get(name, 'CAST(NULL AS BIGINT)')} AS {name}" for name in _VALUES)
        parts.append(
            f"SELECT pid, {_bit(source.kind.id)} AS kind, {columns} FROM said_{source.kind.id} WHERE {share}"
        )
    best = ", ".join(f"min({name}) AS {name}" for name in _VALUES)
    return f"SELECT pid, bit_or(kind) AS kinds, {best} FROM ({' UNION ALL '.join(parts)}) GROUP BY pid"


def _rank(name: str, kind_id: str) -> int | None:
    """How far down the kind stands among those that are asked for the value; None when it is not."""
    order = definitions.precedence()[_VALUES[name].ranks or name]
    return order.index(kind_id) if kind_id in order else None


def _bit(kind_id: str) -> int:
    return int(2 ** [kind.id for kind in definitions.kinds()].index(kind_id))


def _described(sources: Sequence[Source], found: pa.Table, schools: pa.Table) -> pa.Table:
    values = {name: _value(sources, name, found[name]) for name in _VALUES if name != "dob"}
    typed_state = _taken(sources, "id_state", found["typed_id"])
    at = pc.index_in(values["school_code"], value_set=schools["school_code"].combine_chunks())
    of_school = schools["addr_code"].combine_chunks().take(at)
    said_by = pa.array(definitions.precedence()["place_code"]).take(pc.shift_right(found["place_code"], _ROOM_BITS))
    directory = pc.if_else(pc.is_valid(of_school), SCHOOL_DIRECTORY, pa.scalar(None, pa.string()))
    columns = {
        "child_id": found["child_id"],
        "name": values["name"],
        "sex": pc.coalesce(values["sex"], "0"),
        "dob": _birth(sources, found),
        "id_no": pc.coalesce(values["valid_id"], values["typed_id"]),
        "id_state": pc.if_else(pc.is_valid(values["valid_id"]), "valid", pc.coalesce(typed_state, "missing")),
        "nation": values["nation"],
        "place_code": pc.coalesce(values["place_code"], of_school),
        "place_from": pc.coalesce(said_by, directory),
        **{name: values[name] for name in ("school_code", "school_name", "grade", "class_no")},
        **{name: values[name] for name in ("guardian_name", "guardian_phone")},
        **{f"in_{kind.id}": _has(found["kinds"], _bit(kind.id)) for kind in definitions.kinds()},
        "has_conflict": found["has_conflict"],
    }
    return pa.table(columns)


def _has(kinds: pa.ChunkedArray, bit: int) -> pa.ChunkedArray:
    return pc.not_equal(pc.bit_wise_and(kinds, bit), 0)


def _birth(sources: Sequence[Source], found: pa.Table) -> pa.ChunkedArray:
    """The birthday said, else the one inside the ID number."""
    said = _taken(sources, "dob", found["dob"])
    number = pc.if_else(pc.is_null(said), found["valid_id"], pa.scalar(None, pa.int64()))
    inside = pc.utf8_slice_codeunits(_taken(sources, "id_no", number), 6, 14).combine_chunks().dictionary_encode()
    days = pa.array(map(_day, inside.dictionary.to_pylist()), pa.date32())
    return pc.coalesce(said, days.take(inside.indices))


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _value(sources: Sequence[Source], name: str, rows: pa.ChunkedArray) -> pa.ChunkedArray:
    """The value itself, of the rows that tell it; NULL where none does."""
    first, *others = (_taken(sources, column, rows) for column in _VALUES[name].columns)
    for other in others:
        first = pc.if_else(pc.equal(pc.fill_null(first, ""), ""), other, first)
    return first


def _taken(sources: Sequence[Source], column: str, rows: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells of the column in the rows, as plain text or days."""
    rids = pc.subtract(_ROOM - 1, pc.bit_wise_and(rows, _ROOM - 1))
    cells = column_of_all(sources, column).take(rids)
    return cells.cast(cells.type.value_type) if pa.types.is_dictionary(cells.type) else cells
