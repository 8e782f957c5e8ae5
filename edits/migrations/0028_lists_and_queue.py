"""Indexes for one's own edits in a state or shared, and for the waiting edits of each."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0027_mail_about_edits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='edit',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['owner', 'created_at', 'id'], name='edit_waiting'),
        ),
        migrations.AddIndex(
            model_name='edit',
            index=models.Index(fields=['owner', 'state', '-created_at', '-id'], name='edit_own_states'),
        ),
        migrations.AddIndex(
            model_name='edit',
            index=models.Index(fields=['owner', 'visibility', 'review'], name='edit_own_sharing'),
        ),
    ]
