"""What a mail says, made when it is sent: in the reader's language, with a link that is signed at that moment and stored
nowhere."""

from collections.abc import Callable

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from ..models import Edit, Mail, MailKind
from . import notices


def message(mail: Mail) -> EmailMessage | None:
    """None if there is nothing to say anymore. The first line of a template is the subject."""
    link = _LINKS[MailKind(mail.kind)](mail) if mail.user.is_active else None
    if link is None:
        return None
    with translation.override(mail.language or settings.LANGUAGE_CODE):
        facts = {
            "user": mail.user,
            "link": mail.origin + link,
            "choices": mail.origin + reverse("account-mail"),
            "edit": _edit(mail),
        }
        text = render_to_string(f"mail/{mail.kind}.txt", facts)
    subject, _line, body = text.strip().partition("\n")
    headers = {"Message-ID": f"<{mail.pk.hex}.{mail.tries}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('>')}>"}
    return EmailMessage(settings.EMAIL_SUBJECT_PREFIX + subject, body.strip() + "\n", to=[mail.address], headers=headers)


def _verify(mail: Mail) -> str | None:
    waiting = EmailAddress.objects.filter(user=mail.user, email=mail.address, verified=False).first()
    return waiting and reverse("account_confirm_email", args=[EmailConfirmationHMAC.create(waiting).key])


def _reset(mail: Mail) -> str:
    key = PASSWORD_RESET_TOKEN_GENERATOR().make_token(mail.user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(mail.user), key])


def _of_edit(mail: Mail) -> str | None:
    return reverse("edit", args=[mail.subject]) if notices.is_news(mail) else None


def _of_batch(mail: Mail) -> str | None:
    return reverse("edit-list", query={"batch": mail.subject}) if notices.is_news(mail) else None


def _edit(mail: Mail) -> Edit | None:
    return Edit.objects.filter(pk=mail.subject).first() if mail.subject else None


_LINKS: dict[MailKind, Callable[[Mail], str | None]] = {
    MailKind.VERIFY: _verify,
    MailKind.RESET: _reset,
    MailKind.RESULT: _of_edit,
    MailKind.BATCH: _of_batch,
    MailKind.REVIEW: _of_edit,
}
