"""移交: proposals between units and to receivers outside; cases that wait for a receiver get the proposal they had in words."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def write_down_what_waits(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A case 转出待接收 so far held the receiver in the reason of its last move only.

    One that came into that state without a move gets a proposal by whoever touched it last; where nobody did, there is
    nobody to name and none is written: the answer "not received" leads such a case on.
    """
    referral, move = apps.get_model("case", "Referral"), apps.get_model("case", "Move")
    for case in apps.get_model("case", "Case").objects.filter(state="transferring"):
        moves = move.objects.filter(case=case, gap=None).order_by("at", "id")
        sent, last = moves.filter(to_state="transferring").last(), moves.last()
        by, at = (last.by, last.at) if last else (case.owner, case.opened_at)
        if sent:
            by, at = sent.by, sent.at
        if by is None:
            continue
        reason = sent.reason if sent else ""
        referral.objects.create(
            case=case,
            from_place=case.place_code,
            from_school=case.school_code,
            to_outside=reason[:200] or "—",
            reason=reason or "—",
            asked_by=by,
            asked_at=at,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('case', '0003_joint_persuasion'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='referred_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_place', models.CharField(max_length=12)),
                ('from_school', models.CharField(blank=True, max_length=10)),
                ('to_place', models.CharField(blank=True, max_length=12)),
                ('to_school', models.CharField(blank=True, max_length=10)),
                ('to_outside', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(max_length=500)),
                ('asked_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('accepted', '已接收'), ('returned', '已退回'), ('withdrawn', '已撤回')], max_length=10)),
                ('answer_reason', models.CharField(blank=True, max_length=500)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='case.case')),
            ],
            options={
                'ordering': ['asked_at', 'id'],
                'indexes': [models.Index(fields=['to_place', 'answered_at', 'id'], name='referral_to_place'), models.Index(fields=['to_school', 'answered_at', 'id'], name='referral_to_school')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('case',), name='referral_one_waiting'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('to_place', ''), _negated=True), ('to_outside', '')), models.Q(('to_place', ''), ('to_school', ''), models.Q(('to_outside', ''), _negated=True)), _connector='OR'), name='referral_inside_or_outside'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='referral_answered_by_and_at'), models.CheckConstraint(condition=models.Q(('answered_by', None), ('answer', 'withdrawn'), models.Q(('to_outside', ''), _negated=True), models.Q(('answered_by', models.F('asked_by')), _negated=True), _connector='OR'), name='referral_answered_by_receiver')],
            },
        ),
        migrations.RunPython(write_down_what_waits, migrations.RunPython.noop),
    ]
