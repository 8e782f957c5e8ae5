"""An administrator from the environment, for a site that has none yet and for no other."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.test import RequestFactory

from edits.management.commands.prepare import Command

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough passphrase"


def make(username: str = "root", password: str = PASSWORD) -> None:
    Command()._make_administrator(username, password, "root@example.org")


def test_the_first_start_makes_the_administrator_and_later_ones_do_nothing() -> None:
    make()
    make("another")
    (made,) = User.objects.filter(is_superuser=True)
    assert (made.username, made.email, made.is_staff) == ("root", "root@example.org", True)
    assert authenticate(RequestFactory().get("/"), username="root", password=PASSWORD) == made


def test_without_a_name_or_a_password_nobody_is_made() -> None:
    make(username="")
    make(password="")
    assert not User.objects.exists()


def test_nobody_becomes_an_administrator_by_having_the_name(alice: User) -> None:
    with pytest.raises(CommandError, match="USERNAME=alice belongs to an existing user who is not an administrator"):
        make("alice")
    alice.refresh_from_db()
    assert not alice.is_superuser


def test_a_weak_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(CommandError, match="DJANGO_SUPERUSER_PASSWORD is too weak") as refused:
        make(password="sunshine")
    assert "sunshine" not in str(refused.value)
