"""Asking for a mail: a row that `mail_delivery` sends. How many is limited exactly, however many forms arrive at once."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from ..models import Mail, MailKind, WriteLock

# The most mails of one kind to one account in an hour.
PER_HOUR = 3


def ask(people: list[tuple[User, str]], kind: MailKind, origin: str, language: str) -> int:
    """Ask for a mail to each of these addresses. Returns how many will be sent."""
    if not settings.MAIL_IS_CONFIGURED:
        return 0
    with transaction.atomic():
        WriteLock.hold(WriteLock.MAILS)
        asked = Mail.objects.filter(kind=kind, created_at__gt=timezone.now() - timedelta(hours=1))
        wanted = [
            Mail(user=user, kind=kind, address=address, origin=origin, language=language)
            for user, address in people
            if asked.filter(user=user).count() < PER_HOUR
        ]
        Mail.objects.bulk_create(wanted)
    return len(wanted)
