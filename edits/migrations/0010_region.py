"""Edits of a region: where, what part of the photo is sent, and what the model painted."""

import django.db.models.deletion
import edits.models.photo
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0009_ledger_difference'),
    ]

    operations = [
        migrations.AddField(
            model_name='edit',
            name='crop',
            field=models.FileField(blank=True, max_length=200, upload_to=edits.models.photo.place),
        ),
        migrations.AddField(
            model_name='edit',
            name='crop_window',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='edit',
            name='painted',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='painted_for', to='edits.photo'),
        ),
        migrations.AddField(
            model_name='edit',
            name='region',
            field=models.FileField(blank=True, max_length=200, upload_to=edits.models.photo.place),
        ),
        migrations.AddField(
            model_name='edit',
            name='sent_percent',
            field=models.FloatField(blank=True, help_text="how much of the photo’s area is sent", null=True),
        ),
        migrations.AddConstraint(
            model_name='edit',
            constraint=models.CheckConstraint(condition=models.Q(('sent_percent__isnull', True), models.Q(('sent_percent__gte', 0), ('sent_percent__lte', 100)), _connector='OR'), name='sent_percent_is_one'),
        ),
    ]
