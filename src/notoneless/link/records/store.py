"""Bulk writing of children: prepared INSERT … ON CONFLICT, the same statement on SQLite and PostgreSQL.

Django's bulk_create with update_conflicts sends 32 rows a statement on SQLite; 2.2 million children need one
prepared statement instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, models

CHUNK = 5000


def upsert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[object]], keep: set[str]) -> int:
    """Insert rows or, on the same primary key, update every field but those in `keep`. Returns the row count."""
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
    chunk: list[Sequence[object]] = []
    with connection.cursor() as cursor:
        for row in rows:
            chunk.append(row)
            if len(chunk) == CHUNK:
                cursor.executemany(statement, chunk)
                written += len(chunk)
                chunk = []
        if chunk:
            cursor.executemany(statement, chunk)
    return written + len(chunk)
