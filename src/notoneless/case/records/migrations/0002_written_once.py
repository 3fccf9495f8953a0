"""Visits and moves are written once: refused by the database itself, not only by the code."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from notoneless.case.records import triggers


TABLES = ("case_visit", "case_move")


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection, TABLES)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("case", "0001_first_tables")]
    operations = [migrations.RunPython(install, remove)]
