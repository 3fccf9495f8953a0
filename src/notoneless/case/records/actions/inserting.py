"""Many new rows at once: one prepared INSERT, the same on SQLite and PostgreSQL.

Django's bulk_create builds the SQL text anew for every few dozen rows, which takes most of the time of opening the
cases of a county. Unlike an upsert this never touches a row that is there: a second one is an IntegrityError.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models.fields import AutoFieldMixin


def insert_all(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; numbers that the database gives out are left to it (and not read back)."""
    if not rows:
        return
    meta = rows[0]._meta
    columns = [column for column in meta.concrete_fields if not isinstance(column, AutoFieldMixin)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    values = [[_value(column, row) for column in columns] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})", values)
    for row in rows:
        row._state.adding = False


def _value(column: models.Field, row: models.Model) -> Any:
    return column.get_db_prep_save(column.pre_save(row, True), connection)
