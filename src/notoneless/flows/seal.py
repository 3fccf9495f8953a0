"""Sealing a list on its owner's machine: no server, no database. The list itself stays; marks and a map of rows are made."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

import pyarrow as pa
import pyarrow.parquet as pq

from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine
from notoneless.files.sealed_list import Header, SealedListWriter, read_row_map, write_row_map
from notoneless.flows.seal_reading import read_list
from notoneless.link.core.sealing import SealKey, recipe, seal_rows
from notoneless.link.core.sealing.facts import Row
from notoneless.link.core.sealing.marks import SCHEMA, Years

MEMORY = "1400MB"
_BATCH_ROWS = 10_000
_FIRST_NUMBER = 100_000_000_001
"""Numbers of sealed rows have twelve digits, so that nobody takes one for a line of the file."""


@dataclass(frozen=True)
class Sealed:
    """What was made: rows of the list, rows without any mark (left out), marks; the key's id."""

    rows: int
    unmarked: int
    marks: int
    key_id: str


def row_map_beside(out: Path) -> Path:
    """Where the map of rows lies when nothing is said: its name tells that it stays."""
    return out.with_name(f"{out.stem}-只留本机.parquet")


def seal(source: Path, key: SealKey, out: Path, row_map: Path | None = None, born: Years | None = None) -> Sealed:
    """Seal the list `source` into `out`; `row_map` says which sealed row is which row of the list and stays here.

    `source`: Parquet or CSV with canonical column names, or any roster file that the program knows. `born`: first and
    last year of birth of the persons wanted; grown-ups of the household still tell whose parents they are.
    Raises E407–E409, E507 and the faults of reading a roster; E426 when a map of rows is already there.
    """
    kept = row_map or row_map_beside(out)
    if kept.exists():
        raise Fault("E426", where=str(kept), name=kept.name)
    table, row_ids = read_list(source)
    numbers = list(range(_FIRST_NUMBER, _FIRST_NUMBER + table.num_rows))
    SystemRandom().shuffle(numbers)
    with (
        tempfile.TemporaryDirectory(prefix="notoneless-seal-") as spill,
        open_engine(memory=MEMORY, temp_dir=Path(spill)) as engine,
    ):
        engine.fill("marks", pa.RecordBatchReader.from_batches(SCHEMA, _batches(table, numbers, key, born)))
        marked = set(engine.fetch("SELECT DISTINCT row FROM marks").column("row").to_pylist())
        header = Header.new(key_id=key.id, recipe=recipe(), rows=len(marked), seal=secrets.token_hex(8))
        marks = _write(engine, out, header, key)
    known = [(number, name) for number, name in zip(numbers, row_ids, strict=True) if number in marked]
    write_row_map(kept, header.seal, known)
    return Sealed(table.num_rows, table.num_rows - len(marked), marks, key.id)


def _batches(table: pa.Table, numbers: list[int], key: SealKey, born: Years | None) -> Iterator[pa.RecordBatch]:
    for sealed in seal_rows(_rows(table, numbers), key, born):
        yield from sealed.to_batches()


def _rows(table: pa.Table, numbers: list[int]) -> Iterator[tuple[int, Row]]:
    """Rows with their numbers, household by household."""
    table = table.append_column("sealed_row", pa.array(numbers, pa.int64()))
    if "hh_no" in table.column_names:
        table = table.sort_by("hh_no")
    columns = [name for name in table.column_names if name != "sealed_row"]
    for batch in table.to_batches(_BATCH_ROWS):
        cells = [batch.column(name).to_pylist() for name in columns]
        own = batch.column("sealed_row").to_pylist()
        for number, *row in zip(own, *cells, strict=True):
            yield number, {name: text for name, text in zip(columns, row, strict=True) if text}


def _write(engine: Engine, out: Path, header: Header, key: SealKey) -> int:
    """Kind by kind in the order of the marks themselves, so that the order of the list is gone."""
    kinds = engine.fetch("SELECT DISTINCT kind FROM marks ORDER BY kind").column("kind").to_pylist()
    with SealedListWriter(out, SCHEMA, header, key.signature) as file:
        for kind in kinds:
            file.write(
                engine.fetch(
                    f"SELECT row, kind, fixed, mark FROM marks WHERE kind = {kind} ORDER BY mark, row, fixed"
                )
            )
    return engine.count("marks")


def own_rows(links: Path, row_map: Path) -> pa.Table:
    """Links or questions between sealed lists, with the rows of one's own list by their own names. Raises E407 (no
    such file), E427 (a map of another sealing, or rows already named), E507 (bad Parquet)."""
    table = _links(links)
    seal_id, names = read_row_map(row_map)
    told = table.schema.metadata or {}
    sides = {told.get(side.encode(), b"").decode(): side for side in ("left_seal", "right_seal")}
    side = sides.get(seal_id)
    if side is None:
        raise Fault("E427", where=str(row_map), name=row_map.name)
    column = side.replace("_seal", "_row")
    if not pa.types.is_integer(table.column(column).type):
        raise Fault("E427", where=str(row_map), name=row_map.name)
    own = pa.array([names[number] for number in table.column(column).to_pylist()], pa.string())
    return table.set_column(table.column_names.index(column), column, own)


def _links(path: Path) -> pa.Table:
    if not path.is_file():
        raise Fault("E407", where=str(path), name=path.name)
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Fault("E507", where=path.name, name=path.name, detail=str(error)) from error
