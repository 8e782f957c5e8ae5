"""New accounts: exactly as many as one address may make in an hour, and no trace by which a person could be found again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import deletion, retention
from edits.models import Signup
from tests.parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def sign_up(name: str, address: str = "192.0.2.7") -> Any:
    fields = {"username": name, "password1": "a long enough one", "password2": "a long enough one"}
    return Client(REMOTE_ADDR=address).post("/accounts/signup/", fields).status_code


def test_of_thirty_sign_ups_at_once_exactly_ten_are_taken(settings: Settings) -> None:
    settings.SIGNUPS_PER_HOUR = 10
    answers = at_once(30, lambda number: sign_up(f"person{number}"))
    assert sorted(answers) == [302] * 10 + [429] * 20
    assert User.objects.count() == Signup.objects.count() == 10


def test_of_two_who_want_the_same_name_at_once_one_gets_it(settings: Settings) -> None:
    settings.SIGNUPS_PER_HOUR = 10
    answers = at_once(4, lambda number: sign_up("Dora" if number % 2 else "dora"))
    assert sorted(answers) == [302] + [400] * 3
    assert User.objects.count() == Signup.objects.count() == 1


def test_other_addresses_have_a_limit_of_their_own(settings: Settings) -> None:
    settings.SIGNUPS_PER_HOUR = 1
    assert [sign_up("one"), sign_up("two"), sign_up("three", "192.0.2.8")] == [302, 429, 302]


def test_when_somebody_signed_up_is_kept_to_the_hour_only() -> None:
    sign_up("dora")
    at = Signup.objects.get().at
    assert (at.minute, at.second, at.microsecond) == (0, 0, 0)
    assert timezone.now() - at < timedelta(hours=1)


def test_an_erased_account_keeps_the_day_it_was_made_and_no_time(db: Any) -> None:
    dora = User.objects.create_user("dora", date_joined=datetime(2026, 3, 4, 15, 16, 17, 18, tzinfo=UTC))
    deletion.delete_account(dora, None)
    assert User.objects.get(pk=dora.pk).date_joined == datetime(2026, 3, 4, tzinfo=UTC)


def test_the_addresses_of_sign_ups_go_after_a_day() -> None:
    now = timezone.now()
    old = Signup.objects.create(address="192.0.2.7", at=now - timedelta(hours=25))
    young = Signup.objects.create(address="192.0.2.7", at=now - timedelta(hours=23))
    retention.clean_up()
    assert list(Signup.objects.all()) == [young]
    assert old != young
