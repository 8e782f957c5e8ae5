"""Codes that were tried for the second factor of an account, in a row that all processes share and lock."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class CodeTries(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    failures = models.PositiveSmallIntegerField(default=0)
    # When the first of these failures was.
    since = models.DateTimeField(default=timezone.now)
    # The same for codes that reconfirm identity within a session: somebody who has only a session must not be able to keep its
    # owner from signing in.
    confirming_failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    confirming_since = models.DateTimeField(default=timezone.now, db_default=Now())
    # Hashes of correct codes, with the second in which they were used: none is accepted twice while it is valid.
    used = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.failures} wrong codes of person {self.user_id}"
