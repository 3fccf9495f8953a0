"""What linking costs against the size of the lists, on both engines; the answers must be the same bytes.

    python bench/link_engines.py [--rows 100k,1m] [--engines duckdb,spark] [--memory 6GB] [--keep FOLDER]

Each run is a process of its own, from Parquet to links.parquet. CPU seconds are those of the whole process and of its
Java machine; shuffle bytes are as written (compressed and encrypted). Lists are invented by link_people.py. Results go
to bench/results/link-engines.json, one entry for each size. Needs the extra `spark` and Java 17.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from link_people import SIZES, TUNING_SEED, City

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "link-engines.json"
ENGINES = ("duckdb", "spark")
THREADS = 2
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    arguments = _arguments()
    if arguments.one:
        print(json.dumps(_one(arguments)))
        return
    for rows in arguments.rows.split(","):
        folder = Path(arguments.keep or tempfile.mkdtemp(prefix="notoneless-engines-")) / rows
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if not (folder / "truth_right.parquet").exists():
                City(folder, rows, "roll", TUNING_SEED).write()
            _save(rows, _report(folder, arguments))
        finally:
            if not arguments.keep:
                shutil.rmtree(folder.parent)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", default="100k,1m", help=f"sizes with commas, of {' '.join(SIZES)}")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--keep", default="", help="folder that is kept; lists found in it are used again")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _report(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    report: dict[str, Any] = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"), "seed": TUNING_SEED,
        "rows": {side: pq.read_metadata(folder / f"{side}.parquet").num_rows for side in ("left", "right")},
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}",
        "threads": THREADS, "memory": arguments.memory,
        "libraries": {name: version(name) for name in ("duckdb", "pyspark", "sqlglot", "pyarrow")},
    }  # fmt: skip
    digests = set()
    for engine in arguments.engines.split(","):
        print(f"{folder.name} {engine} …", file=sys.stderr, flush=True)
        report[engine] = _measured(engine, folder, arguments.memory)
        digests.add(report[engine].get("sha256"))
    report["same_bytes"] = len(digests) == 1
    return report


def _measured(engine: str, folder: Path, memory: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", engine, "--folder", str(folder), "--memory", memory]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    children: dict[int, tuple[float, int]] = {}
    watching = threading.Thread(target=_watch, args=(process, children))
    watching.start()
    assert process.stdout
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    watching.join()
    if status:
        return {"failed": status}
    cpu = usage.ru_utime + usage.ru_stime + sum(seconds for seconds, _ in children.values())
    peak = usage.ru_maxrss // 1024 + sum(mib for _, mib in children.values())
    seconds = round(time.perf_counter() - started, 1)
    return {"cpu_seconds": round(cpu, 1), "seconds": seconds, "peak_mib": peak} | json.loads(told.splitlines()[-1])


def _watch(process: subprocess.Popen[str], children: dict[int, tuple[float, int]]) -> None:
    """CPU seconds and highest memory (MiB) of the Java machine, which nobody waits for."""
    while process.returncode is None:
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            try:
                stat = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                status = Path(f"/proc/{child}/status").read_text()
            except OSError:
                continue
            high = [int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")]
            children[int(child)] = ((int(stat[11]) + int(stat[12])) / TICKS, sum(high))
        time.sleep(0.2)


def _one(arguments: argparse.Namespace) -> dict[str, Any]:
    """One link in this process; with Spark inside a session that can still be asked for its shuffles afterwards."""
    from notoneless.engine import open_engine
    from notoneless.flows.link_lists import link, write_links

    folder = arguments.folder
    with open_engine(arguments.one, threads=THREADS, memory=arguments.memory):
        started = time.perf_counter()
        found = link(
            folder / "left.parquet",
            folder / "right.parquet",
            engine=arguments.one,
            threads=THREADS,
            memory=arguments.memory,
        )
        linked = round(time.perf_counter() - started, 1)
        shuffled = _shuffled() if arguments.one == "spark" else {}
    digest = hashlib.sha256()
    for name, table in (("links", found.links), ("review", found.review)):
        write_links(table, folder / f"{arguments.one}-{name}.parquet")
        digest.update((folder / f"{arguments.one}-{name}.parquet").read_bytes())
    counts = {"links": found.links.num_rows, "review": found.review.num_rows}
    return {"linking_seconds": linked, **shuffled, **counts, "sha256": digest.hexdigest()}


def _shuffled() -> dict[str, int]:
    from pyspark.sql import SparkSession

    context = SparkSession.getActiveSession().sparkContext
    executor = context._jsc.sc().statusStore().executorList(True).head()
    return {
        "shuffle_mib": executor.totalShuffleWrite() >> 20,
        "read_mib": executor.totalInputBytes() >> 20,
        "task_seconds": executor.totalDuration() // 1000,
        "tasks": executor.totalTasks(),
    }


def _save(entry: str, report: dict[str, Any]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known[entry] = known.get(entry, {}) | report
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
