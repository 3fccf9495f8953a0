"""The lunar calendar (农历): which solar day a lunar one is, and back, for 1901 to 2099.

Parents give a birthday by the lunar calendar, and it is typed as if it were a solar one. The months come from
``tables/lunar_months.csv`` (source in ``tables/README.md``).
"""

import bisect
import csv
import functools
import re
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from notoneless.common.typed_numbers import HALF_WIDTH

_TABLE = Path(__file__).resolve().parent / "tables" / "lunar_months.csv"
_MONTH_NAMES = {name: n for n, name in enumerate("正二三四五六七八九十冬腊", start=1)} | {
    "一": 1,
    "十一": 11,
    "十二": 12,
}
_NUMERALS = {name: n for n, name in enumerate("一二三四五六七八九", start=1)}
_YEAR_DIGITS = dict.fromkeys("〇零○", "0") | {name: str(n) for name, n in _NUMERALS.items()}
_WRITTEN = re.compile(
    r"(?:农历|阴历|旧历)?(?P<year>[\d〇零○一二三四五六七八九]{4})[年./-](?P<leap>闰?)(?P<month>十[一二]|[正一二三四五六七八九十冬腊]|\d{1,2})"
    r"[月./-](?P<day>初?[一二三四五六七八九十]|十[一二三四五六七八九]|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十|\d{1,2})[日号]?(?:\(?(?:农历|阴历|旧历)\)?)?"
)


class LunarDay(NamedTuple):
    """A day of the lunar calendar; ``leap``: in the second of two months with one number."""

    year: int
    month: int
    day: int
    leap: bool = False

    @property
    def as_typed(self) -> int:
        """yyyymmdd as somebody types it who takes it for a solar day; 20140230 is possible."""
        return self.year * 10000 + self.month * 100 + self.day


class LunarMonth(NamedTuple):
    """One month: its first solar day, whose month it is, and how many days it has."""

    first_day: date
    year: int
    month: int
    leap: bool
    days: int


def lunar_of(day: date) -> LunarDay | None:
    """The lunar day of a solar one; None before 1901-02-19 and after the lunar year 2099."""
    at = bisect.bisect_right(_first_days(), day) - 1
    if at < 0:
        return None
    month = months()[at]
    past = (day - month.first_day).days
    return LunarDay(month.year, month.month, past + 1, month.leap) if past < month.days else None


def solar_of(lunar: LunarDay) -> date | None:
    """The solar day of a lunar one; None when there is no such day."""
    month = _by_name().get((lunar.year, lunar.month, lunar.leap))
    if month is None or not 1 <= lunar.day <= month.days:
        return None
    return month.first_day + timedelta(lunar.day - 1)


def read(text: str) -> date | None:
    """The solar day that a text in words of the lunar calendar means (农历2011年正月初一, 2014年闰九月廿三); None when it
    cannot be read or there is no such day. A text that does not say that it is lunar must not be given here.
    """
    found = _WRITTEN.fullmatch(re.sub(r"\s", "", text.translate(HALF_WIDTH)))
    if found is None:
        return None
    year = int("".join(_YEAR_DIGITS.get(char, char) for char in found["year"]))
    month = found["month"]
    number = int(month) if month.isdigit() else _MONTH_NAMES[month]
    return solar_of(LunarDay(year, number, _day_number(found["day"]), bool(found["leap"])))


@functools.cache
def months() -> tuple[LunarMonth, ...]:
    """Every month in order."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return tuple(
        LunarMonth(
            date(int(first[:4]), int(first[4:6]), int(first[6:])), int(year), int(month), leap == "1", int(days)
        )
        for first, year, month, leap, days in rows
    )


@functools.cache
def _first_days() -> list[date]:
    return [month.first_day for month in months()]


@functools.cache
def _by_name() -> dict[tuple[int, int, bool], LunarMonth]:
    return {(month.year, month.month, month.leap): month for month in months()}


def _day_number(text: str) -> int:
    """初一 -> 1, 十五 -> 15, 廿三 -> 23, 三十 -> 30."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.removeprefix("初").replace("廿", "二十").partition("十")
    if not ten:
        return _NUMERALS[tens]
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)
