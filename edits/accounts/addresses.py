"""The email address of an account. A new one replaces a verified one only once it is verified, too.

The rows are django-allauth's. One address may be unverified in several accounts, without anybody being told, but verified in only
one.
"""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from ..models import MailKind
from . import mails, notices


def current(user: User) -> EmailAddress | None:
    return EmailAddress.objects.filter(user=user, primary=True).first()


def pending(user: User) -> EmailAddress | None:
    """The address that replaces the current one as soon as it is verified."""
    return EmailAddress.objects.filter(user=user, primary=False, verified=False).first()


def change(user: User, address: str, origin: str, language: str) -> bool:
    """Use this address from now on or, if the current one is verified and mail can be sent, once the new one is verified.

    Returns whether a mail is on its way to it.
    """
    address = address.lower()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        mine = EmailAddress.objects.filter(user=user)
        mine.filter(verified=False).delete()
        if mine.filter(email=address).exists():
            return False
        if not settings.MAIL_IS_CONFIGURED:
            mine.delete()
        is_primary = not mine.exists()
        EmailAddress.objects.create(user=user, email=address, primary=is_primary, verified=False)
        if is_primary:
            User.objects.filter(pk=user.pk).update(email=address)
    notices.remember(user.pk, origin=origin, language=language)
    return verify(user, origin, language)


def verify(user: User, origin: str, language: str) -> bool:
    """Send a mail to the address that waits to be verified. False: none waits, or there have been enough mails for now."""
    address = waiting(user)
    return address is not None and mails.ask([(user, address.email)], MailKind.VERIFY, origin, language) == 1


def waiting(user: User) -> EmailAddress | None:
    """The address that is yet to be verified: a first one, or one that is to replace the current one."""
    return EmailAddress.objects.filter(user=user, verified=False).first()


def remove(user: User) -> None:
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(email="")


def reset(address: str, origin: str, language: str) -> None:
    """A mail with a link for a new password. An address that nobody has causes as much work, so time reveals nothing."""
    people = [found for found in _accounts_for_reset(address) if found[0].username != settings.DEMO_USERNAME]
    mails.ask(people, MailKind.RESET, origin, language)


def _accounts_for_reset(address: str) -> list[tuple[User, str]]:
    """Who may get a new password by mail to this address, and the address as it is stored.

    The account that has verified it; otherwise those that have it and never had a verified one; otherwise those to which an
    operator gave it. An address that has yet to replace a verified one cannot be used.
    """
    rows = EmailAddress.objects.filter(email__iexact=address, user__is_active=True).select_related("user")
    found = rows.filter(verified=True) or rows.filter(primary=True)
    if not found:
        given = User.objects.filter(email__iexact=address, is_active=True, emailaddress__isnull=True)
        return [(user, user.email) for user in given if _is_same(user.email, address)]
    return [(row.user, row.email) for row in found if _is_same(row.email, address)]


def _is_same(stored: str, typed: str) -> bool:
    """Databases may treat different letters as the same; the mail always goes to the stored address."""
    return stored.casefold() == typed.casefold()
