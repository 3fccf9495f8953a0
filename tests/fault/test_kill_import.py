"""I1: an import killed at any moment is there whole or not at all; the next one works; the doctor leaves nothing behind.

`python -m pytest tests/fault -s`; not part of the everyday run. NOTONELESS_FAULT_SEED repeats a run,
NOTONELESS_FAULT_POINTS says how many kills must land. The naive twin (tests/lib/naive_import.py) is killed in the same
way and must break: kills that break nothing have proven nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import secrets
import sys
from collections import Counter
from pathlib import Path

from tests.lib.killed import Office, Pace
from tests.lib.rosters import Pupil, hukou

from notoneless.files.xlsx_write import Sheet, write_workbook

POINTS = int(os.environ.get("NOTONELESS_FAULT_POINTS", "200"))
"""How many kills must land while the import is at work."""
FEW = 20
CONTROLS = 20
MOST_TURNS = 3
"""Rounds allowed for each kill that must land: more means that the kills come too late."""
ROWS = 2000
EVERY_XLSX = 3
"""Every so many lists is a workbook, whose reader is a process of its own."""
WHOLE = "whole"
FAMILY = "赵钱孙李周吴郑王冯陈"
GIVEN = "一乙二十丁厂七卜人入八九几儿了力乃刀又三"


def test_an_import_is_whole_or_absent(office: Office, tmp_path: Path) -> None:
    seed = int(os.environ.get("NOTONELESS_FAULT_SEED", secrets.randbelow(10**6)))
    chance, seen, turn = random.Random(seed), Counter[str](), 0
    pace = Pace(office.timed(*command(list_of(tmp_path, 0))))
    while sum(seen.values()) < POINTS:
        turn += 1
        assert turn <= POINTS * MOST_TURNS, "the kills come too late"
        path = list_of(tmp_path, turn)
        before = office.fingerprint()
        state = WHOLE
        if office.kill_after(pace.moment(chance), *command(path)):
            state = state_of(office, path, before)
            seen[state] += 1
        seconds = office.timed(*command(path))
        if state != WHOLE:
            pace.add(seconds)
        check_whole(office, path)
        path.unlink()
    office.check_after_doctor()
    assert len(office.rows("SELECT id FROM roster_delivery")) == turn + 1
    assert len(seen) > 1 or POINTS < FEW, "every kill left the same: they did not fall all over the work"
    say(f"seed {seed}: {turn} rounds, {sum(seen.values())} kills within {pace.seconds:.2f} s of work: {dict(seen)}")


def test_the_naive_twin_is_broken_by_the_same_kills(office: Office, tmp_path: Path) -> None:
    seed = int(os.environ.get("NOTONELESS_FAULT_SEED", secrets.randbelow(10**6)))
    chance, seen, turn = random.Random(seed), Counter[str](), 0
    first = list_of(tmp_path, 0)
    pace = Pace(office.timed("naive", str(first)))
    while sum(seen.values()) < CONTROLS:
        turn += 1
        assert turn <= CONTROLS * MOST_TURNS, "the kills come too late"
        path = list_of(tmp_path, turn)
        if office.kill_after(pace.moment(chance), "naive", str(path)):
            seen[naive_state(office, path)] += 1
    assert seen["half"], "the control was not broken: the kills prove nothing"
    say(f"seed {seed}: the naive twin after {CONTROLS} kills: {dict(seen)}")


def list_of(folder: Path, turn: int) -> Path:
    """A 户籍 list that differs from every other by its first birth day; now and then a workbook."""
    day = dt.date(2011, 1, 1) + dt.timedelta(days=turn * 10)
    people = [Pupil(name_of(n), day + dt.timedelta(days=n // 400), n % 400 + 50) for n in range(ROWS)]
    data = hukou(people)
    if turn % EVERY_XLSX:
        path = folder / f"户籍{turn}.csv"
        path.write_bytes(data)
        return path
    path = folder / f"户籍{turn}.xlsx"
    header, *rows = csv.reader(data.decode().splitlines())
    write_workbook(path, [Sheet("户籍", header, rows)])
    return path


def name_of(number: int) -> str:
    return FAMILY[number % 10] + GIVEN[number // 10 % 20] + GIVEN[number // 200]


def command(path: Path) -> list[str]:
    return ["import", str(path), "--sender", "县公安局", "--as-of", "2026-11-20"]


def state_of(office: Office, path: Path, before: str) -> str:
    """What the kill left: nothing, unfinished or unpointed files, or the whole delivery."""
    office.check_database()
    office.check_processes()
    if office.rows("SELECT id FROM roster_delivery WHERE file_name = ?", path.name):
        check_whole(office, path)
        return WHOLE
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


def naive_state(office: Office, path: Path) -> str:
    ((rows,),) = office.rows("SELECT count(*) FROM naive_row WHERE file = ?", path.name)
    done = bool(office.rows("SELECT file FROM naive_done WHERE file = ?", path.name))
    return "whole" if done and rows == ROWS else "half" if rows else "absent"


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")
