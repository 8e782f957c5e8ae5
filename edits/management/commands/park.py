"""The old name of `quarantine`."""

from typing import Any

from .quarantine import Command as Quarantine


class Command(Quarantine):
    help = __doc__

    def handle(self, **options: Any) -> None:
        self.stderr.write("park is now called quarantine; the old name still works")
        super().handle(**options)
