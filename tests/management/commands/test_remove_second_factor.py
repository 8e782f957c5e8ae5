"""Help for somebody who has lost the phone and the recovery codes."""

import io

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def test_the_command_turns_it_off_for_one_person(alice: User, bob: User) -> None:
    for user in (alice, bob):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    out = io.StringIO()
    call_command("remove_second_factor", "alice", stdout=out)
    assert "alice signs in with the password alone" in out.getvalue()
    assert list(Authenticator.objects.values_list("user__username", flat=True)) == ["bob"]


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_the_command_says_so_if_there_is_none(alice: User, name: str) -> None:
    with pytest.raises(CommandError, match=name):
        call_command("remove_second_factor", name)
