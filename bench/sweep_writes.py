"""What making a sweep current costs: the one transaction that writes children, doubtful pairs, cases, gaps and trail.

    python bench/sweep_writes.py [--children 3000000] [--seed 20260901] [--postgres]

Invented comparisons of a whole city are made current one after the other, on a fresh SQLite file or on a throw-away
PostgreSQL: the first sweep; a second that found exactly the same; a third in which one child in a hundred and one gap in
two hundred changed. Computing a comparison is not measured here (bench/county.py does). Per sweep: wall and CPU seconds,
seconds by part, and the memory that the transaction took beyond the comparison's own tables. On PostgreSQL the CPU of
the server is not in the figure. Results go to bench/results/sweep-writes.json, one entry per database.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
RESULTS = ROOT / "bench" / "results" / "sweep-writes.json"
REGION, DAY = "371300000000", dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SWEEPS = ("first", "unchanged", "little changed")
GAPS_PER_MILLION, PAIRS_PER_MILLION = 48_000, 10_000
LIBRARIES = ("django", "duckdb", "pyarrow", "psycopg", "cryptography")


def main() -> None:
    """Start a process with its own empty database, and keep what it measured."""
    arguments = _arguments()
    if arguments.inside:
        print(json.dumps(measure(arguments.children, arguments.seed)))
        return
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as folder:
        report = _machine(arguments.children, arguments.seed) | _run(arguments, folder)
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known[report["database"]] = report
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--children", type=int, default=3_000_000)
    parser.add_argument("--seed", type=int, default=20260901)
    parser.add_argument("--postgres", action="store_true", help="a throw-away PostgreSQL instead of SQLite")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(arguments: argparse.Namespace, folder: str) -> dict[str, Any]:
    command = [__file__, "--inside", "--children", str(arguments.children), "--seed", str(arguments.seed)]
    if arguments.postgres:
        command.insert(0, str(ROOT / "tests" / "lib" / "run_on_postgres.py"))
    environment = os.environ | {"NOTONELESS_DATA": folder, "NOTONELESS_REGION": REGION[:6]}
    environment["DJANGO_SETTINGS_MODULE"] = "notoneless.settings.local"
    done = subprocess.run([sys.executable, *command], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(children: int, seed: int) -> dict[str, Any]:
    """All sweeps in this process, one after the other."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from notoneless.flows.demo_county import make_accounts
    from notoneless.org import actions as org

    call_command("migrate", verbosity=0)
    org.load_places(by=None, now=NOW)
    make_accounts(Path(os.environ["NOTONELESS_DATA"]), NOW, region=REGION)
    sweeps = {name: _measured(children, seed, turn) for turn, name in enumerate(SWEEPS)}
    return {"database": connection.vendor, "sweeps": sweeps}


def _measured(children: int, seed: int, turn: int) -> dict[str, Any]:
    comparison, before = _comparison(children, seed, turn)
    held = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    started, cpu, told = time.monotonic(), time.process_time(), _Parts()
    counts = _make_current(comparison, before, turn, told)
    told("", 0, 0)
    return {
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "parts": told.cpu_seconds,
        "memory_mib": (_memory("VmHWM") - held) >> 10,
        "tables_mib": held >> 10,
        **counts,
    }  # fmt: skip


class _Parts:
    """CPU seconds by the name of the stage that the program tells."""

    def __init__(self) -> None:
        self.cpu_seconds: dict[str, float] = {}
        self._name, self._since = "开始", time.process_time()

    def __call__(self, name: str, _done: int, _total: int) -> None:
        if name != self._name:
            spent = time.process_time() - self._since
            self.cpu_seconds[self._name] = round(self.cpu_seconds.get(self._name, 0) + spent, 1)
            self._name, self._since = name, time.process_time()


