"""DuckDB in memory, locked down: no files but those named, no network, no extensions, no change of settings afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from notoneless.common.errors import Fault

_NAME = re.compile(r"[a-z_][a-z0-9_]*")

_LOCK_DOWN = (
    "SET allowed_paths = [{files}]",
    "SET enable_progress_bar = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class DuckDBEngine:
    """See `base.Engine`. Tables given to `load` are scanned where they lie, they are not copied."""

    name = "duckdb"

    def __init__(
        self, *, threads: int | None, memory: str | None, temp_dir: Path | None, files: Sequence[Path] = ()
    ) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
            # A database in memory has nothing to save; what it would do instead is go through all its tables.
            "checkpoint_threshold": "1TB",
            "python_enable_replacements": "false",
            "temp_directory": str(temp_dir) if temp_dir else "",
        }
        if temp_dir is not None:
            temp_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What does not fit into memory lies on disk for a moment, under a key that only this process knows. The
            # wheel's own cipher library asks to be called unsafe: its random numbers are not certified (ADR 0003).
            config |= {"temp_file_encryption": "true", "force_mbedtls_unsafe": "true"}
        if threads is not None:
            config["threads"] = threads
        if memory is not None:
            config["memory_limit"] = memory
        self._connection = duckdb.connect(":memory:", config=config)
        self._readable = {str(path.resolve()) for path in files}
        for sql in _LOCK_DOWN:
            self._connection.execute(sql.format(files=", ".join(map(_quoted, sorted(self._readable)))))
        self._loaded: set[str] = set()
        self._viewed: set[str] = set()
        self._stepped: set[str] = set()

    def load(self, name: str, table: pa.Table) -> None:
        self._claim(name)
        self._connection.register(name, table)
        self._loaded.add(name)

    def scan(self, name: str, path: Path) -> None:
        self._claim(name)
        whole = str(path.resolve())
        if whole not in self._readable:
            raise Fault("E506", where=path.name, name=path.name)
        try:
            self._connection.execute(
                f"CREATE VIEW {name} AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS file_row "
                f"FROM read_parquet({_quoted(whole)}, file_row_number = true)"
            )
        except duckdb.Error as error:
            raise Fault("E507", where=path.name, name=path.name, detail=str(error)) from error
        self._viewed.add(name)

    def fill(self, name: str, rows: pa.RecordBatchReader) -> None:
        self._claim(name)
        self._connection.register("rows_filled", rows)
        try:
            self._create(name, name, "SELECT * FROM rows_filled")
        finally:
            self._connection.unregister("rows_filled")

    def step(self, name: str, sql: str, replace: bool = False) -> None:
        if replace:
            self._replace(name, sql)
            return
        self._claim(name)
        self._create(name, name, sql)

    def view(self, name: str, sql: str) -> None:
        self._claim(name)
        try:
            self._connection.execute(f"CREATE VIEW {name} AS {sql}")
        except duckdb.Error as error:
            raise Fault("E501", where=name, step=name, detail=f"{error}\n{sql}") from error
        self._viewed.add(name)

    def fetch(self, sql: str) -> pa.Table:
        try:
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise Fault("E502", where="fetch", step="fetch", detail=f"{error}\n{sql}") from error

    def count(self, name: str) -> int:
        try:
            return int(self._connection.execute(f"SELECT count(*) FROM {_checked(name)}").fetchall()[0][0])
        except duckdb.Error as error:
            raise Fault("E502", where=name, step="count", detail=str(error)) from error

    def drop(self, *names: str) -> None:
        for name in names:
            if name in self._loaded:
                self._connection.unregister(name)
                self._loaded.discard(name)
            elif name in self._viewed:
                self._connection.execute(f"DROP VIEW {name}")
                self._viewed.discard(name)
            elif name in self._stepped:
                self._connection.execute(f"DROP TABLE {name}")
                self._stepped.discard(name)

    def clear(self) -> None:
        self.drop(*self._loaded, *self._viewed, *self._stepped)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _claim(self, name: str) -> None:
        if _checked(name) in self._loaded | self._viewed | self._stepped:
            raise Fault("E503", where=name, table=name)

    def _replace(self, name: str, sql: str) -> None:
        """The new table may be computed from the old one; what was only loaded or looked at makes room first."""
        if _checked(name) not in self._loaded | self._viewed:
            self._create(name, name, sql, "CREATE OR REPLACE")
            return
        fresh = f"{name}__fresh"
        self._create(name, fresh, sql)
        self.drop(name)
        self._connection.execute(f"ALTER TABLE {fresh} RENAME TO {name}")
        self._stepped.discard(fresh)
        self._stepped.add(name)

    def _create(self, step: str, table: str, sql: str, create: str = "CREATE") -> None:
        try:
            self._connection.execute(f"{create} TABLE {table} AS {sql}")
        except duckdb.Error as error:
            raise Fault("E501", where=step, step=step, detail=f"{error}\n{sql}") from error
        self._stepped.add(table)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Fault("E505", where=name, table=name)
    return name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
