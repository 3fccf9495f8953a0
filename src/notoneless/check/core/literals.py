"""Named parameters in SQL (``:as_of``) replaced by typed literals: one text for every engine, no binding API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from notoneless.common.errors import Fault

Value = str | int | bool | date | None

_NAME = re.compile(r"(?<![:\w]):([a-z][a-z0-9_]*)")


def fill(sql: str, values: Mapping[str, Value], where: str) -> str:
    """The SQL with every ``:name`` replaced. Raises E511 when a name has no value."""

    def put(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise Fault("E511", where=where, parameter=found[1])
        return literal(values[found[1]])

    return _NAME.sub(put, sql)


def names_in(sql: str) -> set[str]:
    """The parameter names that the SQL uses."""
    return set(_NAME.findall(sql))


def literal(value: Value) -> str:
    """A typed SQL literal that DuckDB and Spark read alike; text loses backslashes, which Spark would interpret."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    quoted = value.replace("'", "''").replace("\\", "")
    return f"'{quoted}'"


def text_list(values: tuple[str, ...]) -> str:
    """``('a', 'b')`` for IN; an empty tuple gives a list that nothing equals."""
    return "(" + ", ".join(literal(value) for value in values or ("",)) + ")"
