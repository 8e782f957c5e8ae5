"""Prepare the site before its programs start: check settings, migrate, collect static files, create the demo account."""

import os
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, SystemCheckError

from edits import static_collection
from edits.storage import OWNER_ONLY_FOLDER, restrict_to_owner
from edits.translations import compile_catalogs

from ...jobs import recovery
from ...jobs.flow_control import storage_health
from ...operations.one_line import in_one_line


class Command(BaseCommand):
    help = __doc__
    # They are the first step, and say what is wrong in one line.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo-edits", action="store_true", help="queue one demo edit per sample photo")
        parser.add_argument("--forget-tasks", action="store_true", help="fail edits in progress, because their sandbox is gone")

    def handle(self, **options: Any) -> None:
        self._check()
        # Before anything is written, so that nothing is readable even for a moment.
        os.umask(0o077)
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
        with in_one_line():
            call_command("migrate", verbosity=0)
        if refusal := storage_health.refusal():
            raise CommandError(refusal)
        with suppress(OSError):  # an image has them already, and its files may be read only
            compile_catalogs()
        static_collection.collect()
        if options["forget_tasks"]:
            recovery.forget_tasks()
        restrict_to_owner(Path(settings.DATA_DIR))
        call_command("demo", edits=options["demo_edits"])
        self._make_administrator(**settings.SUPERUSER)

    def _check(self) -> None:
        """The first thing that is wrong, in one line."""
        try:
            call_command("check")
        except SystemCheckError as error:
            found = [line for line in str(error).splitlines() if "(edits.E" in line]
            raise CommandError(found[0].partition(") ")[2] if found else str(error)) from None

    def _make_administrator(self, username: str, password: str, email: str) -> None:
        """The account that the environment describes, for a site that has no administrator yet."""
        people = User.objects
        if not (username and password) or people.filter(is_superuser=True).exists():
            return
        if people.filter(username=username).exists():
            raise CommandError(f"DJANGO_SUPERUSER_USERNAME={username} belongs to an existing user who is not an administrator")
        try:
            validate_password(password, User(username=username, email=email))
        except ValidationError as error:
            raise CommandError(f"DJANGO_SUPERUSER_PASSWORD is too weak: {' '.join(error.messages)}") from error
        people.create_superuser(username, email, password)
        self.stdout.write(f"{username} is now an administrator.")
