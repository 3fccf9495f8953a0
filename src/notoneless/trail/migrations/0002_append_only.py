"""The one head row, and the triggers that make the trail append-only on both databases."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from notoneless.trail import triggers


def put_head(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The chain starts empty; without its head row nothing can be recorded, and so nothing done."""
    apps.get_model("trail", "ChainHead").objects.using(editor.connection.alias).create(id=1)


def install(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Triggers on."""
    triggers.install(editor.connection)


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Triggers off."""
    triggers.remove(editor.connection)


class Migration(migrations.Migration):
    """Append-only from the first day."""

    dependencies = [("trail", "0001_event_chain")]
    operations = [
        migrations.RunPython(put_head, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
