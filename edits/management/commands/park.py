"""After restoring a backup, before anything is started: park every edit that waits, since it may have been sent meanwhile."""

from typing import Any

from django.core.management.base import BaseCommand

from ...jobs import recovery


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        count = recovery.park_everything()
        self.stdout.write(f"{count} edits are parked as unconfirmed; their owners or an administrator decide.")
