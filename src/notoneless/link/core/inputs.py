"""Rosters as they come in: only the rows and columns that linking reads, under one numbering of rows.

Every row gets a number `rid`, unique over all rosters, that depends only on kind, delivery and row_no: a table whose
rows come in another order gives the same numbers. Deliveries are read one after the other and grown-ups let go at
once: four in five rows of a household register are nobody's whom a sweep asks about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.wanted import wanted_sql

Rows: TypeAlias = pa.Table | Callable[[], pa.Table]
"""The accepted rows of a delivery, or what reads them when their turn comes."""
Deliveries = Mapping[str, Sequence[tuple[str, Rows]]]

KEY_COLUMNS = ("row_no", "row_key", "name")

TEXT_COLUMNS = (
    "row_key", "name", "sex", "id_no", "id_state", "nation", "addr_code", "phone", "hh_no", "hukou_code",
    "school_code", "school_name", "student_no", "grade", "class_no", "cert_no",
    "guardian_name", "guardian_id", "head_name", "head_id", "hh_head",
)  # fmt: skip

NEEDED_COLUMNS = ("row_no", "dob", *TEXT_COLUMNS)
"""What linking reads of a delivery; a caller that holds millions of rows need not load more."""

FEW_VALUES = pa.dictionary(pa.int32(), pa.string())
"""A column whose many cells are few different texts may come like this: it takes a quarter of the memory."""

SCHOOL_DIRECTORY = "school_directory"
KIN_OF = "hukou"
"""The kind whose grown-ups are kept as evidence of the family."""
_KIN_COLUMNS = ("hh_no", "name", "id_no", "id_state")


@dataclass(frozen=True)
class Source:
    """All deliveries of one kind, loaded as table `src_<kind>`.

    `rows`: how many of them are linked, numbered from `first`. `parts`: (delivery id, those rows with every column
    that came), in the order of the numbers. `read`: delivery id → rows before those of grown-ups were let go.
    """

    kind: definitions.Kind
    rows: int
    first: int = 0
    parts: Sequence[tuple[str, pa.Table]] = ()
    read: Mapping[str, int] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return f"src_{self.kind.id}"

    def says(self, column: str) -> bool:
        """Whether any row has something in the column."""
        columns = [part[column] for _, part in self.parts if column in part.column_names]
        return any(one.null_count < len(one) for one in columns)


def load_rosters(engine: Engine, rosters: Deliveries, window: LinkWindow) -> list[Source]:
    """Load each kind as `src_<kind>` (NEEDED_COLUMNS + delivery_id, rid), in the order of kinds.yaml, and the grown-ups
    of the household register as `kin` (hh_no, name, id_no, id_state).

    Kinds without a row are left out; when all are, the first one stands empty. Raises E401 (unknown kind), E402 (a
    column that linking cannot do without).
    """
    known = {kind.id for kind in definitions.kinds()} | {SCHOOL_DIRECTORY}
    for kind_id in rosters:
        if kind_id not in known:
            raise Fault("E401", where=kind_id, kind=kind_id)
    wanted = [(kind, rosters.get(kind.id, ())) for kind in definitions.kinds()]
    sources = load_kinds(engine, wanted, window)
    return sources or load_kinds(engine, [(definitions.kinds()[0], [("", _EMPTY)])], window, keep_empty=True)


def load_kinds(
    engine: Engine,
    wanted: Sequence[tuple[definitions.Kind, Sequence[tuple[str, Rows]]]],
    window: LinkWindow | None = None,
    *,
    keep_empty: bool = False,
) -> list[Source]:
    """Load the deliveries of these kinds under one numbering of rows, in the order given; without a window nobody
    is left out. Raises E402."""
    sources: list[Source] = []
    first = 0
    for kind, deliveries in wanted:
        reader = _Reader(engine, kind, window)
        for delivery_id, rows in sorted(deliveries, key=lambda pair: pair[0]):
            reader.take(delivery_id, rows if isinstance(rows, pa.Table) else rows())
        source = Source(kind, sum(part.num_rows for _, part in reader.parts), first, reader.parts, reader.read)
        if not (source.rows or sum(source.read.values()) or (keep_empty and reader.parts)):
            continue
        sources.append(source)
        engine.load(source.table, _numbered(source))
        if kind.id == KIN_OF:
            engine.load("kin", pa.concat_tables(reader.kin))
        first += source.rows
    return sources


def column_of_all(sources: Sequence[Source], name: str) -> pa.ChunkedArray:
    """A column over all rows, so that a row's number is its place; `delivery_id` is one too."""
    parts = [(id_, part) for source in sources for id_, part in source.parts]
    if name == "delivery_id":
        return pa.chunked_array([said_of_all(id_, part.num_rows) for id_, part in parts]).unify_dictionaries()
    columns = [_pick(part, _SCHEMA.field(name)) for _, part in parts]
    if len({column.type for column in columns}) > 1:
        columns = [column.cast(pa.string()) for column in columns]
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks]).unify_dictionaries()


