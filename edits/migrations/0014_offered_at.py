"""Reviewers see appeals first, then what was offered first; of what waits already that is taken to be when it was made."""

from typing import Any

from django.conf import settings
from django.db import migrations, models


def take_creation_for_offer(apps: Any, schema_editor: Any) -> None:
    edits = apps.get_model("edits", "Edit").objects.using(schema_editor.connection.alias)
    edits.filter(visibility="pending").update(offered_at=models.F("created_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0013_news'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='edit',
            name='offered_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(take_creation_for_offer, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name='edit', name='edit_review_queue'),
        migrations.AddIndex(
            model_name='edit',
            index=models.Index(condition=models.Q(('visibility', 'pending')), fields=['appealed_at', 'offered_at', 'created_at', 'id'], name='edit_offered'),
        ),
    ]
