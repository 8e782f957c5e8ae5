"""What is deleted with an account besides its edits: addresses, sessions, second factors, and the link to a provider."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User

from edits.accounts import deletion
from edits.models import CodeTries, Mail, MailChoices, MailKind
from tests.accounts.texts import every_text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_every_way_in_and_every_address_goes(alice: User, bob: User) -> None:
    for user in (alice, bob):
        address = f"{user.username}@eulalia.example"
        EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
        SocialAccount.objects.create(user=user, provider="oidc", uid=address, extra_data={"name": address})
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": address})
        UserSession.objects.create(user=user, ip="192.0.2.7", session_key=address, user_agent=address)
        Mail.objects.create(user=user, kind=MailKind.VERIFY, address=address)
        CodeTries.objects.create(user=user)
        MailChoices.objects.create(user=user)
    deletion.delete_account(alice, alice)
    assert "alice@" not in every_text()
    for table in (EmailAddress, SocialAccount, Authenticator, UserSession, Mail, CodeTries, MailChoices):
        assert list(table.objects.values_list("user", flat=True)) == [bob.pk], table