def _make_current(comparison: Any, before: Any, turn: int, progress: Any) -> dict[str, int]:
    from notoneless.check.records.models import Sweep
    from notoneless.check.records.queries import get_current_sweep
    from notoneless.flows.sweep import make_current
    from notoneless.flows.sweep_inputs import SweepInputs
    from notoneless.link.records.queries import get_decisions_in_force
    from notoneless.org.models import User

    previous = get_current_sweep(REGION)
    inputs = SweepInputs(
        region=REGION, as_of=DAY, pack=comparison.pack, deliveries=[], rosters={}, facts={},
        decisions=get_decisions_in_force(), previous=previous.pk if previous else "", previous_members=before,
    )  # fmt: skip
    sweep = Sweep(
        id=f"S{turn}", as_of=DAY, region=REGION, policy_version=inputs.pack.version,
        policy_digest=inputs.pack.digest, manifest_digest="", previous=previous,
    )  # fmt: skip
    clerk = User.objects.get(username="clerk")
    outcome = make_current(
        sweep=sweep, inputs=inputs, comparison=comparison, by=clerk, now=NOW + dt.timedelta(days=turn), tell=progress
    )
    return {"children": comparison.persons.num_rows, "cases_opened": outcome.opened_cases, **(outcome.gaps or {})}


def _comparison(children: int, seed: int, turn: int) -> tuple[Any, Any]:
    """An invented comparison, and the members of the one before."""
    import duckdb
    import pyarrow as pa

    from notoneless.check.core import load_checks
    from notoneless.flows.comparison import Comparison
    from notoneless.policy import load_pack
    from notoneless.policy.places import Places

    base = duckdb.connect()
    villages = [place.code for place in Places.load() if place.code.startswith("3713") and place.code[9:] != "000"]
    base.register("village", pa.table({"at": range(len(villages)), "code": villages}))
    base.execute("SET preserve_insertion_order = true")
    base.execute(_PERSONS, {"n": children, "seed": seed, "turn": turn, "villages": len(villages)})
    checks = list(load_checks().values())
    gaps = children * GAPS_PER_MILLION // 1_000_000 // len(checks)
    results = {
        check.id: _table(base, _RESULTS, {"n": children, "gaps": gaps, "at": at, "turn": turn})
        for at, check in enumerate(checks)
    }
    pairs = children * PAIRS_PER_MILLION // 1_000_000
    comparison = Comparison(
        as_of=DAY, pack=load_pack(REGION, DAY), lists=(),
        persons=_table(base, "SELECT * EXCLUDE (i) FROM person ORDER BY child_id"),
        members=_table(base, _MEMBERS, {"turn": turn}),
        review=_table(base, _REVIEW, {"pairs": pairs}),
        steps=pa.table({}), results=results, count_table=_COUNTS.empty_table(), missing={},
    )  # fmt: skip
    before = _table(base, _MEMBERS, {"turn": turn - 1}).select(["child_id", "row_key"])
    return comparison, before if turn else None


def _table(base: Any, sql: str, values: dict[str, int] | None = None) -> Any:
    return base.sql(sql, params=values or {}).to_arrow_table()


def _counts_schema() -> Any:
    import pyarrow as pa

    numbers = ("expected", "met", "gap", "excused", "unknown")
    return pa.schema([("check_id", pa.string()), ("township_code", pa.string()), *((n, pa.int64()) for n in numbers)])


