"""The link benchmark: own engine, exact-ID merge, the floor and Splink 5 on the same two lists, in one run.

    python bench/link.py [--rows 10k|100k|1m|city] [--kind roll|head_count|rough_roll] [--seed N] [--keep FOLDER] [--without splink,…]

Each rival is a process of its own, from Parquet to links.parquet; CPU seconds and peak memory are those of the whole
process. The lists are invented by link_people.py. Results go to bench/results/link.json, one entry for rows + kind.
Splink needs `uv sync --group bench`; without it that rival is left out and said so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from link_people import RATES, SIZES, TUNING_SEED, City
from link_score import score

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "link.json"
RIVALS = ("own", "exact", "floor", "splink")
LIBRARIES = ("duckdb", "pyarrow", "splink")
THREADS = 2


def main() -> None:
    arguments = _arguments()
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="notoneless-link-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if not (folder / "truth_right.parquet").exists():
            City(folder, arguments.rows, arguments.kind, arguments.seed).write()
        report = _report(arguments, folder)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    _save(f"{arguments.kind}-{arguments.rows}", report)
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", choices=list(SIZES), default="100k")
    parser.add_argument("--kind", choices=sorted(RATES.keys() - {"register"}), default="roll")
    parser.add_argument("--seed", type=int, default=TUNING_SEED)
    parser.add_argument("--keep", default="", help="folder that is kept; lists found in it are used again")
    parser.add_argument("--without", default="", help="rivals to leave out, with commas")
    return parser.parse_args()


def _report(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"), "seed": arguments.seed, "rows": _rows(folder),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}",
        "python": platform.python_version(), "libraries": {name: _version(name) for name in LIBRARIES},
    }  # fmt: skip
    for rival in RIVALS:
        if rival in arguments.without.split(","):
            continue
        if rival == "splink" and not report["libraries"]["splink"]:
            report[rival] = "not installed: uv sync --group bench"
            continue
        print(f"{rival} …", file=sys.stderr, flush=True)
        report[rival] = _run(rival, folder)
    report["against"] = _against(report)
    return report


def _run(rival: str, folder: Path) -> dict[str, Any]:
    out, review = folder / f"{rival}.parquet", folder / f"{rival}-review.parquet"
    left, right = folder / "left.parquet", folder / "right.parquet"
    command = [sys.executable, str(HERE / "link_rivals.py"), rival, str(left), str(right), str(out)]
    if rival == "own":
        command = [
            sys.executable,
            "-c",
            "from notoneless.cli.entry import main; main()",
            "link",
            str(left),
            str(right),
        ]
        command += ["--out", str(out), "--review", str(review), "--threads", str(THREADS)]
    started = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        return {"failed": status}
    measured = {
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2), "seconds": round(time.perf_counter() - started, 2),
        "peak_mib": usage.ru_maxrss // 1024,
    }  # fmt: skip
    if rival == "floor":
        return measured
    return measured | score(folder, out, review if rival == "own" else None)


def _against(report: dict[str, Any]) -> dict[str, float]:
    cpu = {rival: report[rival]["cpu_seconds"] for rival in RIVALS if "cpu_seconds" in report.get(rival, ())}
    own = cpu.get("own", 0.0)
    found = {f"own_over_{rival}": round(own / cpu[rival], 2) for rival in ("floor", "exact") if rival in cpu and own}
    if own and "splink" in cpu:
        found["splink_over_own"] = round(cpu["splink"] / own, 1)
    return found


def _rows(folder: Path) -> dict[str, int]:
    import pyarrow.parquet as pq

    return {side: pq.read_metadata(folder / f"{side}.parquet").num_rows for side in ("left", "right")}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _save(entry: str, report: dict[str, Any]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known[entry] = report
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
