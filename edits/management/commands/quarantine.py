"""After restoring a backup, before anything is started: set aside every edit that waits, since it may have been sent already."""

from typing import Any

from django.core.management.base import BaseCommand

from edits.jobs import recovery


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        count = recovery.quarantine_waiting()
        self.stdout.write(f"{count} edits set aside as unconfirmed, for their owners or an administrator to decide.")
