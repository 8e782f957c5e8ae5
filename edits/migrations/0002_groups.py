"""Viewers look, reviewers decide what the gallery shows, operators look after jobs, money and people."""

from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEW = ["view_edit", "view_attempt", "view_event", "view_photo", "view_gate", "view_heartbeat"]
REVIEW = [*VIEW, "review_edit"]
OPERATE = [*VIEW, "operate_edit", "view_profile", "change_profile", "view_signup"]
GROUPS = {"viewer": VIEW, "reviewer": REVIEW, "operator": OPERATE}


def create_groups(apps, schema_editor):
    # Permissions are made after all migrations; these groups need them now.
    create_permissions(all_apps.get_app_config("edits"), verbosity=0, using=schema_editor.connection.alias, apps=apps)
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*Permission.objects.filter(content_type__app_label="edits", codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("edits", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
