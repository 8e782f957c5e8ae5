"""A new password by mail, from the forgotten one to the new one; nobody learns who has an account."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import mail_delivery
from edits.models import Mail
from tests.fixtures import SignIn
from tests.mail_server import MailServer, text_in
from tests.pages import Response, match_in, text_of
from tests.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ASK = "/accounts/password/reset/"
HERS = "alice@example.org"
FORM = r'<form class="panel" method="post" action="([^"]+)"'


def ask(client: Client, address: str = HERS, **headers: str) -> Response:
    return client.post(ASK, {"email": address}, headers=headers)


def has_address(user: User, address: str = HERS, verified: bool = True) -> None:
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=verified)


def choose(client: Client, path: str, password: str = "a long enough one") -> Response:
    form = match_in(FORM, client.get(path, follow=True).text)
    return client.post(form, {"password1": password, "password2": password})


def test_the_sign_in_page_leads_to_a_mail_and_the_mail_to_a_new_password(
    alice: User, client: Client, signed_in: SignIn, mail_server: MailServer
) -> None:
    has_address(alice)
    elsewhere = signed_in(alice)
    assert f'href="{ASK}"' in client.get("/accounts/login/").text
    assert "we’ve sent it a link" in text_of(client.post(ASK, {"email": "Alice@Example.org"}, follow=True))
    assert mail_server.mails == []
    mail_delivery.deliver_all()
    (mail,) = mail_server.mails
    assert (mail["To"], mail["Subject"]) == (HERS, "[Reword] Choose a new password")
    assert "http://testserver/accounts/password/reset/key/" in text_in(mail)
    path = mail_server.path_in()
    assert choose(client, path)["Location"] == "/accounts/login/"
    assert "Password changed. Sign in with the new one." in text_of(client.get("/accounts/login/"))
    assert elsewhere.get("/edits/").status_code == 302
    assert client.post("/accounts/login/", {"username": "alice", "password": "correct horse"}).status_code == 200
    assert client.post("/accounts/login/", {"username": "alice", "password": "a long enough one"}).status_code == 302
    assert "Link expired" in text_of(Client().get(path, follow=True))


def test_a_weak_password_is_refused_and_the_link_still_works(alice: User, client: Client, mail_server: MailServer) -> None:
    has_address(alice)
    ask(client)
    mail_delivery.deliver_all()
    refused = choose(client, mail_server.path_in(), "12345678")
    assert refused.status_code == 400
    assert refused.context["form"].errors["password1"]
    assert choose(client, mail_server.path_in()).status_code == 302


def test_an_address_that_nobody_has_gets_the_same_answer_and_no_mail(
    alice: User, client: Client, mail_server: MailServer
) -> None:
    has_address(alice)
    known, unknown = ask(client), ask(Client(), "nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert text_of(client.get(known["Location"])) == text_of(Client().get(unknown["Location"]))
    mail_delivery.deliver_all()
    assert mail_server.recipients == [HERS]


def test_a_verified_address_wins_over_the_same_one_in_another_account(
    alice: User, bob: User, client: Client, mail_server: MailServer
) -> None:
    has_address(bob, verified=False)
    ask(client)
    has_address(alice)
    ask(client)
    mail_delivery.deliver_all()
    assert sorted(Mail.objects.values_list("user__username", flat=True)) == ["alice", "bob"]


def test_an_address_that_has_yet_to_replace_another_opens_nothing(alice: User, client: Client) -> None:
    has_address(alice)
    EmailAddress.objects.create(user=alice, email="new@example.org", primary=False, verified=False)
    ask(client, "new@example.org")
    assert not Mail.objects.exists()


def test_an_address_that_an_operator_gave_is_good_for_a_reset(rita: User, client: Client, mail_server: MailServer) -> None:
    User.objects.filter(pk=rita.pk).update(email="Rita@example.org")
    ask(client, "rita@example.org")
    mail_delivery.deliver_all()
    assert mail_server.recipients == ["Rita@example.org"]


@pytest.mark.both_databases
def test_of_ten_requests_at_once_three_are_answered_by_mail(alice: User) -> None:
    has_address(alice)
    assert {answer.status_code for answer in at_once(10, lambda _: ask(Client()))} == {302}
    assert Mail.objects.count() == 3


def test_a_mail_that_was_late_by_an_hour_is_not_sent(alice: User, client: Client, mail_server: MailServer) -> None:
    has_address(alice)
    ask(client)
    Mail.objects.update(created_at=timezone.now() - mail_delivery.RESET_EXPIRES * 1.1)
    mail_delivery.deliver_all()
    assert mail_server.mails == []
    assert not Mail.objects.filter(due_at__isnull=False).exists()


def test_mail_is_in_the_readers_language(alice: User, client: Client, mail_server: MailServer) -> None:
    has_address(alice)
    ask(client, **{"Accept-Language": "de"})
    mail_delivery.deliver_all()
    assert mail_server.mails[0]["Subject"] == "[Reword] Neues Passwort wählen"
    assert text_in(mail_server.mails[0]).startswith("Hallo alice,")


def test_links_lead_to_the_public_address_of_the_site(
    alice: User, client: Client, mail_server: MailServer, settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    has_address(alice)
    ask(client)
    mail_delivery.deliver_all()
    assert "https://photos.example.org/accounts/password/reset/key/" in text_in(mail_server.mails[0])


def test_the_database_has_nothing_that_opens_an_account(alice: User, client: Client) -> None:
    has_address(alice)
    ask(client)
    mail = Mail.objects.get()
    assert (mail.key, mail.subject, mail.origin, mail.address) == (None, None, "http://testserver", HERS)


def test_without_a_mail_server_the_page_says_whom_to_ask(alice: User, client: Client, settings: Settings) -> None:
    settings.MAIL_IS_CONFIGURED = False
    has_address(alice)
    assert "Ask the operator" in text_of(client.get(ASK))
    assert "Ask the operator" in text_of(ask(client))
    assert not Mail.objects.exists()


def test_the_demo_account_gets_no_new_password(alice: User, client: Client, settings: Settings) -> None:
    settings.DEMO_USERNAME = "alice"
    has_address(alice)
    ask(client)
    assert not Mail.objects.exists()


@pytest.mark.parametrize("address", ["", "no address", "a\x00b@example.org", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_refused(client: Client, address: str) -> None:
    assert ask(client, address).status_code == 400


def test_a_link_works_once_even_for_browsers_at_the_same_moment(alice: User, client: Client, mail_server: MailServer) -> None:
    has_address(alice)
    ask(client)
    mail_delivery.deliver_all()
    path = mail_server.path_in()
    browsers = [Client() for _ in range(4)]
    forms = [match_in(FORM, one.get(path, follow=True).text) for one in browsers]

    def send(number: int) -> bool:
        chosen = f"a long enough one, {number}"
        return browsers[number].post(forms[number], {"password1": chosen, "password2": chosen}).status_code == 302

    done = at_once(4, send)
    assert sorted(done) == [False, False, False, True]
    assert User.objects.get(username="alice").check_password(f"a long enough one, {done.index(True)}")
