"""The labels and help texts of the fields, in plain words; no column changes."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edits", "0007_signup_hour"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="attempt",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("pending", "sent, awaiting response"),
                    ("accepted", "accepted"),
                    ("rejected", "rejected, not charged"),
                    ("unknown", "outcome unknown"),
                    ("superseded", "superseded by a newer attempt"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="source_hash",
            field=models.CharField(blank=True, help_text="of the URL that Wiro was given", max_length=64),
        ),
        migrations.AlterField(
            model_name="circuitbreaker",
            name="notified_at",
            field=models.DateTimeField(blank=True, help_text="when the administrators were notified", null=True),
        ),
        migrations.AlterField(
            model_name="circuitbreaker",
            name="retry_at",
            field=models.DateTimeField(blank=True, help_text="when one edit tests whether Wiro accepts edits again", null=True),
        ),
        migrations.AlterField(
            model_name="circuitbreaker",
            name="trip_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Submitting is on"),
                    ("concurrency", "Wiro is running as many edits as it allows"),
                    ("rate_limit", "Wiro asked us to slow down"),
                    ("unreachable", "Wiro can’t be reached"),
                    ("insufficient_balance", "The Wiro account has no balance"),
                    ("credentials", "Wiro rejects our API key"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="circuitbreaker",
            name="tripped_by",
            field=models.UUIDField(blank=True, help_text="the edit that was rejected; a different one tests Wiro", null=True),
        ),
        migrations.AlterField(
            model_name="edit",
            name="batch",
            field=models.UUIDField(blank=True, help_text="edits submitted together", null=True),
        ),
        migrations.AlterField(
            model_name="edit",
            name="changed_percent",
            field=models.FloatField(blank=True, help_text="share of the photo that changed, in percent", null=True),
        ),
        migrations.AlterField(
            model_name="edit",
            name="condition",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("silent", "no useful answer"),
                    ("missing", "Wiro doesn’t know the task"),
                    ("error", "Wiro reports an error"),
                    ("no_output", "finished without an output"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="edit",
            name="failure_code",
            field=models.CharField(
                blank=True,
                choices=[
                    ("insufficient_balance", "Wiro account has no balance"),
                    ("credentials", "Wiro rejected this site’s credentials"),
                    ("rejected", "Wiro rejected the request"),
                    ("model_failed", "the model couldn’t make this edit"),
                    ("no_output", "the model returned no result"),
                    ("output_invalid", "the result can’t be opened"),
                    ("output_unavailable", "the result couldn’t be downloaded"),
                    ("timed_out", "timed out"),
                    ("internal_error", "something went wrong on our side"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="edit",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("submitting", "submitting"),
                    ("unconfirmed", "unconfirmed"),
                    ("running", "editing"),
                    ("fetching", "saving"),
                    ("succeeded", "done"),
                    ("failed", "failed"),
                    ("canceled", "canceled"),
                ],
                default="queued",
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="edit",
            name="step_retries",
            field=models.PositiveSmallIntegerField(default=0, help_text="retries in this state, for the backoff"),
        ),
        migrations.AlterField(
            model_name="edit",
            name="visibility",
            field=models.CharField(
                choices=[("private", "private"), ("pending", "in review"), ("public", "public")], default="private", max_length=7
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: the system",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("created", "created"),
                    ("moved", "state changed"),
                    ("postponed", "retry scheduled"),
                    ("reported", "status from Wiro"),
                    ("callback", "callback received"),
                    ("asked", "user action"),
                    ("reviewed", "reviewed"),
                    ("cleaned_up", "copies at Wiro deleted"),
                    ("alarm", "needs attention"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="reason",
            field=models.CharField(blank=True, help_text="in a person’s or Wiro’s words; redaction clears it", max_length=1000),
        ),
        migrations.AlterField(
            model_name="photo",
            name="placeholder",
            field=models.CharField(blank=True, help_text="tiny blurred preview (data: URL)", max_length=1000),
        ),
        migrations.AlterField(
            model_name="profile",
            name="edits_at_once",
            field=models.PositiveIntegerField(blank=True, help_text="Empty: site default", null=True),
        ),
        migrations.AlterField(
            model_name="profile",
            name="edits_per_day",
            field=models.PositiveIntegerField(blank=True, help_text="Empty: site default", null=True),
        ),
        migrations.AlterField(
            model_name="profile",
            name="is_trusted",
            field=models.BooleanField(default=False, help_text="Publishes without review", verbose_name="trusted"),
        ),
        migrations.AlterField(
            model_name="profile",
            name="spend_per_day",
            field=models.DecimalField(
                blank=True,
                decimal_places=6,
                help_text="USD per day. Empty: no personal limit",
                max_digits=12,
                null=True,
                validators=[django.core.validators.MinValueValidator(Decimal("0"))],
            ),
        ),
    ]
