"""The county benchmark: generate → import → sweep → score, with time and peak memory of every stage.

    python bench/county.py [township|county|city] [--seed 20260901] [--keep FOLDER]

Each stage runs in a process of its own, so that its peak memory is its own; what a stage hands on lies in a
working folder that is removed at the end. Import reads the files as the program does (roster.core) and keeps the
accepted rows as Parquet; the sweep is the pure calculation (flows.compare). Neither database nor sealing is
measured here: `notoneless demo` prints those times. Results go to bench/results/<size>.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from notoneless.check.core import load_checks
from notoneless.demo.county import DEFAULT_AS_OF, content_digest, write_county
from notoneless.demo.score import score
from notoneless.flows.compare import compare
from notoneless.roster.core import read_roster_batches

RESULTS = Path(__file__).parent / "results"
STAGES = ("generate", "import", "sweep", "score")
REGIONS = {"township": "371321", "county": "371321", "city": "371300"}
LIBRARIES = ("duckdb", "pyarrow", "python-calamine")
BENCH_KEY = b"bench key, not a secret, 32 byte"


def main() -> None:
    """Run all stages, or the one named by --stage in a process of its own."""
    arguments = _arguments()
    if arguments.stage:
        _run_stage(arguments.stage, arguments.size, arguments.seed, Path(arguments.keep))
        return
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="notoneless-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        report = _machine(arguments.size, arguments.seed)
        report["stages"] = {stage: _in_own_process(stage, arguments.size, arguments.seed, folder) for stage in STAGES}
        report["result"] = json.loads((folder / "score.json").read_text("utf-8"))
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{arguments.size}.json"
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    _print(report)
    print(f"\n{path}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("size", nargs="?", choices=list(REGIONS), default="county")
    parser.add_argument("--seed", default="20260901")
    parser.add_argument("--keep", default="", help="working folder that is kept")
    parser.add_argument("--stage", choices=STAGES, default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(stage: str, size: str, seed: str, folder: Path) -> dict[str, Any]:
    print(f"{stage} …", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, size, "--seed", seed, "--keep", str(folder), "--stage", stage]
    subprocess.run(command, check=True)
    measured: dict[str, Any] = json.loads((folder / f"{stage}.stage.json").read_text("utf-8"))
    return measured


def _run_stage(stage: str, size: str, seed: str, folder: Path) -> None:
    work: dict[str, Callable[[str, str, Path], dict[str, Any]]] = {
        "generate": _generate, "import": _import, "sweep": _sweep, "score": _score,
    }  # fmt: skip
    started, cpu = time.perf_counter(), time.process_time()
    counts = work[stage](size, seed, folder)
    seconds = time.perf_counter() - started
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(time.process_time() - cpu + children.ru_utime + children.ru_stime, 2),
        "peak_mib": max(own.ru_maxrss, children.ru_maxrss) // 1024,
        **counts,
    }
    (folder / f"{stage}.stage.json").write_text(json.dumps(measured, ensure_ascii=False), "utf-8")


def _generate(size: str, seed: str, folder: Path) -> dict[str, Any]:
    files = write_county(folder / "files", size, seed)  # type: ignore[arg-type]
    listed = [{"path": str(f.path), "kind": f.kind, "sender": f.sender, "place": f.place_code} for f in files.files]
    (folder / "files.json").write_text(json.dumps(listed, ensure_ascii=False), "utf-8")
    note = json.loads((files.truth_path / "truth.json").read_text("utf-8"))
    sizes = sum(f.path.stat().st_size for f in files.files)
    return {
        "files": len(files.files), "mib_on_disk": sizes >> 20, "children": note["children"],
        "register_rows": note["register_rows"], "sha256": content_digest(files),
    }  # fmt: skip


def _import(size: str, seed: str, folder: Path) -> dict[str, Any]:
    (folder / "rows").mkdir(exist_ok=True)
    read = accepted = refused = 0
    for number, file in enumerate(json.loads((folder / "files.json").read_text("utf-8"))):
        batches = read_roster_batches(
            Path(file["path"]), file["kind"], sender=file["sender"], as_of=DEFAULT_AS_OF, index_key=BENCH_KEY,
            within=file["place"],
        )  # fmt: skip
        with pq.ParquetWriter(folder / "rows" / f"D{number:04d}.parquet", batches.schema, compression="zstd") as out:
            for batch in batches:
                out.write_batch(batch.accepted)
        read += batches.counts.read
        accepted += batches.counts.accepted
        refused += batches.counts.refused
    return {"rows_read": read, "rows_accepted": accepted, "rows_refused": refused}


def _sweep(size: str, seed: str, folder: Path) -> dict[str, Any]:
    rosters: dict[str, list[tuple[str, date, pa.Table]]] = {}
    for number, file in enumerate(json.loads((folder / "files.json").read_text("utf-8"))):
        path = folder / "rows" / f"D{number:04d}.parquet"
        names = [name for name in pq.read_schema(path).names if name not in ("raw", "sheet")]
        table = pq.read_table(path, columns=names)
        rosters.setdefault(file["kind"], []).append((f"D{number:04d}", DEFAULT_AS_OF, table))
    result = compare(rosters, as_of=DEFAULT_AS_OF, region=REGIONS[size], id_key=BENCH_KEY)
    pq.write_table(result.members.select(["child_id", "delivery_id", "row_no"]), folder / "members.parquet")
    for check_id, table in result.results.items():
        pq.write_table(table, folder / f"result-{check_id}.parquet")
    return {"persons": result.persons.num_rows, "review_pairs": result.review.num_rows}


def _score(size: str, seed: str, folder: Path) -> dict[str, Any]:
    listed = json.loads((folder / "files.json").read_text("utf-8"))
    files_of = {f"D{number:04d}": Path(file["path"]).name for number, file in enumerate(listed)}
    results = {check_id: pq.read_table(folder / f"result-{check_id}.parquet") for check_id in load_checks()}
    judged = score(results, pq.read_table(folder / "members.parquet"), files_of, folder / "files" / "truth")
    (folder / "score.json").write_text(judged.to_json(), "utf-8")
    return {}


def _machine(size: str, seed: str) -> dict[str, Any]:
    cpu = next((line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return {
        "schema": 1,
        "size": size,
        "seed": seed,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpu": cpu, "cores": os.cpu_count(), "memory_mib": memory, "system": platform.platform()},
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _print(report: dict[str, Any]) -> None:
    print(f"{'stage':10} {'seconds':>9} {'CPU s':>9} {'peak MiB':>9}")
    for stage, m in report["stages"].items():
        print(f"{stage:10} {m['seconds']:9.1f} {m['cpu_seconds']:9.1f} {m['peak_mib']:9}")
    print(f"\n{'check':24} {'planted':>8} {'found':>8} {'missed':>8} {'waiting':>8} {'false':>8}")
    for check, s in report["result"]["checks"].items():
        counts = (s["planted"], s["found"], s["missed"], s["waiting"], s["falsely_raised"])
        print(f"{check:24} " + " ".join(f"{count:8}" for count in counts))
    print(f"\n{'links with hukou':24} {'rows':>9} {'precision':>10} {'recall':>10}")
    for kind, s in report["result"]["links"].items():
        print(f"{kind:24} {s['rows']:9} {s['precision']:10.5f} {s['recall']:10.5f}")


if __name__ == "__main__":
    main()
