"""Compare rows with stored files: which rows lack files, and which files lack rows. Changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...accounts import stored_files


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        found = stored_files.compare()
        for row, names in sorted(found.lost.items()):
            self.stdout.write(f"{row} lacks {', '.join(names)}")
        for name in found.unnamed:
            self.stdout.write(f"{name} belongs to no row; it is removed a day after it was stored")
        self.stdout.write(
            f"{found.files} files, {len(found.lost)} rows that lack files, {len(found.unnamed)} files without a row."
        )
        if found.lost:
            raise CommandError("pictures are missing; copy them back from a backup")
