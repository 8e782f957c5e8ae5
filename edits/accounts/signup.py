"""New accounts: a limited number per IP address and hour, however many forms arrive at once."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from ..models import Signup, WriteLock
from ..models.signup import current_hour


class SignupRefused(Exception):
    """`code` is `too_many` (from this address in this hour) or `name_taken`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def has_room(address: str) -> bool:
    """Whether this address may make another account. Exact only under the lock that `register` holds."""
    return Signup.objects.filter(address=address, at__gte=current_hour()).count() < settings.SIGNUPS_PER_HOUR


def register(user: User, address: str) -> None:
    """Save a new user whose password is set already. Raises SignupRefused.

    Hashing a password takes longer than all of this, so it is done before the lock is taken.
    """
    with transaction.atomic():
        WriteLock.hold(WriteLock.SIGN_UPS)
        if not has_room(address):
            raise SignupRefused("too_many")
        if User.objects.filter(username__iexact=user.username).exists():
            raise SignupRefused("name_taken")
        user.save()
        Signup.objects.create(address=address)
