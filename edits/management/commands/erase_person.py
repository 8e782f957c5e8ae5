"""Permanently erase a user: delete their images, instructions and account. Anonymous records of their edits are kept."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from ...accounts import deletion


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", default="", help="recorded in the log")
        parser.add_argument("--yes", action="store_true", help="skip the confirmation")

    def handle(self, *, username: str, reason: str, yes: bool, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"no user is named {username}")
        if not (yes or self._is_sure(user)):
            raise CommandError("canceled; nothing was erased")
        try:
            deletion.delete_account(user, None, reason)
        except deletion.LastAdministrator as error:
            raise CommandError(f"{username} is the only administrator; make someone else an administrator first") from error
        left = deletion.belongings(user)
        self.stdout.write(
            "Erased. Still to be deleted, because edits are running or Wiro has copies: "
            f"images {left.pictures}, edits {left.edits}."
        )

    def _is_sure(self, user: User) -> bool:
        has = deletion.belongings(user)
        self.stdout.write(f"{user.username}: images {has.pictures}, edits {has.edits} ({has.under_way} in progress).")
        try:
            return input("Type the username to erase all of this: ") == user.username
        except EOFError:
            return False
