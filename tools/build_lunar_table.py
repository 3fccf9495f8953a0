"""Build src/notoneless/common/tables/lunar_months.csv, the one table by which dates.py knows the lunar calendar.

    python tools/build_lunar_table.py --cnlunar WHEEL [--sxtwl FOLDER]

Input: the wheel of cnlunar (``pip download --no-deps cnlunar==0.2.5``). With --sxtwl, a folder into which that library
was unpacked, each month is compared with what it says. Sources and licences: tables/README.md.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parents[1] / "src" / "notoneless" / "common" / "tables" / "lunar_months.csv"
FIRST_YEAR = 1901
HEADER = "first_day,year,month,leap,days"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--cnlunar", type=Path, required=True, help="wheel of cnlunar")
    arguments.add_argument("--sxtwl", type=Path, help="folder with sxtwl, to compare with")
    given = arguments.parse_args()
    sys.path.insert(0, str(given.cnlunar))
    found = importlib.import_module("cnlunar.config")
    rows = list(month_rows(found.lunarMonthData, found.lunarNewYearList))
    if given.sxtwl:
        sys.path.insert(0, str(given.sxtwl))
        compare(rows, importlib.import_module("sxtwl"))
    lines = [f"{day:%Y%m%d},{year},{month},{leap},{days}" for day, year, month, leap, days in rows]
    OUT.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8", newline="")
    return 0


def month_rows(months: tuple[int, ...], new_years: tuple[int, ...]) -> Iterator[tuple[date, int, int, int, int]]:
    """(first day, lunar year, month, 1 for a leap month, days). Of the packed year the lowest twelve bits say which
    months have thirty days, the thirteenth the same of the leap month, those above which month it follows.
    """
    for year, (packed, new_year) in enumerate(zip(months, new_years, strict=False), start=FIRST_YEAR):
        day = date(year, new_year >> 5 & 3, new_year & 31)
        for month in range(1, 13):
            for leap, bit in ((0, month - 1), (1, 12))[: 2 if packed >> 13 & 15 == month else 1]:
                days = 30 if packed >> bit & 1 else 29
                yield day, year, month, leap, days
                day += timedelta(days)


def compare(rows: list[tuple[date, int, int, int, int]], sxtwl: Any) -> None:
    """Exits when the other library says that a month begins on another day."""
    for day, year, month, leap, _ in rows:
        said = sxtwl.fromSolar(day.year, day.month, day.day)
        if (said.getLunarYear(), said.getLunarMonth(), said.getLunarDay(), said.isLunarLeap()) != (
            year, month, 1, bool(leap),
        ):  # fmt: skip
            sys.exit(f"{day} is no first day of month {month} of {year}, says sxtwl")


if __name__ == "__main__":
    sys.exit(main())
