"""Hostile files are refused in ten seconds within 512 MiB, and nothing is left; broken ones never break the program.

`python -m pytest tests/fault/test_hostile_files.py -s`; not part of the everyday run. NOTONELESS_FUZZ is the number
of broken workbooks (300), NOTONELESS_FAULT_SEED repeats a run.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.lib.broken_files import broken
from tests.lib.hostile_files import HOSTILE, Hostile

from notoneless.common.errors import Fault
from notoneless.files.tables import read_table

SECONDS, CHILD_MIB = 10.0, 512
FUZZ = int(os.environ.get("NOTONELESS_FUZZ", "300"))
READ_ONE = Path(__file__).parents[1] / "lib" / "read_one.py"


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_hostile_file_is_refused(hostile: Hostile, tmp_path: Path) -> None:
    path, scratch = tmp_path / hostile.file_name, tmp_path / "scratch"
    path.write_bytes(hostile.build())
    scratch.mkdir()
    # A process inherits the peak memory of the one it was made from, so a small shell stands in between.
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, str(READ_ONE), str(path)],
        capture_output=True, text=True, check=True, cwd=scratch, env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert result["code"] in hostile.codes
    assert result["cpu"] <= SECONDS
    assert result["child_mib"] <= CHILD_MIB
    assert result["own_mib"] <= CHILD_MIB
    assert result["left"] == 0
    assert list(scratch.iterdir()) == []


def test_broken_files_are_read_or_refused() -> None:
    seed = int(os.environ.get("NOTONELESS_FAULT_SEED", secrets.randbelow(10**6)))
    seen, slowest = Counter[str](), 0.0
    for number in range(FUZZ):
        what, data = broken(seed, number)
        started = time.process_time()
        try:
            rows = sum(1 for sheet in read_table(data, "名册").sheets for _row in sheet.rows)
            seen["read" if rows else "read, empty"] += 1
        except Fault as fault:
            seen[fault.code] += 1
        except Exception as error:
            pytest.fail(f"seed {seed}, number {number} ({what}): {error!r}")
        slowest = max(slowest, time.process_time() - started)
    assert "E015" not in seen
    sys.stdout.write(f"\nseed {seed}: {dict(seen.most_common())}, slowest {slowest:.2f} s in the parent\n")
