"""Triggers that keep visits, moves and the like as they were written: no code and no shell edits one in passing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

from notoneless.trail.triggers import run_all

APPEND_ONLY = ("case_visit", "case_move", "case_notereading")
REFUSAL = "written once"

_POSTGRESQL_FUNCTION = f"""CREATE OR REPLACE FUNCTION case_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"""


def install(connection: BaseDatabaseWrapper, tables: Sequence[str] = APPEND_ONLY) -> None:
    """Put the triggers on, anew where they are on already. Raises KeyError on neither SQLite nor PostgreSQL.

    A migration names its tables: the later ones do not exist yet. One that changes such a table puts its triggers on
    again, since SQLite makes the table anew and forgets them.
    """
    remove(connection, tables)
    run_all(connection, _INSTALL[connection.vendor](tables))


def remove(connection: BaseDatabaseWrapper, tables: Sequence[str] = APPEND_ONLY) -> None:
    """Take the triggers off: for undoing the migration, and for emptying a test database."""
    run_all(connection, _REMOVE[connection.vendor](tables))


def _sqlite_install(tables: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    )


def _sqlite_remove(tables: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in tables for verb in ("update", "delete"))


def _postgresql_install(tables: Sequence[str]) -> tuple[str, ...]:
    triggers = (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION case_refuse()"
        for table in tables
    )
    return (_POSTGRESQL_FUNCTION, *triggers)


def _postgresql_remove(tables: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in tables)


_INSTALL = {"sqlite": _sqlite_install, "postgresql": _postgresql_install}
_REMOVE = {"sqlite": _sqlite_remove, "postgresql": _postgresql_remove}
