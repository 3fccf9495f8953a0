"""What is lost by matching sealed lists: the same two lists linked plainly and sealed, each step a process of its own.

    python bench/seal.py [--rows 10k|100k] [--kind roll|head_count] [--seed N] [--keep FOLDER]

Lists by link_people.py (every person invented), scored by link_score.py. Results go to bench/results/seal.json, one entry
for kind + rows. CPU seconds are those of the whole process; the program is called as a clerk would call it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from link_people import SIZES, TUNING_SEED, City
from link_score import score

RESULTS = Path(__file__).parent / "results" / "seal.json"
BORN = "2009-2021"


def main() -> None:
    arguments = _arguments()
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="notoneless-seal-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {arguments.seed}", file=sys.stderr)
    try:
        if not (folder / "truth_right.parquet").exists():
            City(folder, arguments.rows, arguments.kind, arguments.seed).write()
        report = _report(arguments, folder)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known[f"{arguments.kind}-{arguments.rows}"] = report
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", choices=list(SIZES), default="100k")
    parser.add_argument("--kind", choices=("roll", "head_count"), default="roll")
    parser.add_argument("--seed", type=int, default=TUNING_SEED)
    parser.add_argument("--keep", default="", help="folder that is kept; lists found in it are used again")
    return parser.parse_args()


def _report(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    at = {name: str(folder / name) for name in ("left.parquet", "right.parquet", "key", "a.parquet", "b.parquet")}
    for name in ("key", "a.rows", "b.rows"):
        (folder / name).unlink(missing_ok=True)
    _run("seal-key", at["key"])
    report: dict[str, Any] = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"), "seed": arguments.seed,
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "born": BORN,
        "rows": {side: pq.read_metadata(at[f"{side}.parquet"]).num_rows for side in ("left", "right")},
    }  # fmt: skip
    for name, source, extra in (("a", "left", []), ("b", "right", ["--born", BORN])):
        out = ["--out", at[f"{name}.parquet"], "--rows", str(folder / f"{name}.rows")]
        measured = _run("seal", at[f"{source}.parquet"], "--key", at["key"], *out, *extra)
        marks = pq.read_metadata(at[f"{name}.parquet"]).num_rows
        report[f"seal_{source}"] = measured | {"marks": marks, "mib": os.path.getsize(at[f"{name}.parquet"]) >> 20}
    report["plain"] = _linked(folder, "plain", at["left.parquet"], at["right.parquet"], named=True)
    report["sealed"] = _linked(folder, "sealed", at["a.parquet"], at["b.parquet"], named=False)
    report["lost_recall"] = round(report["plain"]["recall"] - report["sealed"]["recall"], 6)
    return report


def _linked(folder: Path, name: str, left: str, right: str, *, named: bool) -> dict[str, Any]:
    out = {part: folder / f"{name}-{part}.parquet" for part in ("links", "review")}
    measured = _run("link", left, right, "--out", str(out["links"]), "--review", str(out["review"]))
    for path in out.values() if not named else ():
        for side in ("a", "b"):
            _run("seal-rows", str(path), str(folder / f"{side}.rows"), "--out", str(path))
    return measured | score(folder, out["links"], out["review"])


def _run(*words: str) -> dict[str, float]:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", "from notoneless.cli.entry import main; main()", *words])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"notoneless {words[0]}: {status}")
    return {
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2), "seconds": round(time.perf_counter() - started, 2),
        "peak_mib": usage.ru_maxrss // 1024,
    }  # fmt: skip


if __name__ == "__main__":
    main()
