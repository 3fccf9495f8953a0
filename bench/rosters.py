"""Rosters: how fast a list of a whole county is read, checked and published, and what a naive rival needs for less.

    python bench/rosters.py [--rows 200000] [--seed 20260901] [--keep FOLDER]

An invented 学籍 list of 14 columns, one row in a hundred with a fault, is written as xlsx and as csv. Then, each in a
process of its own: it is imported through `flows.import_file` (reading, checking, sealing into the lake, database,
trail), its first quarter is only checked as the web page does it (with progress), and a naive rival reads the same
workbook with openpyxl row by row into dictionaries and checks nothing but the length of the ID number. Peak memory is
the process's own and that of its guarded reader added up, for both are there at once. Results go to
bench/results/rosters.json. A smaller run (--rows 2000) only shows that all works.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
RESULTS = ROOT / "bench" / "results" / "rosters.json"
LIBRARIES = ("python-calamine", "pyarrow", "duckdb", "django", "xlsxwriter", "openpyxl")
COUNTY, AS_OF, SENDER = "371321000000", dt.date(2026, 9, 1), "县教育局学籍管理"
SCHOOLS = 60
FAULTY = 0.01
CHECKED_PART = 4
"""One row in so many is in the list that is only checked: 50,000 of 200,000."""
TARGETS = {
    "import xlsx": {"seconds": 60, "peak_mib": 1536}, "import csv": {"seconds": 10}, "check xlsx": {"seconds": 15},
}  # fmt: skip
HEADER = [
    "学校名称", "学校标识码", "姓名", "性别", "出生日期", "民族", "身份证件号", "学籍号", "年级", "班级", "就读方式", "现住址", "监护人姓名",
    "联系电话",
]  # fmt: skip
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "子涵宇轩梓欣怡诺晨阳雨桐浩然思远佳琪明哲语嫣一凡"
GRADES = ["一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级"]


def main() -> None:
    """Run all stages, or the one named by --stage in this process."""
    arguments = parse_arguments()
    if arguments.stage:
        run_stage(arguments.stage, Path(arguments.keep), arguments.rows, arguments.seed)
        return
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="notoneless-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        report = machine(arguments.rows, arguments.seed)
        report["stages"] = {stage: in_own_process(stage, folder, arguments) for stage in STAGES}
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    report["rival_to_ours"] = ratios(report["stages"])
    report["targets_met"] = {stage: is_met(report["stages"][stage], wanted) for stage, wanted in TARGETS.items()}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    show(report)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=20260901)
    parser.add_argument("--keep", default="", help="working folder that is kept")
    parser.add_argument("--stage", choices=list(STAGES), default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def in_own_process(stage: str, folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one stage; its figures."""
    print(f"{stage} …", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, "--rows", str(arguments.rows), "--seed", str(arguments.seed)]
    environment = os.environ | {"NOTONELESS_DATA": str(folder / "office"), "PYTHONHASHSEED": "0"}
    subprocess.run([*command, "--keep", str(folder), "--stage", stage], check=True, env=environment)
    measured: dict[str, Any] = json.loads((folder / "stage.json").read_text("utf-8"))
    return measured


def run_stage(stage: str, folder: Path, rows: int, seed: int) -> None:
    """Do the work of one stage and write its figures beside it. Starting Python and Django counts."""
    found = STAGES[stage](folder, rows, seed)
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = {
        "seconds": round(time.time() - started_at(), 2),
        "cpu_seconds": round(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, 2),
        "peak_mib": (own.ru_maxrss + children.ru_maxrss) >> 10,
        "own_peak_mib": own.ru_maxrss >> 10,
        "reader_peak_mib": children.ru_maxrss >> 10,
        **found,
    }
    (folder / "stage.json").write_text(json.dumps(measured, ensure_ascii=False), "utf-8")


