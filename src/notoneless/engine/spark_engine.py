"""Spark as an engine: the same steps, for lists that no single machine holds (ADR 0013).

Outside a cluster it runs inside this process's own Java machine, opened on this computer only; shuffles and spilled
tables are encrypted under a key that lives and dies with it. Where a Spark session is running already (a notebook on a
cluster), that one is used, with its own memory and its own care for what lies on disk.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.types as types

from notoneless.common.errors import Fault

MEMORY = "4GB"
"""Of the Java machine when nothing is said; it cannot be changed once it runs."""
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])i?B?\s*", re.IGNORECASE)
_MIB = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024 * 1024}
_PARTITIONS_EACH = 4
_SETTINGS = {
    # A hundred short queries end before Java's second compiler has paid for itself.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=512m",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.maxResultSize": "0",
    "spark.io.encryption.enabled": "true",
    "spark.log.level": "ERROR",
    "spark.sql.ansi.enabled": "true",
    # Spark 4.3 cannot plan a UNION of two checkpoints of one origin with it ("key not found" in rewriteConstraints).
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.runSQLOnFiles": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


class SparkEngine:
    """See `base.Engine`. Each step is computed at once and kept, so that no plan grows over the whole cascade."""

    name = "spark"

    def __init__(
        self, *, threads: int | None, memory: str | None, temp_dir: Path | None, files: Sequence[Path] = ()
    ) -> None:
        spark, settings = _front_door(), _local_settings(threads, memory)
        self._folder = temp_dir or Path(tempfile.mkdtemp(prefix="notoneless-spark-"))
        self._own_folder = temp_dir is None
        self._session, self._started = _session(spark, settings, self._folder)
        self._readable = {str(path.resolve()) for path in files}
        self._frames: dict[str, Any] = {}

    def load(self, name: str, table: pa.Table) -> None:
        self._claim(name)
        self._keep(name, self._session.createDataFrame(_readable_by_spark(table)))

    def scan(self, name: str, path: Path) -> None:
        self._claim(name)
        if str(path.resolve()) not in self._readable:
            raise Fault("E506", where=path.name, name=path.name)
        try:
            frame = self._session.read.parquet(str(path.resolve()))
            numbered = frame.selectExpr("*", "_metadata.row_index + 1 AS file_row")
        except Exception as error:
            raise _fault("E507", error, where=path.name, name=path.name) from error
        self._keep(name, numbered)

    def fill(self, name: str, rows: pa.RecordBatchReader) -> None:
        self._claim(name)
        try:
            table = rows.read_all()
        except pa.ArrowException as error:
            raise Fault("E501", where=name, step=name, detail=str(error)) from error
        self._keep(name, self._session.createDataFrame(_readable_by_spark(table)))

    def step(self, name: str, sql: str, replace: bool = False) -> None:
        if not replace:
            self._claim(name)
        _checked(name)
        try:
            frame = self._frame(sql).localCheckpoint()
        except Exception as error:
            raise _fault("E501", error, sql, where=name, step=name) from error
        self.drop(name)
        self._keep(name, frame)

    def view(self, name: str, sql: str) -> None:
        self._claim(name)
        try:
            self._keep(name, self._frame(sql))
        except Exception as error:
            raise _fault("E501", error, sql, where=name, step=name) from error

    def fetch(self, sql: str) -> pa.Table:
        try:
            return self._frame(sql).toArrow()
        except Exception as error:
            raise _fault("E502", error, sql, where="fetch", step="fetch") from error

    def count(self, name: str) -> int:
        return int(self._frames[_checked(name)].count())

    def drop(self, *names: str) -> None:
        for name in names:
            if self._frames.pop(name, None) is not None:
                self._session.catalog.dropTempView(name)

    def clear(self) -> None:
        self.drop(*list(self._frames))

    def close(self) -> None:
        self.clear()
        if self._started:
            self._session.stop()
            self._started = False
        if self._own_folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frame(self, sql: str) -> Any:
        from notoneless.engine.spark_sql import to_spark

        return self._session.sql(to_spark(sql))

    def _keep(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)
        self._frames[name] = frame

    def _claim(self, name: str) -> None:
        if _checked(name) in self._frames:
            raise Fault("E503", where=name, table=name)


def _front_door() -> Any:
    """pyspark's SparkSession. Raises E508 when Spark or Java is missing."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Fault("E508", where="spark", missing="pyspark") from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise Fault("E508", where="spark", missing="Java 17")
    # It would write the SQL, and cells that could not be read, to standard error.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    return SparkSession


def _local_settings(threads: int | None, memory: str | None) -> dict[str, str]:
    cores = threads or os.cpu_count() or 1
    return _SETTINGS | {
        "spark.master": f"local[{cores}]",
        "spark.driver.memory": f"{_mebibytes(memory or MEMORY)}m",
        "spark.sql.shuffle.partitions": str(_PARTITIONS_EACH * cores),
    }


def _session(spark: Any, settings: Mapping[str, str], folder: Path) -> tuple[Any, bool]:
    """A session of its own, and whether Spark was started for it."""
    running = spark.getActiveSession()
    if running is not None:
        return running.newSession(), False
    builder = spark.builder.appName("notoneless")
    folders = {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    for key, value in {**settings, **folders}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate(), True


def _mebibytes(size: str) -> int:
    match = _SIZE.fullmatch(size)
    if not match:
        raise Fault("E509", where=size, size=size)
    return max(512, int(float(match[1]) * _MIB[match[2].upper()]))


def _readable_by_spark(table: pa.Table) -> pa.Table:
    """The same rows in types that Spark takes: no dictionaries, no large or unsigned ones."""
    return table.cast(pa.schema([pa.field(f.name, _plain(f.type)) for f in table.schema]))


def _plain(kind: pa.DataType) -> pa.DataType:
    if types.is_dictionary(kind):
        return _plain(kind.value_type)
    if types.is_large_string(kind) or types.is_null(kind):
        return pa.string()
    if types.is_unsigned_integer(kind):
        return pa.int64()
    if types.is_timestamp(kind):
        return pa.timestamp("us")
    return kind


def _fault(code: str, error: Exception, sql: str = "", **texts: str) -> Fault:
    return Fault(code, detail=f"{error}\n{sql}", **texts)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Fault("E505", where=name, table=name)
    return name
