"""Reading a list that is to be sealed: canonical columns as text, and each row's own name."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pyarrow.types as types

from notoneless.common.errors import Fault
from notoneless.files.encodings import csv_encoding
from notoneless.roster.core import read_roster

COLUMNS = (
    "name", "sex", "dob", "id_no", "student_no", "addr_code", "hukou_code", "school_code", "county_code",
    "guardian_name", "guardian_id", "phone", "hh_no", "cert_no", "mother_name", "mother_id",
)  # fmt: skip
_NEEDED = {"name", "id_no"}


def read_list(path: Path) -> tuple[pa.Table, list[str]]:
    """The columns of COLUMNS that the list has, as text with "" for empty cells, and the rows' own names: row_id, else
    the number of the row. Raises E407 (no such file), E408 (no column to match by), E409 (bad CSV), E507 (bad Parquet),
    and for other files those of reading a roster."""
    if not path.is_file():
        raise Fault("E407", where=str(path), name=path.name)
    table = (
        _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path) if path.suffix.lower() == ".csv" else None
    )
    if table is None:
        return _roster(path)
    if not _NEEDED & set(table.column_names):
        raise Fault("E408", where=path.name, name=path.name, columns="、".join(table.column_names[:10]))
    return _texts(table), _row_names(table, "row_id")


def _parquet(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Fault("E507", where=path.name, name=path.name, detail=str(error)) from error


def _csv(path: Path) -> pa.Table | None:
    """A CSV file with canonical names; None when its headings are others, as departments write them."""
    with path.open("rb") as stream:
        encoding = csv_encoding(stream)
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        header = [name.strip().strip('"').lstrip("\ufeff") for name in stream.readline().strip().split(",")]
    if not _NEEDED & set(header):
        return None
    reading = pacsv.ReadOptions(encoding="utf-8" if encoding == "utf-8-sig" else encoding)
    texts = pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False)
    try:
        return pacsv.read_csv(path, read_options=reading, convert_options=texts)
    except pa.ArrowInvalid as error:
        raise Fault("E409", where=path.name, name=path.name, detail=str(error)) from error


def _roster(path: Path) -> tuple[pa.Table, list[str]]:
    """A roster file as departments send it: kind and columns are recognised as in an import."""
    rows = read_roster(path).rows
    return _texts(rows), _row_names(rows, "row_no")


def _row_names(table: pa.Table, column: str) -> list[str]:
    if column in table.column_names:
        return [str(name) for name in table.column(column).to_pylist()]
    return [str(number) for number in range(1, table.num_rows + 1)]


def _texts(table: pa.Table) -> pa.Table:
    held = [name for name in COLUMNS if name in table.column_names]
    return pa.table({name: _text(table.column(name)) for name in held})


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif types.is_floating(kind) or types.is_decimal(kind):
        column = column.cast(pa.int64(), safe=False)
    elif types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    return pc.fill_null(column.cast(pa.string()), "")
