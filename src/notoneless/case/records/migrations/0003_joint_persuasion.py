"""Who took part in a visit, what comes next, and the day of return agreed last, kept on the case."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from notoneless.case.records import triggers


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection, ("case_visit",))


class Migration(migrations.Migration):
    dependencies = [("case", "0002_written_once")]
    operations = [
        migrations.AddField("case", "agreed_date", models.DateField(null=True)),
        migrations.AddField("visit", "bodies", models.JSONField(default=list)),
        migrations.AddField("visit", "next_step", models.CharField(blank=True, max_length=500)),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
