"""What departed members spent of a group's budget; codes that confirm in a session are counted apart."""

import django.db.models.functions.datetime
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0028_lists_and_queue'),
    ]

    operations = [
        migrations.AddField(
            model_name='codetries',
            name='confirming_failures',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='codetries',
            name='confirming_since',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='groupbudget',
            name='departed_on',
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='groupbudget',
            name='departed_usd',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=6, default=Decimal('0'), editable=False, max_digits=12),
        ),
    ]
