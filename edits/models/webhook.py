"""Webhooks: URLs of users that are notified about their edits. A row for each message is the queue, as with edits.

The signing secret is not stored: it is derived from SECRET_KEY, so a copy of the database cannot sign.
"""

import base64
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

SECRET_PREFIX = "whsec_"  # noqa: S105 - the beginning of every secret of Standard Webhooks


class WebhookEvent(models.TextChoices):
    SUCCEEDED = "edit.succeeded", _("An edit is done")
    FAILED = "edit.failed", _("An edit failed")
    CANCELED = "edit.canceled", _("An edit was canceled")
    REVIEWED = "review.decided", _("A reviewer made a decision")


class Disabled(models.TextChoices):
    """Why an endpoint gets nothing anymore."""

    NO = "", ""
    FAILING = "failing", _("Every attempt failed for a day, so we stopped.")
    GONE = "gone", _("The receiver answered “410 Gone”, so we stopped.")


class WebhookEndpoint(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    disabled = models.CharField(max_length=10, choices=Disabled, blank=True, default=Disabled.NO)
    # While a worker delivers to it, so that a slow receiver occupies one thread and no more.
    busy_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.url

    @property
    def key(self) -> bytes:
        """The bytes that messages are signed with."""
        return salted_hmac("edits.webhook", str(self.pk), algorithm="sha256").digest()

    @property
    def secret(self) -> str:
        return SECRET_PREFIX + base64.b64encode(self.key).decode()


class WebhookDelivery(models.Model):
    """One message to one endpoint. It names edits and contains nothing that people wrote, so it may outlast them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=20, choices=WebhookEvent)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    # When to try next; None: delivered, or given up.
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # What the receiver answered last; None without an answer.
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="webhook_due"),
            models.Index(fields=["created_at"], name="webhook_created"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}"

    @property
    def message_id(self) -> str:
        return f"msg_{self.pk.hex}"


def announce(edits: Iterable[tuple[int, uuid.UUID]], event: str, **facts: Any) -> None:
    """Queue a message about each edit (owner's id, edit's id), in the same transaction as the change that it reports."""
    owners = dict[int, list[uuid.UUID]]()
    for owner_id, edit_id in edits:
        owners.setdefault(owner_id, []).append(edit_id)
    endpoints = WebhookEndpoint.objects.filter(owner__in=owners, disabled=Disabled.NO)
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint=endpoint, event=event, data={"id": str(edit_id), **facts})
        for endpoint in endpoints
        if event in endpoint.events
        for edit_id in owners[endpoint.owner_id]
    )
