"""Opening an engine by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from notoneless.common.errors import Fault
from notoneless.engine.base import Engine
from notoneless.engine.duckdb_engine import DuckDBEngine
from notoneless.engine.spark_engine import SparkEngine


def open_engine(
    name: str = "duckdb",
    threads: int | None = None,
    memory: str | None = None,
    temp_dir: Path | None = None,
    files: Sequence[Path] = (),
) -> Engine:
    """A fresh, empty engine: "duckdb" or "spark". `memory` is a size such as "8GiB".

    Without `temp_dir` nothing is ever spilled to disk; with it, what does not fit into memory is spilled encrypted
    (ADR 0003). `files`: the only files that `scan` may read, and the engine at all. Spark always
    spills, encrypted; it is started here and not before. Raises E504 for an unknown engine, E508 when Spark or Java
    is missing, E509 for a memory that is no size.
    """
    if name == "duckdb":
        return DuckDBEngine(threads=threads, memory=memory, temp_dir=temp_dir, files=files)
    if name == "spark":
        return SparkEngine(threads=threads, memory=memory, temp_dir=temp_dir, files=files)
    raise Fault("E504", where=name, engine=name)
