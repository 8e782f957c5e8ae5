"""A private link: whoever has the address sees the edit, without an account, until it expires or is revoked."""

import secrets
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .attempt import token_hash

TOKEN_BYTES = 32


class ShareLink(models.Model):
    """Only the hash of the token is stored, so a copy of the database opens nothing.

    The token is random and says nothing about the row: a database that is restored from a backup reuses the ids of its lost
    rows, and a URL with an id in it would then open somebody else's picture.
    """

    edit = models.ForeignKey("edits.Edit", models.CASCADE, related_name="share_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    # Set only on a link that has just been issued; it is stored nowhere.
    token = ""

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="share_link_lasts")]

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @classmethod
    def issue(cls, edit: Any, expires_at: datetime, created_at: datetime | None = None) -> Self:
        """A new link, whose `token` only this object knows."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        fields = {"token_hash": token_hash(token), "created_at": created_at or timezone.now(), "expires_at": expires_at}
        link = cls.objects.create(edit=edit, **fields)
        link.token = token
        return link

    @classmethod
    def find(cls, token: str) -> Self | None:
        """The link that is still valid, or None for a forged, expired or revoked one."""
        valid = cls.objects.filter(revoked_at__isnull=True, expires_at__gt=timezone.now(), edit__deleted_at__isnull=True)
        return valid.filter(token_hash=token_hash(token)).first()
