"""Mails about edits: a result after a long wait, a batch that is finished, a reviewer's decision.

Found by looking for news that its owner has not seen, once a minute, so that no step of an edit has anything to do with mail.
Each has a key, so that it is asked for only once, however many workers look. News that was seen meanwhile is not sent.
"""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from ..gallery import news
from ..models import Edit, Mail, MailChoices, MailKind, Review

# Anybody who still has the page open has seen the news by then.
GRACE = timedelta(minutes=1)
# Older news was missed because no worker was running; a mail about it now would only confuse.
LOOKBACK = timedelta(hours=6)
LONG_RESULT = timedelta(minutes=10)
LONG_BATCH = timedelta(minutes=2)
MOST = 500
# The field of MailChoices that turns each kind off.
WANTED = {MailKind.RESULT: "results", MailKind.BATCH: "batches", MailKind.REVIEW: "reviews"}


def ask_for_news() -> None:
    now = timezone.now()
    addresses = EmailAddress.objects.filter(user=OuterRef("owner"), primary=True, verified=True)
    unseen = news.unseen(now - LOOKBACK, now - GRACE).filter(Exists(addresses), owner__is_active=True)
    found = {mail.key: mail for edit in unseen.order_by("news_at")[:MOST] if (mail := _mail_about(edit))}
    known = set(Mail.objects.filter(key__in=found).values_list("key", flat=True))
    wanted = [mail for key, mail in found.items() if key not in known and _is_wanted(mail)]
    # Another worker may have been faster; then its mail is the one that is sent.
    Mail.objects.bulk_create(wanted, ignore_conflicts=True)


def is_news(mail: Mail) -> bool:
    """Whether there is still something to tell: its owner has neither seen nor deleted it meanwhile."""
    return _about(mail).filter(owner=mail.user_id, news_at__isnull=False, deleted_at__isnull=True).exists()


def choices_of(user_id: int) -> MailChoices:
    """The stored ones, or unsaved ones with everything on."""
    return MailChoices.objects.filter(user=user_id).first() or MailChoices(user_id=user_id)


def remember(user_id: int, **changes: Any) -> None:
    MailChoices.objects.update_or_create(user_id=user_id, defaults=changes)


def _about(mail: Mail) -> QuerySet[Edit]:
    return Edit.objects.filter(**{"batch" if mail.kind == MailKind.BATCH else "pk": mail.subject})


def _mail_about(edit: Edit) -> Mail | None:
    if edit.review in (Review.APPROVED, Review.REJECTED) and edit.news_at == edit.reviewed_at:
        return _mail(edit, MailKind.REVIEW, edit.pk, f"review:{edit.pk}:{edit.news_at:%Y%m%d%H%M%S%f}")
    ended_at = edit.ended_at or timezone.now()
    if edit.batch and Edit.objects.filter(batch=edit.batch).count() > 1:
        began_at = Edit.objects.filter(batch=edit.batch).aggregate(first=Min("created_at"))["first"]
        is_long = ended_at - (began_at or ended_at) > LONG_BATCH
        return _mail(edit, MailKind.BATCH, edit.batch, f"batch:{edit.batch}") if is_long else None
    is_long = ended_at - edit.created_at > LONG_RESULT
    return _mail(edit, MailKind.RESULT, edit.pk, f"edit:{edit.pk}") if is_long else None


def _mail(edit: Edit, kind: MailKind, subject: Any, key: str) -> Mail:
    return Mail(user_id=edit.owner_id, kind=kind, subject=subject, key=key)


def _is_wanted(mail: Mail) -> bool:
    """Also completes it: address, language, and the origin of its links."""
    choices = choices_of(mail.user_id)
    mail.address = EmailAddress.objects.filter(user=mail.user_id, primary=True, verified=True).values_list("email", flat=True)[0]
    mail.language, mail.origin = choices.language, settings.PUBLIC_BASE_URL or choices.origin
    return bool(getattr(choices, WANTED[MailKind(mail.kind)]))
