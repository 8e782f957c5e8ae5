"""What was one "gate" becomes the circuit breaker, the learned limit, the pause, the lock; events get columns that code reads."""

import uuid
from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("edits", "0002_groups"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.RemoveConstraint("gate", "one_gate"),
        migrations.RenameModel("Gate", "CircuitBreaker"),
        migrations.RenameField("circuitbreaker", "closed_because", "trip_reason"),
        migrations.RenameField("circuitbreaker", "closed_until", "retry_at"),
        migrations.RenameField("circuitbreaker", "closed_since", "tripped_at"),
        migrations.RenameField("circuitbreaker", "refused_at", "last_refusal_at"),
        migrations.RenameField("circuitbreaker", "closed_times", "refusals"),
        migrations.RenameField("edit", "stuck_count", "fruitless_claims"),
        migrations.RenameField("edit", "tries", "step_retries"),
        migrations.RenameField("edit", "looked_at", "polled_at"),
        migrations.RenameField("attempt", "erase_due_at", "cleanup_due_at"),
        migrations.RenameField("attempt", "erase_tries", "cleanup_retries"),
        migrations.RenameField("attempt", "copies_erased_at", "cleaned_up_at"),
        migrations.RenameField("attempt", "hinted_task_id", "claimed_task_id"),
        migrations.RenameField("attempt", "hinted_task_token", "claimed_task_token"),
        migrations.RenameField("photo", "erased_at", "purged_at"),
        migrations.RenameField("profile", "erased_at", "deleted_at"),
        migrations.CreateModel(
            name='BackfillCursor',
            fields=[
                ('name', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('position', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ConcurrencyLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('limit', models.PositiveIntegerField(blank=True, help_text='edits in flight', null=True)),
                ('valid_until', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='FairShare',
            fields=[
                ('owner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('last_submitted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='MediaMarker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('media_id', models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paused_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='WriteLock',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
            ],
        ),
        migrations.AlterModelOptions(
            name='edit',
            options={'permissions': [('review_edit', 'Can review edits for the gallery'), ('operate_edit', 'Can operate edits and pause submitting')]},
        ),
        migrations.RemoveConstraint(
            model_name='edit',
            name='unended_is_due_or_parked',
        ),
        migrations.RemoveIndex(
            model_name='attempt',
            name='attempt_to_erase',
        ),
        migrations.AddField(
            model_name='attempt',
            name='absent_age',
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name='attempt',
            name='absent_looks',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attempt',
            name='cost_reserved',
            field=models.DecimalField(decimal_places=6, default=Decimal('0'), help_text='USD', max_digits=12),
        ),
        migrations.AddField(
            model_name='attempt',
            name='looked_up_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='lookup_due_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='lookup_retries',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attempt',
            name='sent_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='source_hash',
            field=models.CharField(blank=True, help_text='of the address that Wiro was given', max_length=64),
        ),
        migrations.AddField(
            model_name='circuitbreaker',
            name='tripped_by',
            field=models.UUIDField(blank=True, help_text='the edit that was refused; another one probes', null=True),
        ),
        migrations.AddField(
            model_name='edit',
            name='condition',
            field=models.CharField(blank=True, choices=[('', ''), ('silent', 'no useful answer'), ('missing', "Wiro doesn't know the task"), ('error', 'Wiro reports an error'), ('no_output', 'finished without an output')], default='', max_length=10),
        ),
        migrations.AddField(
            model_name='edit',
            name='condition_age',
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name='edit',
            name='condition_looks',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='edit',
            name='given_up_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='edit',
            name='observed_age',
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name='edit',
            name='source_uploaded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='edit',
            name='uploaded_source_url',
            field=models.CharField(blank=True, max_length=4000),
        ),
        migrations.AddField(
            model_name='event',
            name='code',
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.AddField(
            model_name='event',
            name='data',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='event',
            name='reason',
            field=models.CharField(blank=True, help_text="in a person's or Wiro's words; redaction empties it", max_length=1000),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='claimed_task_token',
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='outcome',
            field=models.CharField(choices=[('pending', 'sent, not answered yet'), ('accepted', 'accepted'), ('rejected', 'refused, not charged'), ('unknown', 'outcome unknown'), ('superseded', 'accepted, but a newer attempt was already sent')], default='pending', max_length=10),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='output_url',
            field=models.CharField(blank=True, max_length=4000),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='wiro_task_token',
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AlterField(
            model_name='circuitbreaker',
            name='last_refusal_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='circuitbreaker',
            name='notified_at',
            field=models.DateTimeField(blank=True, help_text='when the administrators were told', null=True),
        ),
        migrations.AlterField(
            model_name='circuitbreaker',
            name='retry_at',
            field=models.DateTimeField(blank=True, help_text='when one edit probes Wiro', null=True),
        ),
        migrations.AlterField(
            model_name='circuitbreaker',
            name='trip_reason',
            field=models.CharField(blank=True, choices=[('', 'Submitting is on'), ('concurrency', 'Wiro is running as many edits as it allows'), ('rate_limit', 'Wiro asked us to slow down'), ('unreachable', "Wiro can't be reached"), ('insufficient_balance', 'The Wiro account has no balance'), ('credentials', 'Wiro rejects our API key')], default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='edit',
            name='fruitless_claims',
            field=models.PositiveSmallIntegerField(default=0, help_text='claims in a row without progress'),
        ),
        migrations.AlterField(
            model_name='edit',
            name='step_retries',
            field=models.PositiveSmallIntegerField(default=0, help_text='postponements in this state, for the backoff'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('created', 'created'), ('moved', 'moved'), ('postponed', 'postponed'), ('reported', 'status from Wiro'), ('callback', 'callback received'), ('asked', 'requested'), ('reviewed', 'reviewed'), ('cleaned_up', "Wiro's copies deleted"), ('alarm', 'needs attention')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('lookup_due_at__isnull', False)), fields=['lookup_due_at'], name='attempt_to_look_up'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('cleanup_due_at__isnull', False)), fields=['cleanup_due_at'], name='attempt_to_erase'),
        ),
        migrations.AddConstraint(
            model_name='circuitbreaker',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_circuit_breaker'),
        ),
        migrations.AddConstraint(
            model_name='edit',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['succeeded', 'failed', 'canceled', 'unconfirmed', 'running', 'fetching']), ('due_at__isnull', False), _connector='OR'), name='unended_is_due_or_parked'),
        ),
        migrations.AddConstraint(
            model_name='concurrencylimit',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_concurrency_limit'),
        ),
        migrations.AddConstraint(
            model_name='mediamarker',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_media_marker'),
        ),
        migrations.AddField(
            model_name='pause',
            name='paused_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_pause'),
        ),
    ]
