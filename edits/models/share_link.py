"""A secret link: whoever has the address sees the pair, without an account, until it expires or is taken back."""

from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone

_SALT = "edits.share_link"


class ShareLink(models.Model):
    """The address is signed, not stored: a copy of the database opens nothing."""

    edit = models.ForeignKey("edits.Edit", models.CASCADE, related_name="share_links")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="share_link_lasts")]

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"

    @property
    def token(self) -> str:
        return signing.Signer(salt=_SALT).sign(str(self.pk))

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @classmethod
    def find(cls, token: str) -> "ShareLink | None":
        """The link that is still valid, or None for a forged, expired or revoked one."""
        try:
            pk = int(signing.Signer(salt=_SALT).unsign(token))
        except (signing.BadSignature, ValueError):
            return None
        now = timezone.now()
        return cls.objects.filter(pk=pk, revoked_at__isnull=True, expires_at__gt=now, edit__deleted_at__isnull=True).first()
