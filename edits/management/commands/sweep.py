"""Run the scheduler's sweep once, or repeatedly with --loop when Celery or its broker is down."""

import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ...jobs import scheduler, worker_pool


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--loop", action="store_true", help="repeat until SIGTERM or Ctrl-C; work in progress is finished first"
        )

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        began = time.monotonic()
        scheduler.sweep()
        # A sweep that takes longer than a period is followed by the next one at once.
        while options["loop"] and not stop.wait(max(began + settings.SWEEP_SECONDS - time.monotonic(), 0)):
            began = time.monotonic()
            scheduler.sweep()
        worker_pool.lanes.drain()
