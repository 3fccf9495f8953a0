"""What computing a sweep costs, statement by statement: linking all rosters and running all checks.

    python bench/sweep.py DATA_FOLDER [--region 371300] [--within 371321 …] [--threads 2] [--top 40] [--save NAME]

DATA_FOLDER is one that lists were imported into, such as var/demo-city after `python3 run.py demo --size city`; nothing
in it is changed. `--within` leaves only the lists of these places in. Measured is what `flows.sweep.compute` does, from
the sealed lists in the lake to the result tables; writing them and the database are bench/sweep_writes.py's matter.
CPU seconds are those of all threads. Python between two statements, reading the lists above all, is told as what comes
before the second. Of each stage is also told what the engine and Arrow held at most after a statement. `--digests` prints SHA-256 of every file of the sweep. `--save` keeps the stages under that name in
bench/results/sweep.json.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results" / "sweep.json"
LIBRARIES = ("duckdb", "pyarrow")
STAGES = {
    "decision": "names",
    "keys_": "link",
    "agreed_pid": "persons",
    "delivery": "check tables",
    "raw_": "checks",
}
"""The table with whose name a stage begins; before the first one the lists are read."""


def main() -> None:
    """Compute one sweep of what the data folder holds, and print where the time went."""
    arguments = _arguments()
    os.environ |= {
        "NOTONELESS_DATA": str(Path(arguments.data).resolve()),
        "NOTONELESS_REGION": arguments.region,
        "DJANGO_SETTINGS_MODULE": "notoneless.settings.local",
    }
    import django

    django.setup()
    report = _measure(arguments)
    digests = report.pop("digests")
    if arguments.save:
        known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
        known[arguments.save] = report
        RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))
    print("\n".join(f"{digest}  {name}" for name, digest in digests.items()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", help="data folder with imported lists")
    parser.add_argument("--region", default="371300")
    parser.add_argument("--within", nargs="*", default=[], help="only lists of these places")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--top", type=int, default=40, help="so many statements are printed")
    parser.add_argument("--digests", action="store_true")
    parser.add_argument("--save", default="", help="name of the entry in bench/results/sweep.json")
    parser.add_argument("--note", default="", help="what the data is, with its seed; kept with the entry")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.conf import settings

    from notoneless.demo.county import DEFAULT_AS_OF
    from notoneless.engine import open_engine
    from notoneless.flows.compare import compare
    from notoneless.flows.sweep_inputs import Chosen, gather, read_rosters
    from notoneless.org.keys import pseudonym_key

    load, started = os.getloadavg()[0], time.monotonic()
    inputs = gather(arguments.region, DEFAULT_AS_OF)
    chosen = [one for one in inputs.deliveries if _is_within(one.delivery.place_code, arguments.within)]
    spill = settings.DATA_DIR / "spill"
    watch = _Watch(open_engine(threads=arguments.threads, memory=settings.ENGINE_MEMORY, temp_dir=spill))
    comparison = compare(
        read_rosters([Chosen.of(one) for one in chosen]),
        as_of=inputs.as_of, region=inputs.region, engine=watch, facts=inputs.facts, decisions=inputs.decisions,
        previous=inputs.previous_members, id_key=pseudonym_key(), pack=inputs.pack,
    )  # fmt: skip
    watch.close()
    seconds = time.monotonic() - started
    watch.print(arguments.top)
    return {
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "load_before": round(load, 2)},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "data": arguments.note,
        "threads": arguments.threads,
        "engine_memory": settings.ENGINE_MEMORY,
        "lists": len(chosen),
        "rows_read": sum(one.rows for one in comparison.lists),
        "members": comparison.members.num_rows,
        "persons": comparison.persons.num_rows,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(sum(watch.stages.values()), 1),
        "stages": {name: round(spent, 1) for name, spent in watch.stages.items()},
        "held_mib": dict(watch.held),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "digests": dict(_digests(comparison)) if arguments.digests else {},
    }


def _is_within(code: str, places: list[str]) -> bool:
    return not places or any(code.startswith(place) for place in places)


def _digests(comparison: Any) -> Iterator[tuple[str, str]]:
    from notoneless.files.parquet import write_parquet
    from notoneless.link.core import plain_batches

    for name, table in comparison.files():
        sink, rows = _Digest(), plain_batches(table)
        write_parquet(sink, rows, rows.schema, 65_536)
        yield name, sink.digest.hexdigest()


class _Digest:
    """A file that is only hashed."""

    closed = False

    def __init__(self) -> None:
        self.digest, self._size = hashlib.sha256(), 0

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self._size += len(memoryview(data).cast("B"))
        return len(data)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        return None

    def close(self) -> None:
        return None

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False


class _Watch:
    """An engine that notes the CPU seconds of every statement, and of Python before it."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.name = engine.name
        self.stages: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self._stage, self._until = "reading", time.process_time()
        self._spent: Counter[str] = Counter()
        self._runs: Counter[str] = Counter()

    def load(self, name: str, table: Any) -> None:
        self._watched("load", name, lambda: self._engine.load(name, table))

    def scan(self, name: str, path: Path) -> None:
        self._watched("scan", name, lambda: self._engine.scan(name, path))

    def fill(self, name: str, rows: Any) -> None:
        self._watched("fill", name, lambda: self._engine.fill(name, rows))

    def step(self, name: str, sql: str, replace: bool = False) -> None:
        self._watched("step", name, lambda: self._engine.step(name, sql, replace=replace))

    def view(self, name: str, sql: str) -> None:
        self._watched("view", name, lambda: self._engine.view(name, sql))

    def fetch(self, sql: str) -> Any:
        return self._watched("fetch", " ".join(sql.split())[:60], lambda: self._engine.fetch(sql))

    def count(self, name: str) -> int:
        return int(self._engine.count(name))

    def drop(self, *names: str) -> None:
        self._watched("drop", ",".join(names)[:30], lambda: self._engine.drop(*names))

    def clear(self) -> None:
        self._watched("clear", "", self._engine.clear)

    def close(self) -> None:
        self._watched("close", "", self._engine.close)

    def _watched(self, verb: str, name: str, work: Callable[[], Any]) -> Any:
        if verb in ("load", "step"):
            self._stage = next((stage for mark, stage in STAGES.items() if name.startswith(mark)), self._stage)
        self._note(f"python before {verb} {name}")
        found = work()
        self._note(f"{verb} {name}")
        if verb == "step":
            self._weigh()
        return found

    def _note(self, what: str) -> None:
        now = time.process_time()
        self._spent[f"{self._stage}: {what}"] += now - self._until
        self._runs[f"{self._stage}: {what}"] += 1
        self.stages[self._stage] += now - self._until
        self._until = now

    def _weigh(self) -> None:
        held = self._engine.fetch("SELECT sum(memory_usage_bytes) AS n FROM duckdb_memory()")["n"][0].as_py()
        for name, size in (("engine", int(held)), ("arrow", pa.total_allocated_bytes())):
            key = f"{self._stage}: {name}"
            self.held[key] = max(self.held[key], size >> 20)

    def print(self, top: int) -> None:
        print(f"{'CPU s':>8} {'times':>6}  statement")
        for what, spent in self._spent.most_common(top):
            print(f"{spent:8.2f} {self._runs[what]:6}  {what}")


if __name__ == "__main__":
    main()
