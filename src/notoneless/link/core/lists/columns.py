"""The columns by which two lists may be linked, and how a cell of any type is read: SQL for one side.

Codes may be whole numbers or text, days numbers, text or dates: only the expression differs, never a Python loop.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.types as types

CANONICAL = (
    "row_id", "name", "sex", "dob", "id_no", "student_no", "nation", "addr_code", "hukou_code", "home_addr",
    "school_code", "county_code", "grade", "class_no", "guardian_name", "guardian_id", "phone", "relation", "hh_no",
    "cert_no", "mother_name", "mother_id",
)  # fmt: skip
"""Every column that is looked at; any subset may be there. Other columns are passed over."""

FIRST_DAY, LAST_DAY = 19000101, 20991231
MEN, WOMEN = "'1', '01', '男', '男性', 'M', 'm'", "'2', '02', '女', '女性', 'F', 'f'"
_LEAST_17 = 10**16


class Columns:
    """The canonical columns that one list has, each with its type."""

    def __init__(self, schema: pa.Schema) -> None:
        self._types = {field.name: field.type for field in schema if field.name in CANONICAL}

    def __contains__(self, column: str) -> bool:
        return column in self._types

    def text(self, column: str) -> str:
        """The cell as text, NULL when empty or when there is no such column."""
        return self._sql(column, _text, "VARCHAR")

    def number(self, column: str) -> str:
        """The cell as a whole number, NULL when it is none."""
        return self._sql(column, _number, "BIGINT")

    def day(self, column: str, read: str) -> str:
        """The day as yyyymmdd; `read` is SQL for what a text that is no such number means (see `odd_day`)."""
        return self._sql(column, lambda name, kind: _day(name, kind, read), "INTEGER")

    def sex(self) -> str:
        """1 man, 2 woman, NULL otherwise."""
        text = self.text("sex")
        return f"CASE WHEN {text} IN ({MEN}) THEN 1 WHEN {text} IN ({WOMEN}) THEN 2 END"

    def odd_day(self, column: str) -> str | None:
        """SQL: the cell is a text that `day` cannot read by itself; None when no cell of this column can be one."""
        if column not in self or not _is_text(self._types[column]):
            return None
        return f"{column} <> '' AND ({_as_day(f'try_cast({column} AS INTEGER)')}) IS NULL"

    def _sql(self, column: str, read: Callable[[str, pa.DataType], str], otherwise: str) -> str:
        if column not in self._types:
            return f"CAST(NULL AS {otherwise})"
        return read(column, self._types[column])


def first_17(text: str) -> str:
    """SQL: the first 17 digits, as a number, of a text shaped like a resident ID of the last two centuries.

    NULL for everything that wants a closer look, also for a number that a spreadsheet cut off (its last three are
    000): strangers share it.
    """
    number = f"try_cast(substr({text}, 1, 17) AS BIGINT)"
    return (
        f"CASE WHEN length({text}) = 18 AND substr({text}, 7, 2) IN ('19', '20') AND substr({text}, 16, 3) <> '000' "
        f"AND {number} >= {_LEAST_17} THEN {number} END"
    )


def birth_within(idv: str) -> str:
    """SQL: the birthday (yyyymmdd) inside the first 17 digits of an ID, exact although they exceed a double."""
    return f"CAST(round(({idv} - {idv} % 1000) / 1000) AS BIGINT) % 100000000"


def _text(column: str, kind: pa.DataType) -> str:
    if _is_text(kind):
        return f"nullif(CAST({column} AS VARCHAR), '')"
    if types.is_floating(kind) or types.is_decimal(kind):
        return f"CAST(CAST({column} AS BIGINT) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _number(column: str, kind: pa.DataType) -> str:
    return f"try_cast({column} AS BIGINT)" if not _is_text(kind) else f"try_cast(nullif({column}, '') AS BIGINT)"


def _day(column: str, kind: pa.DataType, read: str) -> str:
    if types.is_date(kind) or types.is_timestamp(kind):
        return f"CAST(year({column}) * 10000 + month({column}) * 100 + day({column}) AS INTEGER)"
    return f"coalesce({_as_day(f'try_cast({column} AS INTEGER)')}, {read})"


def _as_day(number: str) -> str:
    """A number that is a day as yyyymmdd. Whether the month has so many days is not asked: it is compared only."""
    month, day = f"{number} % 10000", f"{number} % 100"
    return (
        f"CASE WHEN {number} BETWEEN {FIRST_DAY} AND {LAST_DAY} AND {month} BETWEEN 101 AND 1231 "
        f"AND {day} BETWEEN 1 AND 31 THEN {number} END"
    )


def _is_text(kind: pa.DataType) -> bool:
    return types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind)
