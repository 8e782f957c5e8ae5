"""Run after restoring a backup, before starting the site: mark waiting edits as unconfirmed, as they may have been sent since."""

from typing import Any

from django.core.management.base import BaseCommand

from ...jobs import recovery


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        count = recovery.park_everything()
        self.stdout.write(f"{count} edits marked as unconfirmed. Their owners or an administrator can try again or give up.")
