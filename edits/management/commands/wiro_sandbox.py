"""Run the Wiro sandbox: `manage.py wiro_sandbox --port 8090`."""

import os
import signal
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from edits.wiro.catalog import load

try:
    from edits.wiro.sandbox import SandboxServer
except ModuleNotFoundError as error:
    # A site for real use has no server for it.
    MISSING = (error.name or "").partition(".")[0]
else:
    MISSING = ""


class Command(BaseCommand):
    help = "Run a local simulation of Wiro over real HTTP. Set the keys with WIRO_API_KEY and WIRO_API_SECRET (empty: key only)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8090)
        parser.add_argument(
            "--time-scale", "--pace", type=_positive, default=1.0, help="scales every duration; 1.0: an edit takes 6 to 9 seconds"
        )
        size_scale = _positive(os.environ.get("SANDBOX_SIZE_SCALE") or "1")
        parser.add_argument("--size-scale", type=_positive, default=size_scale, help="scales the sides of results")
        parser.add_argument("--balance", type=_money, default=Decimal(100), help="USD")
        parser.add_argument("--price", type=_money, default=Decimal("0.03"), help="USD for one successful edit")
        parser.add_argument("--seed-of-randomness", type=int, default=None, help="makes ids and drawn seeds repeatable")

    def handle(self, *args: Any, **options: Any) -> None:
        if MISSING:
            raise CommandError(f"The sandbox needs {MISSING}, which comes with the extra: pip install 'reword[run]'")
        api_key = os.environ.get("WIRO_API_KEY", "")
        if not api_key:
            raise CommandError("WIRO_API_KEY is not set. The sandbox needs the key that its clients use.")
        told_to_stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told_to_stop.set())
        with self._sandbox(api_key, options) as sandbox:
            self.stdout.write(f"Wiro sandbox listening at {sandbox.url}")
            self.stdout.flush()
            told_to_stop.wait()

    def _sandbox(self, api_key: str, options: dict[str, Any]) -> "SandboxServer":
        try:
            return SandboxServer(
                host=options["host"],
                port=options["port"],
                api_key=api_key,
                api_secret=os.environ.get("WIRO_API_SECRET", ""),
                time_scale=options["time_scale"],
                size_scale=options["size_scale"],
                balance=options["balance"],
                price=options["price"],
                randomness=options["seed_of_randomness"],
                models=load(Path(settings.MODELS_DIR)),
            )
        except OSError as problem:
            raise CommandError(f"The sandbox cannot listen on {options['host']}:{options['port']}: {problem.strerror}") from None


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


def _money(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
