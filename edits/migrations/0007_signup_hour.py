"""Sign-ups are counted by the hour; the exact times of earlier ones could name the account, so they go."""

from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

import edits.models.signup


def coarsen(apps, schema_editor):
    signups, day_ago = apps.get_model("edits", "Signup").objects, timezone.now() - timedelta(days=1)
    signups.filter(at__lt=day_ago).delete()
    for signup in signups.all():
        signup.at = signup.at.replace(minute=0, second=0, microsecond=0)
        signup.save(update_fields=["at"])


class Migration(migrations.Migration):
    dependencies = [("edits", "0006_share_link_token_hash")]
    operations = [
        migrations.AlterField(
            "signup", "at", models.DateTimeField(db_index=True, default=edits.models.signup.current_hour)
        ),
        migrations.RunPython(coarsen, migrations.RunPython.noop),
    ]
