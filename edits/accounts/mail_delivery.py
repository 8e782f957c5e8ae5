"""Sending what is due, in a thread of its own: a mail server that is slow or down delays mail and nothing else.

A mail is claimed before it is sent, so that none is sent twice. A mail that the server certainly did not accept is retried for a
day.
"""

import logging
import smtplib
import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.db.models import QuerySet

from ..jobs import timing
from ..jobs.worker_pool import Kind, WorkerPool
from ..models import Mail, MailKind, clock
from . import notices
from .mail_texts import message

log = logging.getLogger(__name__)

# Seconds until the next try.
DELAYS = (60, 300, 1800, 7200, 18_000, 28_800, 28_800)
# A link for a new password that arrives long after it was requested would only alarm people.
RESET_EXPIRES = timedelta(hours=1)
IN_A_ROW = 100
PERMANENT = 500
# Seconds between two looks for news, in each process.
NEWS_EVERY = 60.0
_looks = {"next": 0.0}

pool = WorkerPool(1, {Kind.MAIL: 1})


def deliver_due() -> None:
    """Let the thread, if it is free, send what is due. Returns at once."""
    if not settings.MAIL_IS_CONFIGURED:
        return
    if time.monotonic() >= _looks["next"] and pool.offer(Kind.MAIL, look_for_news):
        _looks["next"] = time.monotonic() + NEWS_EVERY
    elif _due().exists():
        pool.offer(Kind.MAIL, deliver_all)


def look_for_news() -> None:
    notices.ask_for_news()
    deliver_all()


def deliver_all() -> None:
    """Send one mail after the other until one fails."""
    for _ in range(IN_A_ROW):
        mail = _due().select_related("user").order_by("due_at").first()
        if mail is None:
            return
        if _take(mail) and not _deliver(mail):
            return


def _due() -> QuerySet[Mail]:
    return Mail.objects.filter(due_at__lte=clock.now())


def _take(mail: Mail) -> bool:
    """Whether this process is the one that sends it."""
    return Mail.objects.filter(pk=mail.pk, due_at=mail.due_at).update(due_at=None, sent_at=clock.now()) == 1


def _deliver(mail: Mail) -> bool:
    """False if the server could not be used, so that nothing else is tried now."""
    told = message(mail)
    if told is None or _is_too_late(mail):
        Mail.objects.filter(pk=mail.pk).update(sent_at=None)
        return True
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        _postpone(mail, error)
        return False
    try:
        server.send_messages([told])
    except smtplib.SMTPRecipientsRefused as error:
        _refused(mail, error, [code for code, _text in error.recipients.values()])
    except smtplib.SMTPResponseException as error:
        _refused(mail, error, [error.smtp_code])
    except (OSError, smtplib.SMTPException) as error:
        return _is_unknown(mail, error)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.close()
    return True


def _is_too_late(mail: Mail) -> bool:
    return mail.kind == MailKind.RESET and clock.now() - mail.created_at > RESET_EXPIRES


def _refused(mail: Mail, error: Exception, codes: list[int]) -> None:
    if all(code >= PERMANENT for code in codes):
        log.warning("mail %s is given up: %s", mail.pk, type(error).__name__)
        Mail.objects.filter(pk=mail.pk).update(sent_at=None)
    else:
        _postpone(mail, error)


def _is_unknown(mail: Mail, error: Exception) -> bool:
    """The connection broke, perhaps after the server had accepted it. Mail that somebody waits for is better sent twice
    than never."""
    if mail.kind in (MailKind.VERIFY, MailKind.RESET):
        _postpone(mail, error)
    return False


def _postpone(mail: Mail, error: Exception) -> None:
    log.warning("mail %s was not sent: %s", mail.pk, type(error).__name__)
    delay = DELAYS[mail.tries] if mail.tries < len(DELAYS) else None
    due_at = clock.now() + timing.span(delay) if delay else None
    Mail.objects.filter(pk=mail.pk).update(due_at=due_at, tries=mail.tries + 1, sent_at=None)
