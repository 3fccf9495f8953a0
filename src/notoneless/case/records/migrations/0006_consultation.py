"""会商: the question, the decision, and the measures that follow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('case', '0005_stuck'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Consultation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=1000)),
                ('bodies', models.JSONField(default=list)),
                ('meet_date', models.DateField()),
                ('asked_at', models.DateTimeField()),
                ('decision', models.CharField(blank=True, max_length=1000)),
                ('deciders', models.CharField(blank=True, max_length=200)),
                ('decided_date', models.DateField(null=True)),
                ('recorded_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='case.case')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='measure',
            name='consultation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='case.consultation'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_at', None)), fields=('case',), name='consultation_one_waiting'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_date', None), ('deciders', ''), ('decision', ''), ('recorded_at', None), ('recorded_by', None)), models.Q(models.Q(('decision', ''), _negated=True), models.Q(('deciders', ''), _negated=True), ('decided_date__isnull', False), ('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='consultation_decided_whole'),
        ),
    ]
