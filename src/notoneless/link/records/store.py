"""Bulk writing of children: prepared INSERT … ON CONFLICT, the same statement on SQLite and PostgreSQL.

Django's bulk_create with update_conflicts sends 32 rows a statement on SQLite; 2.2 million children need one
prepared statement instead.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from django.db import connection, models

CHUNK = 5000


def upsert(model: type[models.Model], instances: Iterable[models.Model], keep: set[str]) -> int:
    """Insert instances or, on the same primary key, update every field but those in `keep`. Returns the row count."""
    columns = model._meta.concrete_fields
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
        for chunk in _chunks(instances):
            rows = [[_value(column, instance) for column in columns] for instance in chunk]
            cursor.executemany(statement, rows)
            written += len(rows)
    return written


def _value(column: models.Field, instance: models.Model) -> object:
    return column.get_db_prep_save(column.pre_save(instance, True), connection)


def _chunks(instances: Iterable[models.Model]) -> Iterator[list[models.Model]]:
    waiting = iter(instances)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        yield chunk
