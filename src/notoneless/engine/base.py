"""What every engine can do. SQL given to it must be portable between DuckDB and Spark.

Portable means: `||` instead of concat(), try_cast, SEMI/ANTI JOIN instead of NOT IN, no QUALIFY, no UPDATE,
no slices, and every window ORDER BY ends in a unique key, so that one or many threads give the same rows.
The order of rows in a table is not defined: who needs an order says ORDER BY in `fetch`.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa


class Engine(Protocol):
    """Named in-memory tables, and named SQL steps that make one table from others."""

    @property
    def name(self) -> str:
        """Which engine this is, as in `open_engine(name)`."""

    def load(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table visible under `name` (no copy is promised). Raises E503 when the name is taken."""

    def scan(self, name: str, path: Path) -> None:
        """Make a Parquet file visible under `name`, read where it lies and only the columns asked for, with `file_row`
        (from 1) beside its own columns. Raises E506 unless the engine was opened for this file, E507 when it cannot
        be read."""

    def fill(self, name: str, rows: pa.RecordBatchReader) -> None:
        """Make table `name` from batches, one after the other. Raises E503 when the name is taken."""

    def step(self, name: str, sql: str, replace: bool = False) -> None:
        """Compute `sql` (one SELECT) into table `name`. Raises E501 (SQL in `detail`), E503 when the name is taken."""

    def view(self, name: str, sql: str) -> None:
        """Let `name` stand for `sql` (one SELECT), computed where it is read; the tables in it must outlive it. Raises
        E501, E503 when the name is taken."""

    def fetch(self, sql: str) -> pa.Table:
        """Answer of one SELECT as an Arrow table. Raises E502 (SQL in `detail`)."""

    def count(self, name: str) -> int:
        """Number of rows of table `name`."""

    def drop(self, *names: str) -> None:
        """Forget the tables; names that do not exist are passed over."""

    def clear(self) -> None:
        """Forget every table, so that the next calculation finds the engine as if fresh."""

    def close(self) -> None:
        """Give back all memory. Calling it again is harmless."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
