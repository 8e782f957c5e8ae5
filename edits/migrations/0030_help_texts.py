"""Help texts and labels, reworded."""

import django.core.validators
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0029_departed_members'),
    ]

    operations = [
        migrations.AlterField(
            model_name='groupbudget',
            name='spend_per_day',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='USD per day for all members together. Empty: no limit', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))]),
        ),
        migrations.AlterField(
            model_name='modelstatus',
            name='edits_per_day',
            field=models.PositiveIntegerField(blank=True, help_text='Per person. Empty: no limit for this model', null=True),
        ),
        migrations.AlterField(
            model_name='modelstatus',
            name='is_default',
            field=models.BooleanField(db_default=False, default=False, help_text='Used when people don’t choose a model', verbose_name='default'),
        ),
        migrations.AlterField(
            model_name='modelstatus',
            name='is_offered',
            field=models.BooleanField(blank=True, help_text='Unknown: follows the MODELS setting', null=True, verbose_name='offered'),
        ),
        migrations.AlterField(
            model_name='modelstatus',
            name='spend_per_day',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='USD per day for the whole site. Empty: no limit for this model', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))]),
        ),
        migrations.AlterField(
            model_name='webhookdelivery',
            name='event',
            field=models.CharField(choices=[('edit.succeeded', 'An edit is done'), ('edit.failed', 'An edit failed'), ('edit.canceled', 'An edit was canceled'), ('review.decided', 'A reviewer made a decision')], max_length=20),
        ),
    ]
