"""A list of 20 million against one of 100 million: nine cities made from the one that link_people.py invented.

    python bench/link_country.py CITY FOLDER [--copies 9] [--memory 6GB]

Lists found in FOLDER are used again. They are linked by the command, as a process of its own; what it needed and how
right it was goes to bench/results/link-country.json.

Every copy has persons of its own: other surnames (the list of surnames, turned by some places), other villages, schools,
households and telephones, and other ID numbers. The third and fourth digit of a number change together so that its
check character stays right, or wrong in the same way: errors stay the errors they were, and the truth is carried along.
Given names and birthdays are those of the city, which makes namesakes rarer than in a country and twins of cities more
frequent. Written in one pass by DuckDB, which takes minutes where inventing the people would take half a day.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from link_score import score

from notoneless.demo import names

RESULTS = Path(__file__).parent / "results" / "link-country.json"
THREADS = 2

CITY = "3713"
AREAS = ("3713", "3764", "3705", "3756", "3748", "3772", "3721", "3780", "3799")
"""Of what begins a number: 10 times the third digit and 5 times the fourth leave the same modulo 11."""
TURN = 10
"""Places by which the list of surnames is turned from one copy to the next."""
SHIFTED = {"id_no", "student_no", "guardian_id", "addr_code", "hukou_code", "county_code", "hh_no"}
NAMED = {"name": "m", "guardian_name": "g"}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("city", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=len(AREAS))
    parser.add_argument(
        "--memory", default="6GB", help="what the engine may hold; the process needs about a gigabyte more"
    )
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "truth_right.parquet").exists():
        _write(arguments.city, folder, arguments.copies)
    report = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}",
        "python": platform.python_version(), "duckdb": duckdb.__version__, "memory": arguments.memory,
        "rows": {side: pq.read_metadata(folder / f"{side}.parquet").num_rows for side in ("left", "right")},
        "own": _link(folder, arguments.memory),
    }  # fmt: skip
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _link(folder: Path, memory: str) -> dict[str, Any]:
    out, review = folder / "links.parquet", folder / "review.parquet"
    words = [
        "link",
        str(folder / "left.parquet"),
        str(folder / "right.parquet"),
        "--out",
        str(out),
        "--review",
        str(review),
    ]
    command = [sys.executable, "-c", "from notoneless.cli.entry import main; main()", *words]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--threads", str(THREADS), "--memory", memory])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"link ended with {status}")
    measured = {
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1), "seconds": round(time.perf_counter() - started, 1),
        "peak_mib": usage.ru_maxrss // 1024,
    }  # fmt: skip
    return measured | score(folder, out, review, memory="4GB")


def _write(city: Path, folder: Path, copies: int) -> None:
    db = duckdb.connect(config={"preserve_insertion_order": "false", "memory_limit": "2GB"})
    for name in ("left", "right", "truth_left", "truth_right"):
        source = city / f"{name}.parquet"
        columns = [row[0] for row in db.sql(f"DESCRIBE SELECT * FROM read_parquet('{source}')").fetchall()]
        made = " UNION ALL ".join(_copy_sql(source, columns, copy) for copy in range(copies))
        db.execute(f"COPY ({made}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def _copy_sql(source: Path, columns: list[str], copy: int) -> str:
    known = list(dict.fromkeys(names.SURNAMES))
    turned = [known[(place + copy * TURN) % len(known)] for place in range(len(known))]
    surnames = ", ".join(f"('{old}', '{new}')" for old, new in zip(known, turned, strict=True))
    joins = [
        f"LEFT JOIN (VALUES {surnames}) AS {alias}(old, new) ON {alias}.old = substr(r.{column}, 1, 1)"
        for column, alias in NAMED.items()
        if column in columns
    ]
    cells = ", ".join(f"{_cell_sql(column, copy)} AS {column}" for column in columns)
    return f"SELECT {cells} FROM read_parquet('{source}') r {' '.join(joins)}"


def _cell_sql(column: str, copy: int) -> str:
    if column == "row_id":
        return f"substr(r.row_id, 1, 1) || '{copy}' || substr(r.row_id, 2)"
    if column == "person":
        return f"r.person || '-{copy}'"
    if column in NAMED:
        return f"coalesce({NAMED[column]}.new, substr(r.{column}, 1, 1)) || substr(r.{column}, 2)"
    if column == "school_code":
        return f"substr(r.school_code, 1, 3) || '{copy}' || substr(r.school_code, 5)"
    if column == "phone":
        digits = (
            f"lpad(CAST((CAST(substr(r.phone, 4) AS BIGINT) + {copy * 11111111}) % 100000000 AS VARCHAR), 8, '0')"
        )
        return f"CASE WHEN r.phone = '' THEN '' ELSE substr(r.phone, 1, 3) || {digits} END"
    return _shifted_sql(column, AREAS[copy]) if column in SHIFTED else f"r.{column}"


def _shifted_sql(column: str, area: str) -> str:
    """SQL: a code or number of the city as one of another area, in whatever form it is written."""
    plain = f"r.{column}"
    third, fourth = (
        f"(CAST(substr({plain}, {i}, 1) AS INTEGER) + {int(area[i - 1]) - int(CITY[i - 1])} + 10) % 10"
        for i in (3, 4)
    )
    wide = {ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}
    return f"""CASE WHEN substr({plain}, 1, 4) = '{CITY}' THEN '{area}' || substr({plain}, 5)
        WHEN substr({plain}, 2, 4) = '{CITY}' THEN substr({plain}, 1, 1) || '{area}' || substr({plain}, 6)
        WHEN substr({plain}, 1, 4) = '{CITY.translate(wide)}' THEN '{area.translate(wide)}' || substr({plain}, 5)
        WHEN substr({plain}, 1, 5) = '3.713' THEN '3.{area[1:]}' || substr({plain}, 6)
        WHEN regexp_full_match({plain}, '3[0-9]{{16,18}}[0-9X]?') THEN substr({plain}, 1, 2) || {third} || {fourth} || substr({plain}, 5)
        ELSE {plain} END"""


if __name__ == "__main__":
    main()
