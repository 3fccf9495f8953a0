"""Bulk writing of children: one prepared INSERT … ON CONFLICT, the same statement on SQLite and PostgreSQL.

Django's bulk_create with update_conflicts sends 32 rows a statement on SQLite, and preparing each value through its
field costs more than writing it: 2.2 million children need neither.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, models

CHUNK = 5000


def upsert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[object]], keep: set[str]) -> int:
    """Insert rows or, on the same primary key, update every field but those in `keep`. Returns the row count.

    `rows` hold plain values in the order of `fields`, which must be all columns; dates through :func:`stored_date`.
    """
    columns = [model._meta.get_field(name) for name in fields]
    names = ", ".join(connection.ops.quote_name(column.column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    updates = ", ".join(
        f"{connection.ops.quote_name(column.column)} = excluded.{connection.ops.quote_name(column.column)}"
        for column in columns
        if column.name not in keep and not column.primary_key
    )
    key = connection.ops.quote_name(model._meta.pk.column)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {updates}"
    written = 0
    with connection.cursor() as cursor:
        for chunk in _chunks(rows):
            cursor.executemany(statement, chunk)
            written += len(chunk)
    return written


def stored_date(day: object) -> object:
    """A date or None as this database's driver takes it."""
    return connection.ops.adapt_datefield_value(day)


def _chunks(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    waiting = iter(rows)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        yield chunk