_COUNTS = _counts_schema()
_PERSONS = """
CREATE TABLE person AS
WITH drawn AS (
    SELECT i, hash(i, $seed) AS h, hash(i, $seed, 1) AS h1, hash(i, $seed, 2) AS h2,
        -- In the third sweep one child in a hundred has moved up a class.
        $turn = 2 AND i % 100 = 7 AS changed
    FROM range($n) t(i)
), named AS (
    SELECT *, DATE '2008-09-01' + CAST(h % 6570 AS INTEGER) AS dob,
        substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', 1 + CAST(h1 % 20 AS INTEGER), 1)
            || substr('子梓浩欣雨宇佳俊思语一诗嘉博晓文明海春秋', 1 + CAST(h1 // 20 % 20 AS INTEGER), 1)
            || substr('涵轩怡然萱泽琪豪瑶宸妍睿桐航蕊阳辰悦铭彤', 1 + CAST(h1 // 400 % 20 AS INTEGER), 1) AS name,
        substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', 1 + CAST(h1 % 20 AS INTEGER), 1)
            || substr('建国志强秀英桂兰玉梅德军红霞海燕伟丽勇芳', 1 + CAST(h1 // 8000 % 20 AS INTEGER), 1) AS guardian_name
    FROM drawn
), numbered AS (
    SELECT *, '3713' || lpad(CAST(h2 % 29 AS VARCHAR), 2, '0') || strftime(dob, '%Y%m%d')
        || lpad(CAST(h2 // 29 % 1000 AS VARCHAR), 3, '0') AS body
    FROM named
), checked AS (
    SELECT *, body || substr('10X98765432', 1 + CAST(list_sum(list_transform(range(1, 18), lambda k:
        CAST(substr(body, CAST(k AS INTEGER), 1) AS INTEGER)
        * [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][k])) % 11 AS INTEGER), 1) AS id_no
    FROM numbered
)
SELECT i, 'C' || substr(md5(CAST(i AS VARCHAR) || '-' || CAST($seed AS VARCHAR)), 1, 11) AS child_id, name,
    CAST(1 + h % 2 AS VARCHAR) AS sex, dob, CASE WHEN h2 % 50 > 0 THEN id_no END AS id_no,
    CASE WHEN h2 % 50 > 0 THEN 'valid' ELSE 'missing' END AS id_state, '汉族' AS nation, v.code AS place_code,
    'hukou' AS place_from,
    CASE WHEN h2 % 5 > 0 THEN '2137' || lpad(CAST(h // 7 % 3000 AS VARCHAR), 6, '0') END AS school_code,
    CASE WHEN h2 % 5 > 0 THEN '第' || CAST(h // 7 % 3000 AS VARCHAR) || '学校' END AS school_name,
    CASE WHEN h2 % 5 > 0 THEN CAST(1 + h % 9 AS VARCHAR) END AS grade,
    CASE WHEN h2 % 5 > 0 THEN CAST(1 + h % 8 + CAST(changed AS INTEGER) AS VARCHAR) || '班' END AS class_no,
    guardian_name, CASE WHEN h2 % 4 > 0 THEN '1' || CAST(3000000000 + h2 % 7000000000 AS VARCHAR) END AS guardian_phone,
    h2 % 40 > 0 AS in_hukou, h2 % 5 > 0 AS in_school_roll, h2 % 5 > 1 AS in_head_count, h % 30 = 0 AS in_poverty,
    h % 90 = 0 AS in_disability, h % 70 = 0 AS in_low_income, h % 900 = 0 AS in_destitute, h % 990 = 0 AS in_orphan,
    h % 15 = 0 AS left_behind, dob < DATE '2020-09-01' AS school_age, dob >= DATE '2020-09-01' AS preschool_age,
    h % 100 = 0 AS has_conflict
FROM checked JOIN village v ON v.at = h // 11 % $villages
"""
_RESULTS = """
SELECT child_id,
    -- In the third sweep one gap in two hundred is met by a new row, and as many are new.
    CASE WHEN $turn = 2 AND i % 200 = 3 AND i < $n // 2 THEN 'met'
         WHEN $turn < 2 AND i % 200 = 3 AND i >= $n // 2 THEN 'met' ELSE 'gap' END AS state,
    '户籍有此人，学籍名册（截至2026年11月20日）没有' AS reason, '2026-1' AS period
FROM person WHERE (i + $at * 31) % ($n // $gaps) = 3 ORDER BY child_id
"""
_MEMBERS = """
SELECT child_id, 'hukou' AS kind, 'D0' AS delivery_id, i + 1 AS row_no, 'K' || child_id AS row_key FROM person
UNION ALL
SELECT child_id, 'school_roll', 'D1', i + 1, 'R' || child_id FROM person WHERE $turn = 2 AND i % 200 = 3
ORDER BY child_id, row_key
"""
_REVIEW = """
SELECT substr(md5(child_id), 1, 12) AS pair_id, 'head_count' AS left_kind, 'D2' AS left_delivery, i + 1 AS left_row_no,
    'H' || child_id AS left_key, child_id AS right_child_id, 'K' || child_id AS right_key, 'borderline' AS step,
    3.5 AS weight, '有些相符，把握不足：姓名相同，出生日期相差一天' AS reason
FROM person WHERE i < $pairs ORDER BY pair_id
"""


def _memory(field: str) -> int:
    """KiB of this process, as Linux says it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def _machine(children: int, seed: int) -> dict[str, Any]:
    return {
        "children_asked": children,
        "seed": seed,
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }


if __name__ == "__main__":
    main()
