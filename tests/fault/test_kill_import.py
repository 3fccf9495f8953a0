"""I1: an import killed at any moment is there whole or not at all; the next one works; the doctor leaves nothing behind.

`python -m pytest tests/fault -s`; not part of the everyday run. NOTONELESS_FAULT_SEED repeats a run.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import secrets
import sys
import time
from collections import Counter
from pathlib import Path

from tests.lib.killed import Office
from tests.lib.rosters import Pupil, hukou

POINTS = int(os.environ.get("NOTONELESS_FAULT_POINTS", "40"))
"""How many kills must land while the import is at work; 200 for the full proof."""

ROWS = 2000


def test_an_import_is_whole_or_absent(tmp_path: Path) -> None:
    seed = int(os.environ.get("NOTONELESS_FAULT_SEED", secrets.randbelow(10**6)))
    chance, seen, turn = random.Random(seed), Counter[str](), 0
    with Office(tmp_path / "office") as office:
        longest = measure(office, tmp_path)
        while sum(seen.values()) < POINTS:
            turn += 1
            path = list_of(tmp_path, turn)
            before = office.fingerprint()
            # More often near the end, where files become a delivery.
            if office.kill_after(chance.triangular(0, longest, longest), *command(path)):
                seen[state_of(office, path, before)] += 1
            office.run(*command(path))
            check_whole(office, path)
        office.check_after_doctor()
        assert len(office.rows("SELECT id FROM roster_delivery")) == turn + 1
    sys.stdout.write(f"\nseed {seed}: {sum(seen.values())} kills within {longest:.2f} s of work: {dict(seen)}\n")


def list_of(folder: Path, turn: int) -> Path:
    """A 户籍 list that differs from every other by its first birth day."""
    day = dt.date(2011, 1, 1) + dt.timedelta(days=turn * 10)
    people = [Pupil(f"王{n:04d}", day + dt.timedelta(days=n // 400), n % 400 + 50) for n in range(ROWS)]
    path = folder / f"户籍{turn}.csv"
    path.write_bytes(hukou(people))
    return path


def command(path: Path) -> list[str]:
    return ["import", str(path), "--sender", "县公安局", "--as-of", "2026-11-20"]


def measure(office: Office, folder: Path) -> float:
    """How long an undisturbed import works, in seconds."""
    started = time.monotonic()
    office.run(*command(list_of(folder, 0)))
    return time.monotonic() - started


def state_of(office: Office, path: Path, before: str) -> str:
    """What the kill left: nothing, unfinished or unpointed files, or the whole delivery."""
    office.check_database()
    if office.rows("SELECT id FROM roster_delivery WHERE file_name = ?", path.name):
        check_whole(office, path)
        return "whole"
    assert office.fingerprint() == before, "the database changed without the delivery"
    return office.what_is_left()


def check_whole(office: Office, path: Path) -> None:
    """One delivery with all its rows, its sealed files intact, one event in the trail."""
    ((delivery, read, accepted),) = office.rows(
        "SELECT id, rows_read, rows_accepted FROM roster_delivery WHERE file_name = ?", path.name
    )
    assert (read, accepted) == (ROWS, ROWS)
    assert office.lake.verify("deliveries", str(delivery)) == []
    assert office.lake.read_table("deliveries", str(delivery), "rows.parquet").num_rows == ROWS
    events = office.rows("SELECT id FROM trail_event WHERE object_id = ? AND action = 'roster.deliver'", delivery)
    assert len(events) == 1
