"""An account's email address: optional, confirmed by a mail, and no way into other people's accounts."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.accounts import mail_delivery
from edits.models import Mail
from tests.fixtures import SignIn
from tests.mail_server import MailServer
from tests.pages import Response, text_of
from tests.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/accounts/email/"
PASSWORD = "correct horse"


@pytest.fixture
def confirmed(browser: Client) -> Client:
    """Alice's browser, in which she has just entered her password."""
    return confirm_it_is_her(browser)


def confirm_it_is_her(browser: Client) -> Client:
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": PAGE})["Location"] == PAGE
    return browser


def change(browser: Client, address: str = "alice@example.org") -> Response:
    return browser.post(PAGE, {"email": address, "action": "change"}, follow=True)


def addresses_of(user: User) -> list[tuple[str, bool, bool]]:
    return sorted(EmailAddress.objects.filter(user=user).values_list("email", "primary", "verified"))


def test_signing_up_with_an_address_sends_a_mail_whose_link_confirms_it(client: Client, mail_server: MailServer) -> None:
    fields = {"username": "dora", "password1": "a long enough one", "password2": "a long enough one", "email": "Dora@example.org"}
    assert client.post("/accounts/signup/", fields)["Location"] == "/edits/"
    dora = User.objects.get(username="dora")
    assert addresses_of(dora) == [("dora@example.org", True, False)]
    assert "dora@example.org · not confirmed yet" in text_of(client.get("/accounts/"))
    mail_delivery.deliver_all()
    path = mail_server.path_in()
    assert addresses_of(dora) == [("dora@example.org", True, False)]
    assert "dora@example.org is the email address of dora." in text_of(Client().get(path))
    assert client.post(path)["Location"] == "/accounts/"
    assert addresses_of(dora) == [("dora@example.org", True, True)]
    assert "Link expired" in text_of(client.get(path))


def test_a_sign_up_without_an_address_works_as_ever(client: Client) -> None:
    fields = {"username": "dora", "password1": "a long enough one", "password2": "a long enough one"}
    assert client.post("/accounts/signup/", fields).status_code == 302
    assert not EmailAddress.objects.exists()
    assert not Mail.objects.exists()


def test_the_page_asks_for_the_password_again(browser: Client, alice: User) -> None:
    assert browser.get(PAGE)["Location"] == f"/accounts/reauthenticate/?next={PAGE}"
    assert browser.post(PAGE, {"email": "evil@example.org"})["Location"] == f"/accounts/reauthenticate/?next={PAGE}"
    assert addresses_of(alice) == []
    assert browser.post("/accounts/reauthenticate/", {"password": "wrong", "next": PAGE}).status_code == 200
    assert browser.get(PAGE).status_code == 302
    assert confirm_it_is_her(browser).get(PAGE).status_code == 200


def test_wrong_passwords_there_are_counted_like_those_of_signing_in(browser: Client, settings: Settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        browser.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 429


def test_a_new_address_replaces_a_confirmed_one_once_it_is_confirmed(
    confirmed: Client, alice: User, mail_server: MailServer
) -> None:
    EmailAddress.objects.create(user=alice, email="old@example.org", primary=True, verified=True)
    assert "Check your email" in text_of(change(confirmed, "new@example.org"))
    assert addresses_of(alice) == [("new@example.org", False, False), ("old@example.org", True, True)]
    mail_delivery.deliver_all()
    assert mail_server.recipients == ["new@example.org"]
    confirmed.post(mail_server.path_in())
    assert addresses_of(alice) == [("new@example.org", True, True)]
    alice.refresh_from_db()
    assert alice.email == "new@example.org"


def test_an_address_of_another_account_is_neither_told_nor_taken(
    confirmed: Client, alice: User, bob: User, mail_server: MailServer
) -> None:
    EmailAddress.objects.create(user=bob, email="bob@example.org", primary=True, verified=True)
    free, taken = text_of(change(confirmed, "free@example.org")), text_of(change(confirmed, "bob@example.org"))
    assert free.replace("free@", "bob@") == taken
    mail_delivery.deliver_all()
    confirmed.post(mail_server.path_in())
    assert addresses_of(alice) == [("bob@example.org", True, False)]
    assert addresses_of(bob) == [("bob@example.org", True, True)]


def test_an_address_can_be_removed_and_mails_sent_again_until_there_are_enough(confirmed: Client, alice: User) -> None:
    change(confirmed)
    answers = [text_of(confirmed.post(PAGE, {"action": "resend"}, follow=True)) for _ in range(3)]
    assert ["too many emails" in answer for answer in answers] == [False, False, True]
    confirmed.post(PAGE, {"action": "remove"})
    alice.refresh_from_db()
    assert (addresses_of(alice), alice.email) == ([], "")


def test_without_a_mail_server_an_address_is_only_kept(confirmed: Client, alice: User, settings: Settings) -> None:
    settings.MAIL_IS_CONFIGURED = False
    EmailAddress.objects.create(user=alice, email="old@example.org", primary=True, verified=True)
    assert "Email address saved." in text_of(change(confirmed))
    assert addresses_of(alice) == [("alice@example.org", True, False)]
    assert not Mail.objects.exists()
    assert "has no mail server" in text_of(confirmed.get(PAGE))


@pytest.mark.parametrize("address", ["", "no address", "a\x00b@example.org"])
def test_what_is_no_address_is_refused(confirmed: Client, alice: User, address: str) -> None:
    answer: Any = change(confirmed, address)
    assert answer.status_code == 400
    assert addresses_of(alice) == []


def test_the_demo_account_has_no_address(confirmed: Client, alice: User, settings: Settings) -> None:
    settings.DEMO_USERNAME = "alice"
    assert change(confirmed).status_code == 403
    assert "This is the demo account" in confirmed.get(PAGE).text
    assert addresses_of(alice) == []


def test_a_confirmation_that_was_not_made_here_confirms_nothing(signed_in: SignIn, alice: User) -> None:
    assert "Link expired" in text_of(signed_in(alice).get("/accounts/confirm-email/MQ:1abc:forged/"))


def test_of_two_accounts_that_confirm_one_address_at_the_same_moment_one_has_it(
    alice: User, bob: User, mail_server: MailServer
) -> None:
    for user in (alice, bob):
        EmailAddress.objects.create(user=user, email="both@example.org", primary=True, verified=False)
    rows = list(EmailAddress.objects.order_by("pk"))
    paths = [f"/accounts/confirm-email/{EmailConfirmationHMAC(row).key}/" for row in rows]
    assert {status < 500 for status in at_once(2, lambda number: Client().post(paths[number]).status_code)} == {True}
    assert sorted(row.verified for row in EmailAddress.objects.all()) == [False, True]


def test_after_enough_mails_a_changed_address_does_not_claim_that_another_is_on_its_way(
    confirmed: Client, mail_server: MailServer
) -> None:
    said = [text_of(change(confirmed, f"alice{number}@example.org")) for number in range(8)]
    assert "Check your email" in said[0]
    assert "You’ve requested too many emails." in said[-1]
