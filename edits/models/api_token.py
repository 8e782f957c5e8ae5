"""Personal tokens: what a script shows in place of a password. A copy of the database opens nothing: it has only hashes."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .attempt import token_hash

TOKEN_BYTES = 32
# Makes a token recognizable: in a log, where it is masked, and by tools that search published code for secrets.
TOKEN_PREFIX = "reword_"  # noqa: S105 - not a secret
HINT_LENGTH = 4
WINDOW = timedelta(minutes=1)


class Scope(models.TextChoices):
    EDITS_READ = "edits:read", _("See edits and their pictures")
    EDITS_WRITE = "edits:write", _("Create, cancel and delete edits")
    ACCOUNT_READ = "account:read", _("See limits, spending and storage")


class ApiToken(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    # The last characters, by which its owner recognizes it.
    hint = models.CharField(max_length=HINT_LENGTH)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    # The day is enough to find a token that nobody uses; more would record its owner's habits.
    last_used_on = models.DateField(null=True, blank=True)
    # Requests since the window began, for the rate limit; in the row, because all web processes count together.
    window_began_at = models.DateTimeField(default=timezone.now)
    window_requests = models.PositiveIntegerField(default=0)

    # Set only on a token that has just been issued; it is stored nowhere.
    token = ""

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="api_token_lasts")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, owner: User, name: str, scopes: list[str], days: int) -> Self:
        """A new token, whose `token` only this object knows."""
        token, now = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
        fields: dict[str, Any] = {"name": name, "scopes": scopes, "created_at": now, "expires_at": now + timedelta(days=days)}
        issued = cls.objects.create(owner=owner, token_hash=token_hash(token), hint=token[-HINT_LENGTH:], **fields)
        issued.token = token
        return issued

    @classmethod
    def valid(cls, now: datetime | None = None) -> models.QuerySet[Self]:
        """Tokens that work: neither revoked nor expired."""
        return cls.objects.filter(revoked_at__isnull=True, expires_at__gt=now or timezone.now())

    @classmethod
    def find(cls, token: str) -> Self | None:
        """The valid token of an active owner, or None for a forged, expired or revoked one."""
        return cls.valid().select_related("owner").filter(token_hash=token_hash(token), owner__is_active=True).first()

    def count_request(self, now: datetime) -> None:
        """Count one request in the current window, exactly however many arrive at once."""
        mine = type(self).objects.filter(pk=self.pk)
        expired = mine.filter(Q(window_began_at__lte=now - WINDOW) | Q(window_began_at__gt=now))
        if not expired.update(window_began_at=now, window_requests=1, last_used_on=now.date()):
            mine.update(window_requests=F("window_requests") + 1, last_used_on=now.date())
        self.refresh_from_db(fields=["window_began_at", "window_requests"])

    def revoke(self) -> None:
        type(self).objects.filter(pk=self.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
