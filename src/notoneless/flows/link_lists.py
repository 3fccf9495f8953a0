"""Linking two lists that lie in files or tables: for notebooks, and for whoever measures the engine.

Needs no database and no keys. Parquet is read where it lies, only the columns that linking wants; a CSV file is read
in pieces. What does not fit into memory is spilled encrypted (ADR 0003) and removed at the end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine
from notoneless.files.encodings import csv_encoding
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.lists import ListLinks, calibration_page, link_lists
from notoneless.policy import national_parameter

__all__ = ["ListLinks", "calibration_page", "link", "write_links"]

ListSource: TypeAlias = str | Path | pa.Table
"""A Parquet or CSV file with canonical column names, or a table with them."""

MEMORY = {"duckdb": "1700MB", "spark": "6GB"}
"""What the engine may hold when nothing is said: with the program itself DuckDB stays below 2 GiB."""
ROWS_IN_GROUP = 1 << 17


def link(
    left: ListSource,
    right: ListSource,
    *,
    engine: str = "duckdb",
    threads: int | None = None,
    memory: str | None = None,
    costs: LinkCosts | None = None,
) -> ListLinks:
    """Which rows of `left` and `right` are one person: tables `links` and `review` with left_row, right_row, step,
    weight (bits), reason.

    Columns: any of row_id name sex dob id_no student_no nation addr_code hukou_code home_addr school_code county_code
    grade class_no guardian_name guardian_id phone relation hh_no cert_no mother_name mother_id. Without row_id, rows
    are named by their number from 1. `costs`: of errors and of a look; without them the national ones of the policy.
    Raises E504 (engine), E507 (no Parquet), E407 (no such file), E408 (no column to link by), E409 (bad CSV).
    """
    sources = {"left_list": left, "right_list": right}
    files = [path for source in sources.values() if (path := _parquet(source))]
    with (
        tempfile.TemporaryDirectory(prefix="notoneless-link-") as spill,
        open_engine(
            engine, threads=threads, memory=memory or MEMORY.get(engine), temp_dir=Path(spill), files=files
        ) as opened,
    ):
        for name, source in sources.items():
            _open(opened, name, source)
            _check_columns(opened, name, source)
        return link_lists(opened, costs=costs or LinkCosts.from_pack(_National()))


class _National:
    """Costs of the nation: three parameters, without reading all of the policy."""

    def value(self, parameter: str) -> Any:
        return national_parameter(parameter).on(date.max)


def write_links(table: pa.Table, path: Path) -> None:
    """Write links or questions as Parquet; the same table gives the same bytes."""
    repeated = [column for column in ("step", "reason") if column in table.column_names]
    pq.write_table(table, path, compression="zstd", row_group_size=ROWS_IN_GROUP, use_dictionary=repeated)


def _parquet(source: ListSource) -> Path | None:
    if isinstance(source, pa.Table) or Path(source).suffix.lower() == ".csv":
        return None
    path = Path(source)
    if not path.is_file():
        raise Fault("E407", where=str(path), name=path.name)
    return path


def _open(engine: Engine, name: str, source: ListSource) -> None:
    if isinstance(source, pa.Table):
        engine.load(name, source.append_column("file_row", pa.arange(1, source.num_rows + 1)))
    elif path := _parquet(source):
        engine.scan(name, path)
    else:
        _fill(engine, name, Path(source))


def _fill(engine: Engine, name: str, path: Path) -> None:
    """A fault of the file comes out of the engine as one of its own; it is told as what it is."""
    broken: list[Fault] = []
    try:
        engine.fill(name, _csv_rows(path, broken))
    except Fault:
        if broken:
            raise broken[0] from None
        raise


def _csv_rows(path: Path, broken: list[Fault]) -> pa.RecordBatchReader:
    """A CSV file as text columns with `file_row`; UTF-8, UTF-16 or GB18030. What is wrong goes into `broken`."""
    if not path.is_file():
        raise Fault("E407", where=str(path), name=path.name)
    with path.open("rb") as stream:
        encoding = csv_encoding(stream)
    header = _csv_header(path, encoding)
    reading = pacsv.ReadOptions(encoding="utf-8" if encoding == "utf-8-sig" else encoding, use_threads=False)
    texts = pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False)
    schema = pa.schema([*((column, pa.string()) for column in header), ("file_row", pa.int64())])

    def batches() -> Iterator[pa.RecordBatch]:
        rows = 0
        try:
            for batch in pacsv.open_csv(path, read_options=reading, convert_options=texts):
                numbers = pa.arange(rows + 1, rows + 1 + batch.num_rows)
                rows += batch.num_rows
                yield pa.RecordBatch.from_arrays([*batch.columns, numbers], schema=schema)
        except pa.ArrowInvalid as error:
            broken.append(Fault("E409", where=path.name, name=path.name, detail=str(error)))
            raise broken[0] from error

    return pa.RecordBatchReader.from_batches(schema, batches())


def _csv_header(path: Path, encoding: str) -> list[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        return [column.strip().strip('"') for column in stream.readline().strip().split(",")]


def _check_columns(engine: Engine, name: str, source: ListSource) -> None:
    columns = engine.fetch(f"SELECT * FROM {name} LIMIT 0").column_names
    if not {"name", "id_no"} & set(columns):
        where = name if isinstance(source, pa.Table) else Path(source).name
        raise Fault("E408", where=where, name=where, columns="、".join(columns[:10]))