def load_schools(engine: Engine, deliveries: Sequence[tuple[str, pa.Table]]) -> None:
    """Load `school_place` (school_code, addr_code): where each school of the directory stands."""
    columns = ("school_code", "addr_code")
    tables = [
        pa.table([_pick(table, _SCHEMA.field(name)).cast(pa.string()) for name in columns], names=columns)
        for _, table in sorted(deliveries, key=lambda pair: pair[0])
    ]
    wanted = pa.schema([(name, pa.string()) for name in columns])
    engine.load("school_directory_rows", pa.concat_tables(tables) if tables else wanted.empty_table())
    engine.step(
        "school_place",
        "SELECT school_code, max(addr_code) AS addr_code FROM school_directory_rows "
        "WHERE school_code IS NOT NULL AND addr_code IS NOT NULL GROUP BY school_code",
    )


class _Reader:
    """Takes the deliveries of one kind one after the other and keeps what is linked."""

    def __init__(self, engine: Engine, kind: definitions.Kind, window: LinkWindow | None) -> None:
        self._engine, self._kind, self._window = engine, kind, window
        self.parts: list[tuple[str, pa.Table]] = []
        self.kin: list[pa.Table] = []
        self.read: dict[str, int] = {}

    def take(self, delivery_id: str, table: pa.Table) -> None:
        """Raises E402."""
        missing = [column for column in KEY_COLUMNS if column not in table.column_names]
        if missing:
            raise Fault("E402", where=delivery_id, kind=self._kind.name, columns="、".join(missing))
        self.read[delivery_id] = table.num_rows
        wanted = self._wanted(table)
        if self._kind.id == KIN_OF:
            others = table.slice(0, 0) if wanted is None else table.filter(pc.invert(wanted))
            columns = [_pick(others, _SCHEMA.field(name)).cast(pa.string()) for name in _KIN_COLUMNS]
            self.kin.append(pa.table(columns, names=_KIN_COLUMNS))
        self.parts.append((delivery_id, _in_row_order(table if wanted is None else table.filter(wanted))))

    def _wanted(self, table: pa.Table) -> pa.Array | None:
        """For each row whether it is linked; None when all are."""
        if self._window is None or not self._kind.by_age or not table.num_rows:
            return None
        columns = {name: _pick(table, _SCHEMA.field(name)) for name in ("dob", "id_no", "id_state")}
        self._engine.load("row_in", pa.table(columns | {"n": pa.arange(0, table.num_rows)}))
        found = self._engine.fetch(f"SELECT n FROM ({wanted_sql(self._kind, 'row_in', self._window)})")["n"]
        self._engine.drop("row_in")
        return pc.is_in(pa.arange(0, table.num_rows), value_set=found.combine_chunks())


def _numbered(source: Source) -> pa.Table:
    """The rows of a source as linking reads them."""
    parts = []
    for delivery_id, part in source.parts:
        nothing = pa.chunked_array([pa.nulls(part.num_rows, FEW_VALUES)])
        absent = {name for name in TEXT_COLUMNS if name not in KEY_COLUMNS and name not in part.column_names}
        columns = {name: nothing if name in absent else _pick(part, _SCHEMA.field(name)) for name in NEEDED_COLUMNS}
        parts.append(pa.table(columns | {"delivery_id": said_of_all(delivery_id, part.num_rows)}))
    whole = pa.concat_tables(_alike(parts))
    return whole.append_column("rid", pa.arange(source.first, source.first + source.rows))


def said_of_all(text: str, rows: int) -> pa.DictionaryArray:
    """A column that says the same in every row."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array([text]))


def _alike(parts: Sequence[pa.Table]) -> Iterable[pa.Table]:
    """The same type in every part: where one holds plain text, the others come to it."""
    plain = {field.name for part in parts for field in part.schema if field.type == pa.string()}
    return [
        pa.table({name: part[name].cast(pa.string()) if name in plain else part[name] for name in part.column_names})
        for part in parts
    ]


def _pick(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    """A column in its type; an absent one as NULL, blanks as they are."""
    if field.name not in table.column_names:
        few = field.type == pa.string() and field.name not in KEY_COLUMNS
        return pa.chunked_array([pa.nulls(table.num_rows, FEW_VALUES if few else field.type)])
    column = table.column(field.name)
    return column if column.type == FEW_VALUES else column.cast(field.type)


def _in_row_order(table: pa.Table) -> pa.Table:
    numbers = table.column("row_no")
    if table.num_rows < 2 or pc.all(pc.less(numbers.slice(0, table.num_rows - 1), numbers.slice(1))).as_py():
        return table
    return table.sort_by([("row_no", "ascending"), ("row_key", "ascending")])


_SCHEMA = pa.schema(
    [("row_no", pa.int32()), ("dob", pa.date32()), *[(column, pa.string()) for column in TEXT_COLUMNS]]
)
_EMPTY = _SCHEMA.empty_table()
