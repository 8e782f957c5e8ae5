"""Write a backup into a new folder: database, pictures, task id spool, made-up settings. The site may go on meanwhile."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...operations import backup, postgres_tools


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that is not there yet, or is empty")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            made = backup.make(folder)
        except (backup.BackupRefused, postgres_tools.ToolFailed, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{folder} holds the database ({made.database}) and {made.pictures} stored files.")
