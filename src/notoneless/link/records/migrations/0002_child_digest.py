"""A keyed digest of what a sweep wrote of a child, so that the next one leaves the unchanged alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """None: not known, the next sweep writes the child anew."""

    dependencies = [("link", "0001_first_tables")]
    operations = [
        migrations.AddField(model_name="child", name="digest", field=models.BigIntegerField(null=True)),
    ]
