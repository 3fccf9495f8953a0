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
MEN, WOMEN = ("1", "01", "男", "男性", "M", "m"), ("2", "02", "女", "女性", "F", "f")
_LEAST_17 = 10**16


class Columns:
    """The canonical columns that one list has, each with its type."""

    def __init__(self, schema: pa.Schema) -> None:
        self._types = {field.name: field.type for field in schema if field.name in CANONICAL}

    def __contains__(self, column: str) -> bool:
        return column in self._types

    @property
    def names(self) -> set[str]:
        """The columns that are there."""
        return set(self._types)

    def text(self, column: str) -> str:
        """The cell as text, NULL when empty or when there is no such column."""
        return self._sql(column, _text, "VARCHAR")

    def number(self, column: str) -> str:
        """The cell as a whole number, NULL when it is none."""
        return self._sql(column, _number, "BIGINT")

    def day(self, column: str) -> str:
        """The day as yyyymmdd, NULL when it is written in words, as a count of days, or not at all."""
        return self._sql(column, _day, "INTEGER")

    def sex(self) -> str:
        """1 man, 2 woman, NULL otherwise."""
        text = self.text("sex")
        lines = [
            f"WHEN '{word}' THEN {number}"
            for pair in zip(MEN, WOMEN, strict=True)
            for number, word in enumerate(pair, 1)
        ]
        return f"CASE {text} {' '.join(lines)} END"

    def raw(self, column: str) -> str:
        """The cell as it lies there, only as text: an empty one stays empty."""
        kind = self._types[column]
        return column if types.is_string(kind) or types.is_large_string(kind) else _text(column, kind)

    def is_text(self, column: str) -> bool:
        """Whether the column is there and holds text."""
        return column in self and _is_text(self._types[column])

    def born_between(self, first: int, last: int) -> str:
        """SQL: the birthday, or without one the ID number, says a year from `first` to `last`, or neither says any.

        A rough and cheap filter: a day written in an unusual form passes.
        """
        id_year = f"substr({self.text('id_no')}, 7, 4) BETWEEN '{first}' AND '{last}'" if "id_no" in self else "true"
        if self.is_text("dob"):
            year = f"dob >= '{first}' AND dob < '{last + 1}' OR dob < '1' OR dob >= '3'"
            # The first condition says nothing new, but looks at one column only: a scan does it before reading the others.
            return f"coalesce(dob = '' OR {year}, true) AND coalesce(CASE WHEN dob <> '' THEN {year} END, {id_year}, true)"
        number = self.day("dob")
        return f"coalesce({number} BETWEEN {first}0101 AND {last}1231, {id_year}, true)"

    def _sql(self, column: str, read: Callable[[str, pa.DataType], str], otherwise: str) -> str:
        if column not in self._types:
            return f"CAST(NULL AS {otherwise})"
        return read(column, self._types[column])


def looks_whole(text: str, number: str) -> str:
    """SQL: a text is shaped like a resident ID of the last two centuries; `number`: its first 17 characters as one.

    Not for what wants a closer look, also not for a number that a spreadsheet cut off (its last three are 000):
    strangers share it.
    """
    return (
        f"{number} >= {_LEAST_17} AND length({text}) = 18 AND {birth_within(number)} BETWEEN {FIRST_DAY} AND {LAST_DAY} "
        f"AND ({number} % 100 > 0 OR substr({text}, 18, 1) <> '0')"
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


def _day(column: str, kind: pa.DataType) -> str:
    if types.is_date(kind) or types.is_timestamp(kind):
        return f"CAST(year({column}) * 10000 + month({column}) * 100 + day({column}) AS INTEGER)"
    number = f"try_cast({column} AS INTEGER)"
    if _is_text(kind):
        number = f"coalesce({number}, try_cast(translate(substr({column}, 1, 10), '-/.', '') AS INTEGER))"
    return f"CASE WHEN {number} BETWEEN {FIRST_DAY} AND {LAST_DAY} THEN {number} END"


def _is_text(kind: pa.DataType) -> bool:
    return types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind)
