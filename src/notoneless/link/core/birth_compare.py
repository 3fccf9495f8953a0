"""How two birthdays differ, in the words of weights.yaml: in Python for one pair, in SQL for all; a test compares them."""

from __future__ import annotations

import calendar
import functools
from datetime import date

import pyarrow as pa

from notoneless.common import lunar
from notoneless.engine import Engine
from notoneless.link.core import definitions

DAYS_TO_1904 = 1462
"""What a day gains or loses when a sheet that counts from 1900 is read as one that counts from 1904."""
FIRST_YEAR, LAST_YEAR = 1990, 2039
"""Years of birth of persons whom linking seeks; others are compared without the table."""
_AGES_APART = (1, 2, 10)
_ROUGH_YEAR, _ROUGH_MONTH = 365.25, 30.44
_DAYS_APART = 3.5
"""Two birthdays so close are one, written a day or two off, also across the end of a month (28 February and 1 March are
3.44 rough days apart)."""


def compare_births(left: int, right: int) -> str:
    """Verdict id for two birthdays as yyyymmdd; symmetric. A number need not be a real day (20140230 is a lunar one)."""
    if left == right:
        return "same"
    a, b = _parts(left), _parts(right)
    if a[0] == b[0] and a[1] == b[2] and a[2] == b[1]:
        return "swapped"
    if slip := _slips().get((left, right)) or _slips().get((right, left)):
        return slip
    if (a[0] == b[0] and (a[1] == b[1] or a[2] == b[2])) or (a[1:] == b[1:] and abs(a[0] - b[0]) in _AGES_APART):
        return "near"
    apart = abs(_rough_days(a) - _rough_days(b))
    if apart <= _DAYS_APART:
        return "near"
    least, most = definitions.weights().lunar_days
    return "lunar" if least <= apart <= most else "far"


def birth_parts_sql(column: str) -> str:
    """SQL: the parts by which `birth_sql` compares a column, to be selected once beside it."""
    year, month, day = f"floor({column} / 10000)", f"floor({column} % 10000 / 100)", f"{column} % 100"
    rough = f"{year} * {_ROUGH_YEAR} + {month} * {_ROUGH_MONTH} + {day}"
    return f"{year} AS {column}_year, {month} AS {column}_month, {day} AS {column}_day, {rough} AS {column}_rough"


def birth_sql(left: str, right: str, slips: str) -> str:
    """SQL: the same for two columns with their parts; `slips`: SQL for the slip that `day_slip` knows between them, or NULL."""
    (y, m, d), (v, n, e) = ([f"{column}_{part}" for part in ("year", "month", "day")] for column in (left, right))
    codes = {verdict.id: verdict.code for verdict in definitions.weights().fields["birth"].verdicts}
    least, most = definitions.weights().lunar_days
    apart = f"abs({left}_rough - {right}_rough)"
    return f"""
        WHEN {y} = {v} AND {m} = {e} AND {d} = {n} THEN {codes["swapped"]}
        WHEN {slips} IS NOT NULL THEN {slips}
        WHEN {y} = {v} AND ({m} = {n} OR {d} = {e}) THEN {codes["near"]}
        WHEN {m} = {n} AND {d} = {e} AND abs({y} - {v}) IN {_AGES_APART} THEN {codes["near"]}
        WHEN {apart} <= {_DAYS_APART} THEN {codes["near"]}
        WHEN {apart} BETWEEN {least} AND {most} THEN {codes["lunar"]}
        WHEN {left} <> {right} THEN {codes["far"]}"""


def load_slips(engine: Engine) -> None:
    """Make `day_slip` (day, written, code): days of birth and what well-known slips make of them."""
    engine.load("day_slip", _slip_table())


@functools.cache
def _slips() -> dict[tuple[int, int], str]:
    """(day, what is written for it) → verdict id."""
    days, written, slips = _slip_columns()
    return dict(zip(zip(days, written, strict=True), slips, strict=True))


def _slip_columns() -> tuple[list[int], list[int], list[str]]:
    """Days, what is written for them, and as what; no pair stands there twice."""
    months = [month for month in lunar.months() if FIRST_YEAR <= month.year < LAST_YEAR]
    days = _days_from(months[0].first_day)
    lunar_days = [
        month.year * 10000 + month.month * 100 + past for month in months for past in range(1, month.days + 1)
    ]
    count = len(lunar_days)
    written = [*days[DAYS_TO_1904 : DAYS_TO_1904 + count], *lunar_days]
    return days[:count] * 2, written, ["epoch"] * count + ["lunar_day"] * count


def _days_from(first: date) -> list[int]:
    """Every day as yyyymmdd, from `first` to some years after LAST_YEAR."""
    months = [(year, month) for year in range(first.year, LAST_YEAR + 6) for month in range(1, 13)]
    days = [
        year * 10000 + month * 100 + day
        for year, month in months
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
    ]
    return days[days.index(_number(first)) :]


@functools.cache
def _slip_table() -> pa.Table:
    codes = {verdict.id: verdict.code for verdict in definitions.weights().fields["birth"].verdicts}
    days, written, slips = _slip_columns()
    columns = {"day": days, "written": written, "code": [codes[slip] for slip in slips]}
    return pa.table({name: pa.array(values, pa.int32()) for name, values in columns.items()})


def _number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


def _parts(number: int) -> tuple[int, int, int]:
    return number // 10000, number // 100 % 100, number % 100


def _rough_days(parts: tuple[int, int, int]) -> float:
    return parts[0] * _ROUGH_YEAR + parts[1] * _ROUGH_MONTH + parts[2]
