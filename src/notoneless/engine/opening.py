"""Opening an engine by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from notoneless.common.errors import Fault
from notoneless.engine.base import Engine
from notoneless.engine.duckdb_engine import DuckDBEngine


def open_engine(
    name: str = "duckdb",
    threads: int | None = None,
    memory: str | None = None,
    temp_dir: Path | None = None,
    files: Sequence[Path] = (),
) -> Engine:
    """A fresh, empty engine. `memory` is a size such as "8GiB".

    Without `temp_dir` nothing is ever spilled to disk; with it, what does not fit into memory is spilled encrypted
    (ADR 0003). `files`: the only files that `scan` may read, and the engine at all. Raises E504 for an unknown engine.
    """
    if name != "duckdb":
        raise Fault("E504", where=name, engine=name)
    return DuckDBEngine(threads=threads, memory=memory, temp_dir=temp_dir, files=files)
