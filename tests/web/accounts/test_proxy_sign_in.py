"""Signing in by a proxy's header: only the trusted proxy's counts, and it never signs in staff or anybody with a second
factor."""

from ipaddress import ip_network

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from tests.fixtures import SignIn
from tests.pages import Response, text_of
from tests.parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

PROXY, STRANGER = "192.0.2.8", "192.0.2.7"


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.PROXY_AUTH_HEADER, settings.TRUSTED_PROXIES = "Remote-User", [ip_network(PROXY)]


def account_page(name: str, peer: str = PROXY, client: Client | None = None, forwarded: str = "") -> Response:
    headers = {"Remote-User": name, "X-Forwarded-For": forwarded}
    return (client or Client()).get("/accounts/", REMOTE_ADDR=peer, headers=headers)


def is_in(answer: Response, name: str) -> bool:
    return answer.status_code == 200 and f"Username {name} " in text_of(answer)


def test_whom_the_proxy_names_is_signed_in_and_gets_an_ordinary_account() -> None:
    assert is_in(account_page("dora"), "dora")
    dora = User.objects.get()
    assert (dora.is_staff, dora.is_superuser, dora.has_usable_password()) == (False, False, False)
    assert is_in(account_page("dora"), "dora")
    assert User.objects.count() == 1


def test_without_the_header_nobody_is_signed_in_any_more() -> None:
    browser = Client()
    assert is_in(account_page("dora", client=browser), "dora")
    assert browser.get("/accounts/", REMOTE_ADDR=PROXY).status_code == 302
    assert browser.get("/", REMOTE_ADDR=PROXY).status_code == 200


@pytest.mark.parametrize("forwarded", ["", PROXY, f"{PROXY}, {PROXY}"])
def test_a_header_from_anybody_else_is_ignored(alice: User, forwarded: str) -> None:
    assert account_page("alice", STRANGER, forwarded=forwarded).status_code == 302
    assert account_page("dora", STRANGER, forwarded=forwarded).status_code == 302
    assert list(User.objects.all()) == [alice]


def test_it_is_off_unless_it_is_set(alice: User, settings: Settings) -> None:
    settings.PROXY_AUTH_HEADER = ""
    assert account_page("alice").status_code == 302


def test_two_names_are_no_name(alice: User) -> None:
    for name in ("alice, bob", "bob,alice", ",alice"):
        assert account_page(name).status_code == 302


def test_staff_are_not_signed_in_by_it(rita: User, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    for name in ("rita", "alice"):
        assert account_page(name).status_code == 302
        admin = Client().get("/admin/", REMOTE_ADDR=PROXY, headers={"Remote-User": name})
        assert admin.status_code == 302


def test_neither_is_an_account_with_a_second_factor_or_one_that_is_disabled(alice: User, bob: User) -> None:
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert [account_page(name).status_code for name in ("alice", "bob")] == [302, 302]


def test_the_proxy_wins_over_an_older_session(alice: User, bob: User, signed_in: SignIn) -> None:
    assert is_in(account_page("bob", client=signed_in(alice)), "bob")


@pytest.mark.parametrize("name", ["ALICE", "a b", "x" * 151, "<b>", "a;b"])
def test_a_name_that_is_nearly_anothers_or_no_name_gets_no_account(alice: User, name: str) -> None:
    assert account_page(name).status_code == 302
    assert list(User.objects.all()) == [alice]


def test_many_first_requests_at_once_make_one_account() -> None:
    assert {answer.status_code for answer in at_once(6, lambda _: account_page("dora"))} == {200}
    assert User.objects.count() == 1


def test_forms_from_elsewhere_are_refused_all_the_same(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/accounts/sessions/end/", REMOTE_ADDR=PROXY, headers={"Remote-User": "alice"})
    assert answer.status_code == 403
