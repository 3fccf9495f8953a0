"""Triggers that keep visits and moves as they were written: no code and no shell edits or removes one in passing."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from notoneless.trail.triggers import run_all

APPEND_ONLY = ("case_visit", "case_move")
REFUSAL = "written once"

_SQLITE_INSTALL = tuple(
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table in APPEND_ONLY
    for verb in ("UPDATE", "DELETE")
)
_SQLITE_REMOVE = tuple(
    f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")
)
_POSTGRESQL_INSTALL = (
    f"""CREATE FUNCTION case_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION case_refuse()"
        for table in APPEND_ONLY
    ),
)
_POSTGRESQL_REMOVE = ("DROP FUNCTION IF EXISTS case_refuse() CASCADE",)

_STATEMENTS = {
    "sqlite": (_SQLITE_INSTALL, _SQLITE_REMOVE),
    "postgresql": (_POSTGRESQL_INSTALL, _POSTGRESQL_REMOVE),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on. Raises KeyError on a database that is neither SQLite nor PostgreSQL."""
    run_all(connection, _STATEMENTS[connection.vendor][0])


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers off: for undoing the migration, and for emptying a test database."""
    run_all(connection, _STATEMENTS[connection.vendor][1])
