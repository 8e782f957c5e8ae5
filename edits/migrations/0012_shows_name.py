"""Whether the gallery shows the owner's name is the owner's choice; what was offered before that keeps it."""

from typing import Any

from django.db import migrations, models


def keep_names(apps: Any, schema_editor: Any) -> None:
    edits = apps.get_model("edits", "Edit").objects.using(schema_editor.connection.alias)
    edits.filter(visibility__in=["pending", "public"]).update(shows_name=True)


class Migration(migrations.Migration):

    dependencies = [
        ('edits', '0011_provider_call'),
    ]

    operations = [
        migrations.AddField(
            model_name='edit',
            name='shows_name',
            field=models.BooleanField(default=False, help_text='the gallery shows the owner’s name with it'),
        ),
        migrations.RunPython(keep_names, migrations.RunPython.noop),
    ]
