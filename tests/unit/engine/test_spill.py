"""What does not fit into memory is on disk only encrypted."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from notoneless.engine import open_engine

CANARY = b"CANARY-3713"


@pytest.mark.slow
def test_spilled_tables_are_not_readable(tmp_path: Path) -> None:
    folder, seen, over = tmp_path / "spill", [], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            for file in folder.glob("*"):
                try:
                    seen.append(CANARY in file.read_bytes())
                except OSError:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with open_engine(threads=1, memory="100MB", temp_dir=folder) as engine:
            engine.step("wide", f"SELECT '{CANARY.decode()}' || (i * 7919 % 2999999) AS s FROM range(3000000) t(i)")
            engine.step("sorted", "SELECT s FROM wide ORDER BY s")
            assert engine.count("sorted") == 3_000_000
    finally:
        over.set()
        watcher.join()
    assert seen, "nothing was spilled: the test proves nothing"
    assert not any(seen)
