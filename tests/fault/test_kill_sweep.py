"""I8: a sweep killed at any moment is current and can be proven, or nothing changed; the same sweep again works.

`python -m pytest tests/fault -s`; not part of the everyday run. NOTONELESS_FAULT_SEED repeats a run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import secrets
import sys
from collections import Counter
from pathlib import Path

from tests.lib import rosters
from tests.lib.killed import Office, Pace

POINTS = int(os.environ.get("NOTONELESS_FAULT_POINTS", "20"))
"""How many kills must land while the sweep is at work; 100 for the full proof."""

MOST_TURNS = 3
"""Rounds allowed for each kill that must land."""
CURRENT = "current and proven"

LISTS = {
    "户籍.csv": rosters.hukou(rosters.CAST),
    "学籍.csv": rosters.school_roll(rosters.CAST[1:]),
    "点名.csv": rosters.head_count(rosters.CAST[1:], {"李倩": "2026-11-02"}),
}


def test_a_sweep_is_current_and_proven_or_nothing_changed(office: Office, tmp_path: Path) -> None:
    seed = int(os.environ.get("NOTONELESS_FAULT_SEED", secrets.randbelow(10**6)))
    chance, seen, day, turn = random.Random(seed), Counter[str](), rosters.AS_OF, 0
    send_lists(office, tmp_path)
    pace = Pace(office.timed(*command(day)))
    while sum(seen.values()) < POINTS:
        turn += 1
        assert turn <= POINTS * MOST_TURNS, "the kills come too late"
        day -= dt.timedelta(days=1)
        before = office.fingerprint()
        state = CURRENT
        if office.kill_after(pace.moment(chance), *command(day)):
            state = state_of(office, day, before)
            seen[state] += 1
        seconds = office.timed(*command(day))
        if state != CURRENT:
            pace.add(seconds)
        assert is_current(office, day)
    office.check_after_doctor()
    prove(office, day)
    assert office.rows("SELECT child_id FROM case_case WHERE closed_at IS NULL GROUP BY 1 HAVING count(*) > 1") == []
    sys.stdout.write(
        f"\nseed {seed}: {turn} rounds, {POINTS} kills within {pace.seconds:.2f} s of work: {dict(seen)}\n"
    )


def send_lists(office: Office, folder: Path) -> None:
    for name, content in LISTS.items():
        (folder / name).write_bytes(content)
    # An early as-of day, so that every sweep of the test may use them.
    day = (rosters.AS_OF - dt.timedelta(days=400)).isoformat()
    office.run("import", *[str(folder / name) for name in LISTS], "--sender", "县局", "--as-of", day)


def command(day: dt.date) -> list[str]:
    """A sweep of another day rests on other inputs: never the same twice."""
    return ["sweep", "--as-of", day.isoformat()]


def is_current(office: Office, day: dt.date) -> bool:
    found = office.rows("SELECT as_of FROM check_sweep WHERE status = 'current'")
    return [str(row[0]) for row in found] == [day.isoformat()]


def state_of(office: Office, day: dt.date, before: str) -> str:
    """What the kill left."""
    office.check_database()
    if is_current(office, day):
        prove(office, day)
        return CURRENT
    assert office.fingerprint() == before, "something changed although the sweep did not come about"
    return office.what_is_left()


def prove(office: Office, day: dt.date) -> None:
    ((sweep,),) = office.rows("SELECT id FROM check_sweep WHERE as_of = ? AND status = 'current'", day.isoformat())
    assert office.lake.verify("sweeps", str(sweep)) == []
    assert json.loads(office.run("--json", "verify", str(sweep)))["ok"]
