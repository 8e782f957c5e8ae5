"""New accounts, counted by IP address and hour, so that nobody can create hundreds of them.

The rows name no account, and their times are rounded to the hour, so they cannot reveal who an erased user was. They are
removed after `SIGNUP_DAYS`.
"""

from datetime import datetime

from django.db import models
from django.utils import timezone


def current_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


class Signup(models.Model):
    address = models.GenericIPAddressField()
    at = models.DateTimeField(default=current_hour, db_index=True)

    def __str__(self) -> str:
        return f"{self.address} {self.at:%Y-%m-%d %H:00}"
