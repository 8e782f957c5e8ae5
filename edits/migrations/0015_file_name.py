"""What an upload was called, and its place among those that were uploaded together."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0014_offered_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='edit',
            name='batch_place',
            field=models.PositiveSmallIntegerField(default=0, help_text='its photo’s place in the order of upload'),
        ),
        migrations.AddField(
            model_name='edit',
            name='file_name',
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
