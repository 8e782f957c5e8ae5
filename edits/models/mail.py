"""Mail to people: a row for each is the queue, as with edits, so that no page and no step waits for a mail server.

A row says what the mail is about, never its text: the text, and the secret of a link in it, is made when the mail is sent.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class MailKind(models.TextChoices):
    VERIFY = "verify", "verify"
    RESET = "reset", "reset"
    RESULT = "result", "result"
    BATCH = "batch", "batch"
    REVIEW = "review", "review"


class Mail(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=MailKind)
    # `subject` is the edit or batch it is about. Two mails never have the same `key`; None if it may be asked for repeatedly.
    subject = models.UUIDField(null=True, blank=True)
    key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=10, blank=True, default="")
    # Where the site was reached, for the links: https://photos.example.org
    origin = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    # When to try next; None: sent, given up, or not wanted anymore.
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mail_due"),
            models.Index(fields=["user", "kind", "created_at"], name="mail_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to person {self.user_id}"
