"""Who a visitor is: the connection says it, and proxies that the operator has named."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from edits.models import Signup
from edits.web.visitor import visitor_address

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"
PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", " , 198.51.100.7 ,, ", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7:50123", "198.51.100.7"),
        ("10.0.0.1", "2001:db8::5", "2001:db8::5"),
        ("10.0.0.1", "[2001:db8::5]", "2001:db8::5"),
        ("10.0.0.1", "[2001:db8::5]:443", "2001:db8::5"),
        ("10.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("2001:db8:1::1", "[2001:db8:1::2]:80, 198.51.100.7, [2001:db8:1::3]", "198.51.100.7"),
        # An entry that is not an IP address identifies nobody, and nothing to the left of it counts.
        ("10.0.0.1", "203.0.113.5, unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "x" * 5000, "10.0.0.1"),
        ("10.0.0.1", "1.2.3, 999.1.1.1, [::1, ::1], [], ', \x00, <script>", "10.0.0.1"),
        ("", "198.51.100.7", "127.0.0.1"),
        ("not an address", "198.51.100.7", "127.0.0.1"),
    ],
)
def test_the_rightmost_hop_that_is_no_trusted_proxy_is_the_visitor(peer: Any, forwarded: Any, visitor: Any) -> None:
    assert visitor_address(peer, forwarded, PROXIES) == visitor


def test_a_site_without_proxies_believes_no_header(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []
    assert sign_up(client, "dora", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.7").status_code == 302
    assert Signup.objects.get().address == "10.0.0.1"


def test_behind_a_trusted_proxy_sign_ups_count_for_the_visitor(client: Client) -> None:
    assert sign_up(client, "dora", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 198.51.100.7").status_code == 302
    assert Signup.objects.get().address == "198.51.100.7"


@pytest.mark.parametrize("header", ["rubbish", "\x00", "[::1", "1.2.3.4.5", ", ,", "ü" * 50, "' OR 1=1 --"])
def test_rubbish_in_the_header_is_no_error(client: Client, header: Any) -> None:
    answer = sign_up(client, "dora", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)
    assert answer.status_code == 302
    assert Signup.objects.get().address == "10.0.0.1"


def test_only_a_trusted_proxy_says_that_the_visitor_came_by_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="https").status_code == 200
    assert client.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="http, https").status_code == 200
    assert client.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="https, http").status_code == 301
    assert client.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_PROTO="https").status_code == 301
    assert client.get("/", REMOTE_ADDR="10.0.0.1").status_code == 301


def test_a_header_does_not_lift_the_lock(alice: User, client: Client, settings: Settings) -> None:
    for number in range(settings.AXES_FAILURE_LIMIT + 2):
        sign_in(client, "wrong", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert sign_in(client, PASSWORD, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429


def test_through_a_trusted_proxy_the_lock_holds_for_the_visitor_alone(alice: User, client: Client, settings: Settings) -> None:
    for number in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "wrong", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 198.51.100.7")
    assert sign_in(client, PASSWORD, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.7").status_code == 429
    assert sign_in(client, PASSWORD, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.8").status_code == 302


def test_an_attacker_elsewhere_cannot_lock_somebody_out_of_the_right_password(alice: User, client: Client) -> None:
    for _ in range(100):
        sign_in(client, "wrong", REMOTE_ADDR="192.0.2.66")
    assert sign_in(Client(), PASSWORD, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_one_address_cannot_go_through_the_names_of_others_for_ever(alice: User, client: Client, settings: Settings) -> None:
    for number in range(settings.SIGN_IN_FAILURES_PER_ADDRESS):
        assert sign_in(client, "wrong", f"person{number}", REMOTE_ADDR="192.0.2.66").status_code == 200
    locked = sign_in(client, PASSWORD, REMOTE_ADDR="192.0.2.66")
    assert locked.status_code == 429
    assert "Too many attempts" in locked.text
    assert sign_in(Client(), PASSWORD, REMOTE_ADDR="192.0.2.67").status_code == 302


def test_an_attackers_own_account_does_not_reset_the_bound_of_the_address(
    alice: User, bob: User, client: Client, settings: Settings
) -> None:
    for number in range(settings.SIGN_IN_FAILURES_PER_ADDRESS - 1):
        sign_in(client, "wrong", f"person{number}", REMOTE_ADDR="192.0.2.66")
    assert sign_in(client, PASSWORD, "bob", REMOTE_ADDR="192.0.2.66").status_code == 302
    sign_in(Client(), "wrong", "person", REMOTE_ADDR="192.0.2.66")
    assert sign_in(Client(), PASSWORD, REMOTE_ADDR="192.0.2.66").status_code == 429


def test_all_addresses_of_one_ipv6_network_count_as_one(alice: User, client: Client, settings: Settings) -> None:
    for number in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "wrong", REMOTE_ADDR=f"2001:db8:5:6::{number + 1:x}")
    assert sign_in(client, PASSWORD, REMOTE_ADDR="2001:db8:5:6:ffff::1").status_code == 429
    assert sign_in(client, PASSWORD, REMOTE_ADDR="2001:db8:5:7::1").status_code == 302


def sign_in(client: Client, password: Any, username: Any = "alice", **extra: Any) -> Any:
    return client.post(reverse("login"), {"username": username, "password": password}, **extra)


def sign_up(client: Client, name: str, **extra: Any) -> Any:
    fields = {"username": name, "password1": "a long enough one", "password2": "a long enough one"}
    answer = client.post(reverse("signup"), fields, **extra)
    assert User.objects.filter(username=name).exists() == (answer.status_code == 302)
    return answer
