"""What hostile files cost before they are refused, and what the guarded child costs an honest one.

    python bench/hostile.py [--fuzz 300] [--seed 2026] [--rows 200000]

Every file is read in a process of its own, so that its peak memory is its own. Results go to bench/results/hostile.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.lib.broken_files import broken  # noqa: E402
from tests.lib.hostile_files import HOSTILE  # noqa: E402
from tests.lib.workbooks import roster  # noqa: E402

RESULTS = ROOT / "bench" / "results" / "hostile.json"
READ_ONE = ROOT / "tests" / "lib" / "read_one.py"
SECONDS, MIB = 10.0, 512


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fuzz", type=int, default=300)
    options.add_argument("--seed", type=int, default=2026)
    options.add_argument("--rows", type=int, default=200_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as folder:
        report = {
            "schema": 1,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "load_before": round(os.getloadavg()[0], 2),
            "versions": {name: version(name) for name in ("python-calamine", "xlsxwriter", "xlwt")}
            | {"python": platform.python_version()},
            "limits": {"seconds": SECONDS, "child_mib": MIB},
            "hostile": hostile(Path(folder)),
            "broken": fuzz(Path(folder), given.fuzz, given.seed),
            "honest": honest(Path(folder), given.rows),
        }
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{RESULTS.relative_to(ROOT)} written")


def machine() -> dict[str, Any]:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cores": os.cpu_count(), "memory_mib": pages >> 20, "system": platform.platform()}


def read(path: Path) -> dict[str, Any]:
    """What reading ``path`` cost. A shell stands in between, for a process inherits the peak of its maker."""
    command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, str(READ_ONE), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def hostile(folder: Path) -> list[dict[str, Any]]:
    print(f"{'file':34}{'bytes':>10} {'refused':8}{'cpu s':>6}{'wall s':>7}{'child MiB':>10}")
    results = []
    for each in HOSTILE:
        path = folder / each.file_name
        path.write_bytes(each.build())
        cost = read(path)
        good = cost["code"] in each.codes and cost["cpu"] <= SECONDS and cost["child_mib"] <= MIB and not cost["left"]
        results.append({"name": each.name, "bytes": path.stat().st_size, "as_expected": good, **cost})
        print(
            f"{each.name:34}{path.stat().st_size:>10} {cost['code']:8}{cost['cpu']:>6}{cost['seconds']:>7}"
            f"{cost['child_mib']:>10}{'' if good else '  NOT AS EXPECTED'}"
        )
        path.unlink()
    return results


def fuzz(folder: Path, count: int, seed: int) -> dict[str, Any]:
    path, seen = folder / "broken", Counter[str]()
    slowest = largest = 0.0
    for number in range(count):
        path.write_bytes(broken(seed, number)[1])
        cost = read(path)
        seen[cost["code"] or "read"] += 1
        slowest, largest = max(slowest, cost["cpu"]), max(largest, cost["child_mib"])
    print(f"{count} broken files, seed {seed}: {dict(seen.most_common())}; at most {slowest} s, {largest} MiB")
    return {"seed": seed, "files": count, "outcomes": dict(seen), "most_cpu": slowest, "most_mib": largest}


def honest(folder: Path, rows: int) -> list[dict[str, Any]]:
    """Start-up on a small workbook, and a large one."""
    results = []
    for name, size in (("small", 100), ("large", rows)):
        path = folder / f"{name}.xlsx"
        path.write_bytes(roster(size, constant_memory=True))
        started = time.perf_counter()
        cost = read(path)
        results.append({"name": name, "sheet_rows": size + 2, "bytes": path.stat().st_size, **cost})
        print(f"honest, {size} rows: {cost}, {time.perf_counter() - started:.2f} s with the start of Python")
    return results


if __name__ == "__main__":
    main()
