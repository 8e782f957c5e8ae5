"""What became of an edit that its owner has not looked at yet."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0012_shows_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='edit',
            name='news_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='edit',
            index=models.Index(condition=models.Q(('news_at__isnull', False)), fields=['owner', '-created_at', '-id'], name='edit_news'),
        ),
    ]
