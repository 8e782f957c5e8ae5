"""Erase a person: their pictures, words and account go, their edits stay in the ledger as numbers. There is no way back."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from ...accounts import deletion


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", default="", help="stands in the log")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, username: str, reason: str, yes: bool, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"nobody here is called {username}")
        if not (yes or self._is_sure(user)):
            raise CommandError("nothing was erased")
        try:
            deletion.delete_account(user, None, reason)
        except deletion.LastAdministrator as error:
            raise CommandError(f"{username} is the only administrator; make another one first") from error
        left = deletion.belongings(user)
        self.stdout.write(
            f"Erased. Left for tidying, as edits run or Wiro still has copies: pictures {left.pictures}, edits {left.edits}."
        )

    def _is_sure(self, user: User) -> bool:
        has = deletion.belongings(user)
        self.stdout.write(f"{user.username} has: pictures {has.pictures}, edits {has.edits}, of these under way {has.under_way}.")
        try:
            return input("Type the user name again to erase all of that: ") == user.username
        except EOFError:
            return False
