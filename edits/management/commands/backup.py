"""Write a backup into a new folder: database, pictures, task id spool, generated settings. The site may keep running."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...accounts import stored_files
from ...operations import backup, postgres_tools
from ...operations.one_line import in_one_line


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet, or is empty")

    def handle(self, *, folder: Path, **options: Any) -> None:
        with in_one_line(backup.BackupRefused, postgres_tools.ToolFailed):
            made, found = backup.make(folder), stored_files.compare()
        self.stdout.write(f"{folder} holds the database ({made.database}) and {made.pictures} stored files.")
        if rows := found.lost.keys() | found.damaged:
            raise CommandError(
                f"{len(rows)} rows lack files or have damaged ones, here and therefore in the backup; see `manage.py verify`"
            )
