"""Restore a backup into an empty site. Nothing is submitted: edits that were waiting are set aside for a person to decide."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from ...operations import backup, postgres_tools, restore
from ...operations.one_line import in_one_line


class Command(BaseCommand):
    help = __doc__
    # After an interrupted restore, the checks refuse everything.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that `manage.py backup` has written")

    def handle(self, *, folder: Path, **options: Any) -> None:
        with in_one_line(backup.BackupRefused, postgres_tools.ToolFailed):
            count = restore.restore(folder)
        self.stdout.write(f"Restored. {count} edits set aside as unconfirmed, for their owners or an administrator to decide.")
        call_command("verify", stdout=self.stdout)
