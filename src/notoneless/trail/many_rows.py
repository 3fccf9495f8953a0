"""Many rows at once: how sweeps write millions of children and the cases and events of a city.

Django's bulk_create builds the SQL text anew for every few dozen rows, and preparing each value through its field costs
more than writing it. Here values come as the driver takes them and one statement serves all rows. New rows of
PostgreSQL go through COPY, which there costs a third of prepared INSERTs (bench/sweep_writes.py); SQLite has none.
It lies with the trail because the trail is the lowest part with tables, and writes thousands of events itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models.fields import AutoFieldMixin

CHUNK = 5000
Row = Sequence[object]


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert new rows, values in the order of `fields`; returns how many. One that is there is an IntegrityError.

    Values are plain: texts, numbers, bytes, None; dates, times and UUIDs through :func:`stored`.
    """
    columns = _columns(model, fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copy(cursor, model, columns, rows)
        marks = ", ".join(["%s"] * len(columns))
        return _run(cursor, f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({marks})", rows)


def update_rows(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Row], *, differing: bool = False
) -> int:
    """Write `fields` of rows that are there; each row holds the values of the fields, then the primary key.

    With `differing` a row is only written when one of the fields (which must not be null) has another value: what has
    an index costs more to write than to look at. Returns how many rows were given.
    """
    columns = _columns(model, fields)
    values = ", ".join(f"{column} = %s" for column in columns)
    where = f"{_quoted(model._meta.pk)} = %s"
    if differing:
        where += f" AND ({' OR '.join(f'{column} <> %s' for column in columns)})"
        rows = ([*row, *row[:-1]] for row in rows)
    with connection.cursor() as cursor:
        return _run(cursor, f"UPDATE {_table(model)} SET {values} WHERE {where}", rows)


@contextmanager
def indexes_built_after(model: type[models.Model]) -> Iterator[None]:
    """Rebuild the search indexes of a table after most of its rows have come, in the same transaction.

    SQLite keeps seven indexes of three million children up to date in a hundred CPU seconds and builds them in twenty.
    Unique indexes stay: they are constraints. PostgreSQL gains little and would lock out readers, so nothing happens.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH_INDEXES, [model._meta.db_table])
        indexes = cursor.fetchall()
        for name, _sql in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _name, sql in indexes:
            cursor.execute(sql)


_SEARCH_INDEXES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql LIKE 'CREATE INDEX%%'"
)


def insert_all(instances: Sequence[models.Model]) -> None:
    """Insert new instances of one model; numbers that the database gives out are left to it (and not read back)."""
    if not instances:
        return
    model = type(instances[0])
    columns = [column for column in model._meta.concrete_fields if not isinstance(column, AutoFieldMixin)]
    values = (_values(column, instances, add=True) for column in columns)
    insert_rows(model, [column.name for column in columns], zip(*values, strict=True))
    for row in instances:
        row._state.adding = False


def update_all(instances: Iterable[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of instances of one model, as `bulk_update` does without its one long text per batch."""
    waiting = list(instances)
    if not waiting:
        return
    model = type(waiting[0])
    columns = [*(model._meta.get_field(name) for name in fields), model._meta.pk]
    update_rows(model, fields, zip(*(_values(column, waiting, add=False) for column in columns), strict=True))


def stored(column: models.Field, value: object) -> Any:
    """A value of one column as this database's driver takes it."""
    return column.get_db_prep_save(value, connection)


def _values(column: models.Field, rows: Sequence[models.Model], add: bool) -> list[Any]:
    """The column of many instances; texts, numbers and truth values are what the driver takes already."""
    if type(column).pre_save is models.Field.pre_save:
        values = [getattr(row, column.attname) for row in rows]
    else:
        values = [column.pre_save(row, add) for row in rows]
    kept = column.target_field if isinstance(column, models.ForeignKey) else column
    if isinstance(kept, _AS_THEY_ARE):
        return values
    if isinstance(kept, models.DateField):  # and times: few different ones
        days = {day: stored(kept, day) for day in set(values)}
        return [days[day] for day in values]
    return [stored(kept, value) for value in values]


_AS_THEY_ARE = (models.CharField, models.IntegerField, models.BooleanField, models.FloatField)


def _copy(cursor: Any, model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """So many rows a COPY, taken before it begins: whoever makes the rows may ask the database or tell how far they
    are, and within a COPY this connection would wait for itself for ever."""
    statement = f"COPY {_table(model)} ({', '.join(columns)}) FROM STDIN"
    waiting, written = iter(rows), 0
    while chunk := list(itertools.islice(waiting, CHUNK)):
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in chunk:
                copy.write_row(row)
        written += len(chunk)
    return written


def _run(cursor: Any, statement: str, rows: Iterable[Row]) -> int:
    waiting, written = iter(rows), 0
    while chunk := list(itertools.islice(waiting, CHUNK)):
        cursor.executemany(statement, chunk)
        written += len(chunk)
    return written


def _columns(model: type[models.Model], fields: Iterable[str]) -> list[str]:
    return [_quoted(model._meta.get_field(name)) for name in fields]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(column: models.Field) -> str:
    return connection.ops.quote_name(str(column.column))
