"""A lock that all processes share."""

from django.db import models


class WriteLock(models.Model):
    """One row per lock. It is held until the transaction ends.

    SUBMISSIONS serializes whatever counts edits before it adds one: orders with their quotas, new attempts with the
    concurrency limit, and the deletion of an account. On SQLite every transaction is exclusive anyway.
    """

    SUBMISSIONS = "submissions"
    SIGN_UPS = "sign_ups"
    MAILS = "mails"

    name = models.CharField(max_length=20, primary_key=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def hold(cls, name: str) -> "WriteLock":
        """Wait for the lock and keep it until the transaction ends. Call it inside `transaction.atomic()`."""
        return cls.objects.select_for_update().get_or_create(pk=name)[0]
