"""卡住的个案, as the nightly look finds them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('case', '0004_referral'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Stuck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=30)),
                ('since', models.DateField()),
                ('turn_role', models.CharField(blank=True, max_length=20)),
                ('place_code', models.CharField(max_length=12)),
                ('school_code', models.CharField(blank=True, max_length=10)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stuck', to='case.case')),
                ('turn_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['since', 'id'],
                'indexes': [models.Index(fields=['turn_user', 'since', 'id'], name='stuck_user'), models.Index(fields=['place_code', 'since', 'id'], name='stuck_place'), models.Index(fields=['school_code', 'since', 'id'], name='stuck_school')],
                'constraints': [models.UniqueConstraint(fields=('case', 'reason'), name='stuck_once'), models.CheckConstraint(condition=models.Q(models.Q(('turn_user', None), models.Q(('turn_role', ''), _negated=True)), models.Q(('turn_role', ''), ('turn_user__isnull', False)), _connector='OR'), name='stuck_one_turn')],
            },
        ),
    ]
