"""The old name of `dispatch`."""

from typing import Any

from .dispatch import Command as Dispatch


class Command(Dispatch):
    help = __doc__

    def handle(self, **options: Any) -> None:
        self.stderr.write("sweep is now called dispatch; the old name still works")
        super().handle(**options)
