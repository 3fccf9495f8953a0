"""Triggers that make the trail append-only in the database itself, so that no code and no shell edits it in passing.

A database administrator can drop a trigger; the hash chain and the checkpoints kept elsewhere then show what was
done.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = ("trail_event", "trail_checkpoint")
REFUSAL = "trail is append-only"

_SQLITE_INSTALL = (
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER trail_chainhead_no_delete BEFORE DELETE ON trail_chainhead "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "CREATE TRIGGER trail_chainhead_grows BEFORE UPDATE ON trail_chainhead WHEN NEW.size <= OLD.size "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
_SQLITE_REMOVE = (
    *(f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")),
    "DROP TRIGGER IF EXISTS trail_chainhead_no_delete",
    "DROP TRIGGER IF EXISTS trail_chainhead_grows",
)
_POSTGRESQL_INSTALL = (
    f"""CREATE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION trail_refuse()"
        for table in APPEND_ONLY
    ),
    "CREATE TRIGGER trail_chainhead_no_delete BEFORE DELETE ON trail_chainhead "
    "FOR EACH ROW EXECUTE FUNCTION trail_refuse()",
    "CREATE TRIGGER trail_chainhead_grows BEFORE UPDATE ON trail_chainhead "
    "FOR EACH ROW WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION trail_refuse()",
    *(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse()"
        for table in (*APPEND_ONLY, "trail_chainhead")
    ),
)
_POSTGRESQL_REMOVE = ("DROP FUNCTION IF EXISTS trail_refuse() CASCADE",)

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


def run_all(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    """Run statements one after another."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
