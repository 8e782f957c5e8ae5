"""What Wiro was asked, added up for all processes."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0010_region'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProviderCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.CharField(max_length=40)),
                ('outcome', models.CharField(max_length=20)),
                ('at_most', models.FloatField()),
                ('count', models.PositiveBigIntegerField(default=0)),
                ('seconds', models.FloatField(default=0.0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('call', 'outcome', 'at_most'), name='one_row_per_call_outcome_and_time')],
            },
        ),
    ]