def started_at() -> float:
    """When this process began, in seconds of the clock; to a hundredth."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


# ---- stages


def prepare(folder: Path, rows: int, seed: int) -> dict[str, Any]:
    """Write the lists, and an office with its places, schools and clerk."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notoneless.settings.local")
    django.setup()
    from django.core.management import call_command
    from tests.lib.cast import NOW, make_cast

    from notoneless.org.actions import load_schools

    (folder / "office").mkdir(exist_ok=True)
    call_command("migrate", verbosity=0)
    cast = make_cast()
    fields = {"place_code": COUNTY, "stage": "nine_year", "low_grade": "1", "high_grade": "9"}
    load_schools(schools=[{"code": code, "name": name, **fields} for code, name in schools()], by=cast.admin, now=NOW)
    lines = list(pupils(rows, random.Random(seed)))
    write_lists(folder, "roll", lines)
    write_lists(folder, "part", lines[: len(lines) // CHECKED_PART])
    sizes = {
        path.name: path.stat().st_size >> 10 for path in folder.glob("*.[cx]*") if path.suffix in (".csv", ".xlsx")
    }
    return {"rows": rows, "columns": len(HEADER), "kib": sizes}


def write_lists(folder: Path, name: str, lines: list[list[str]]) -> None:
    from notoneless.files.xlsx_write import Sheet, write_workbook

    write_workbook(folder / f"{name}.xlsx", [Sheet("学籍", HEADER, lines)])
    with open(folder / f"{name}.csv", "w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *lines])


def import_list(name: str, dry_run: bool = False) -> Callable[[Path, int, int], dict[str, Any]]:
    """The stage that takes ``name`` through `flows.import_file`, or only checks it as a person watches."""

    def work(folder: Path, rows: int, seed: int) -> dict[str, Any]:
        from notoneless.cli.start import acting_user, now
        from notoneless.flows.import_file import import_file

        seen: list[tuple[float, int]] = []
        began = time.perf_counter()
        outcome = import_file(
            source=folder / name, file_name=name, sender=f"{SENDER}{Path(name).suffix}", as_of=AS_OF, place_code=COUNTY,
            by=acting_user("clerk"), now=now(), kind="school_roll", dry_run=dry_run,
            progress=lambda _what, done, _total: seen.append((time.perf_counter() - began, done)),
        )  # fmt: skip
        counts = outcome.roster.counts
        told = {"first_progress_seconds": round(seen[0][0], 2), "times_told": len(seen)} if seen else {}
        return {**counts.to_dict(), "published": outcome.delivery is not None, **told}

    return work


def naive_rival(folder: Path, rows: int, seed: int) -> dict[str, Any]:
    """What a first script does: openpyxl, one dictionary a row, one check."""
    import openpyxl

    sheet = openpyxl.load_workbook(folder / "roll.xlsx", read_only=True).active
    walked = sheet.iter_rows(values_only=True)
    header = next(walked)
    people = [dict(zip(header, row, strict=True)) for row in walked]
    wrong = sum(len(str(person["身份证件号"] or "").strip()) != 18 for person in people)
    return {"read": len(people), "wrong": wrong}


STAGES: dict[str, Callable[[Path, int, int], dict[str, Any]]] = {
    "prepare": prepare,
    "import xlsx": import_list("roll.xlsx"),
    "import csv": import_list("roll.csv"),
    "check xlsx": import_list("part.xlsx", dry_run=True),
    "check csv": import_list("part.csv", dry_run=True),
    "naive xlsx": naive_rival,
}


# ---- invented pupils


def schools() -> list[tuple[str, str]]:
    return [(f"21370{number:05d}", f"沂南县第{number}实验学校") for number in range(1, SCHOOLS + 1)]


def pupils(count: int, chance: random.Random) -> Iterator[list[str]]:
    """``count`` lines of different pupils; some have one fault."""
    from notoneless.common.resident_id import check_digit
    from notoneless.policy.places import Places

    places = Places.load()
    villages = [place for place in places if place.level == "village" and place.code.startswith(COUNTY[:6])]
    addresses = [f"沂南县{places.get(place.parent).name}{place.short_name}" for place in villages]
    known, first = schools(), dt.date(2011, 9, 1)
    for number in range(count):
        birth = first + dt.timedelta(days=number // 900 % 3285)
        body = f"371321{birth:%Y%m%d}{number % 900 + 50:03d}"
        id_no = body + check_digit(body)
        code, name = known[number % SCHOOLS]
        line = [
            name, code, chance.choice(FAMILY) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2)))),
            "男" if int(body[-1]) % 2 else "女", f"{birth:%Y%m%d}", "汉族", id_no, f"G{id_no}",
            GRADES[min((dt.date(2026, 8, 31) - birth).days // 365 - 6, 8)], f"{number % 12 + 1}班", chance.choice(("走读", "住校")),
            f"{chance.choice(addresses)}{number % 99 + 1}号", chance.choice(FAMILY) + chance.choice(GIVEN), f"1990{number:07d}",
        ]  # fmt: skip
        if chance.random() < FAULTY:
            spoil(line, chance)
        yield line


def spoil(line: list[str], chance: random.Random) -> None:
    """One of the usual faults."""
    at, cell = chance.choice(
        [
            (6, line[6][:17] + "*"),
            (6, "3.71321E+17"),
            (2, ""),
            (4, "2013-13-01"),
            (3, "不详"),
            (8, ""),
            (11, "外省"),
            (6, ""),
        ]
    )
    line[at] = cell


# ---- the report


def machine(rows: int, seed: int) -> dict[str, Any]:
    cpu = [line.split(":")[1].strip() for line in cpu_lines() if line.startswith("model name")]
    return {
        "schema": 1,
        "rows": rows,
        "seed": seed,
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpu": cpu[0] if cpu else "", "cores": os.cpu_count(), "system": platform.platform(),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        },
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "targets": TARGETS,
    }  # fmt: skip


def cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []


def ratios(stages: dict[str, Any]) -> dict[str, float]:
    """Seconds of the rival, who only reads, to ours for all of it: by the clock and of the processor."""
    ours, rival = stages["import xlsx"], stages["naive xlsx"]
    return {each: round(rival[each] / ours[each], 2) for each in ("seconds", "cpu_seconds", "peak_mib")}


def is_met(measured: dict[str, Any], wanted: dict[str, int]) -> bool:
    return all(measured[figure] <= most for figure, most in wanted.items())


def show(report: dict[str, Any]) -> None:
    print(f"{'stage':12} {'seconds':>9} {'CPU s':>9} {'peak MiB':>9} {'reader MiB':>11}")
    for stage, m in report["stages"].items():
        print(f"{stage:12} {m['seconds']:9.1f} {m['cpu_seconds']:9.1f} {m['peak_mib']:9} {m['reader_peak_mib']:11}")
    print(
        f"rival to ours: {report['rival_to_ours']}; targets met: {report['targets_met']}; load {report['load_before']}"
    )
    print(RESULTS)


if __name__ == "__main__":
    main()
