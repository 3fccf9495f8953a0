"""One more delivery against a city's register: some schools of 学籍, about 10,000 rows, linked with all of 户籍.

    python bench/delivery.py FOLDER [--rows 10000]

FOLDER holds left.parquet and right.parquet as link_people.py writes them; rows are taken school by school. Nothing is
kept from an earlier run: it is the whole comparing of the delivery, with and without looking at near rows only
(link/core/lists/near.py), whose answers must be the same bytes. Results go to bench/results/delivery.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

RESULTS = Path(__file__).parent / "results" / "delivery.json"
THREADS = 2
RUNS = 3
NEVER = 10**9
_TAKEN = """
    COPY (SELECT l.* FROM read_parquet('{left}') l SEMI JOIN (
        SELECT school_code, sum(count(*)) OVER (ORDER BY school_code) AS rows FROM read_parquet('{left}')
        WHERE school_code <> '' GROUP BY school_code) s ON s.school_code = l.school_code AND s.rows <= {rows}
    ) TO '{out}' (FORMAT parquet)"""


def main() -> None:
    arguments = _arguments()
    left, right = arguments.folder / "left.parquet", arguments.folder / "right.parquet"
    with tempfile.TemporaryDirectory(prefix="notoneless-delivery-") as made:
        delivery = Path(made) / "delivery.parquet"
        duckdb.execute(_TAKEN.format(left=left, rows=arguments.rows, out=delivery))
        report: dict[str, Any] = {
            "measured": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": {"delivery": _rows(delivery), "register": _rows(right)},
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}",
            "python": platform.python_version(), "duckdb": version("duckdb"),
            "near": [_run(delivery, right) for _ in range(RUNS)], "all": _run(delivery, right, far_longer=NEVER),
        }  # fmt: skip
    report["same_bytes"] = len({run["sha256"] for run in [*report["near"], report["all"]]}) == 1
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000)
    return parser.parse_args()


def _run(delivery: Path, right: Path, far_longer: int | None = None) -> dict[str, Any]:
    """The command, as a process of its own; `far_longer` in place of the engine's own line."""
    out = delivery.with_name("links.parquet")
    start = "from notoneless.cli.entry import main; main()"
    if far_longer is not None:
        start = f"from notoneless.link.core.lists import near; near.FAR_LONGER = {far_longer}; {start}"
    words = ["link", str(delivery), str(right), "--out", str(out), "--threads", str(THREADS)]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", start, *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"link ended with {status}")
    return {
        "seconds": round(time.perf_counter() - started, 2), "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mib": usage.ru_maxrss // 1024, "links": _rows(out), "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
    }  # fmt: skip


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


if __name__ == "__main__":
    main()
