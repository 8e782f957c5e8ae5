"""Run the Wiro sandbox: `manage.py wiro_sandbox --port 8090`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

try:
    from edits.wiro.sandbox import program
except ModuleNotFoundError as error:
    # A production site does not install the sandbox's HTTP server.
    MISSING = (error.name or "").partition(".")[0]
else:
    MISSING = ""


class Command(BaseCommand):
    help = "Run a local simulation of Wiro over real HTTP. Set the keys with WIRO_API_KEY and WIRO_API_SECRET (empty: key only)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        if not MISSING:
            program.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if MISSING:
            raise CommandError(f"The sandbox needs {MISSING}, which comes with the extra: pip install 'reword[run]'")
        try:
            program.run(options, Path(settings.MODELS_DIR))
        except program.CannotRun as error:
            raise CommandError(str(error)) from None
