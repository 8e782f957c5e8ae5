"""Compare rows with stored files: which rows lack files, and which files lack rows. Changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...accounts import stored_files
from ...operations.one_line import in_one_line


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        with in_one_line():
            found = stored_files.compare()
        for row, names in sorted(found.lost.items()):
            self.stdout.write(f"{row} lacks {', '.join(names)}")
        for row, name in sorted(found.damaged.items()):
            self.stdout.write(f"{row} has a damaged file: {name} no longer has the size that it was stored with")
        for name in found.unnamed:
            self.stdout.write(f"{name} belongs to no row; it is removed a day after it was stored")
        self.stdout.write(
            f"{found.files} files, {len(found.lost)} rows that lack files, {len(found.unnamed)} files without a row."
        )
        if found.lost or found.damaged:
            raise CommandError("pictures are missing or damaged; copy them back from a backup")
