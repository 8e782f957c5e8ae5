"""Run one tick of the scheduler, or with --loop all of them: the fallback when Celery or its broker is down."""

import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ...accounts import mail_delivery
from ...jobs import scheduler, worker_pool
from ...jobs.flow_control import storage_health


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--loop", action="store_true", help="keep running until SIGTERM or Ctrl-C; steps in progress finish first"
        )

    def handle(self, **options: Any) -> None:
        if refusal := storage_health.refusal():
            raise CommandError(refusal)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        began = time.monotonic()
        _tick()
        # A tick with a lot to do lasts longer than a period; then the next one follows at once.
        while options["loop"] and not stop.wait(max(began + settings.SWEEP_SECONDS - time.monotonic(), 0)):
            began = time.monotonic()
            _tick()
        worker_pool.pool.drain()
        mail_delivery.pool.drain()


def _tick() -> None:
    scheduler.dispatch_due()
    mail_delivery.deliver_due()
