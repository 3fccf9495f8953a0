from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("roster", "0003_habits_folders_parts"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="senderhabit",
            options={"ordering": ["sender", "kind", "sort", "column", "written", "id"]},
        ),
        migrations.RemoveConstraint(model_name="senderhabit", name="habit_one_meaning_a_heading"),
        migrations.RemoveConstraint(model_name="senderhabit", name="habit_one_meaning_a_word"),
        migrations.AddField(
            model_name="senderhabit",
            name="place_code",
            field=models.CharField(default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="senderhabit",
            name="sort",
            field=models.CharField(
                choices=[
                    ("heading", "列名"),
                    ("word", "写法"),
                    ("fragment", "地址里的写法"),
                    ("birth", "出生日期以身份证号为准"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="senderhabit",
            name="written",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddConstraint(
            model_name="senderhabit",
            constraint=models.UniqueConstraint(
                condition=Q(sort="heading"),
                fields=("place_code", "sender", "kind", "written"),
                name="habit_one_meaning_a_heading",
            ),
        ),
        migrations.AddConstraint(
            model_name="senderhabit",
            constraint=models.UniqueConstraint(
                condition=~Q(sort="heading"),
                fields=("place_code", "sender", "kind", "column", "written"),
                name="habit_one_meaning_a_word",
            ),
        ),
    ]
