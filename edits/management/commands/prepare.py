"""Everything that must be done before the programs start: check the settings, migrate, collect static files, demonstration."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo-edits", action="store_true", help="queue one edit per sample photograph for the demonstration account"
        )

    def handle(self, **options: Any) -> None:
        call_command("check")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("demo", edits=options["demo_edits"])
