"""Turn off two-factor authentication for somebody who has lost both their phone and their recovery codes. Verify their identity
first."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from ...accounts import second_factor


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"no user is named {username}")
        if not second_factor.is_on(user):
            raise CommandError(f"{username} has no second factor")
        second_factor.remove(user)
        self.stdout.write(f"{username} signs in with the password alone from now on.")
