"""One's own account: what is there, and leaving for good."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.models import Edit, GroupBudget, Photo, State, Visibility
from tests.fixtures import SignIn
from tests.pages import text_of
from tests.rows import edit_in, shared
from tests.web.views.account.test_password import change

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"
ACCOUNT, NEW_PASSWORD, DELETE = "/accounts/", "/accounts/password/", "/accounts/delete/"


def test_every_page_leads_to_the_account(browser: Client, client: Client) -> None:
    assert 'href="/accounts/"' in browser.get("/").text
    assert 'href="/accounts/"' not in client.get("/").text
    assert f'href="{NEW_PASSWORD}"' in browser.get(ACCOUNT).text
    assert f'href="{DELETE}"' in browser.get(ACCOUNT).text


def test_the_account_page_says_what_the_site_stores_about_its_owner(
    browser: Client, alice: User, bob: User, photo: Photo
) -> None:
    shared(alice, photo)
    edit_in(State.FAILED, alice, photo)
    edit_in(State.FAILED, bob, photo)
    page = text_of(browser.get(ACCOUNT))
    assert "Your edits 2 · 1 in the gallery or in review" in page
    assert "Storage " in page
    assert "Remaining today 99 edits" in page


def test_deleting_the_account_removes_everything_and_confirms_it(
    browser: Client, alice: User, photo: Photo, media: Path, client: Client
) -> None:
    edit = shared(alice, photo)
    page = text_of(browser.get(DELETE))
    assert "1 image (" in page
    assert "1 edit in the gallery" in page
    assert "What will be kept" in page
    answer = browser.post(DELETE, {"password": PASSWORD}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Your account has been deleted." in answer.text
    assert "Sign in" in text_of(answer)
    assert browser.get("/edits/").status_code == 302
    assert not [path for path in (media / "photos").rglob("*") if path.is_file()]
    assert Edit.objects.get(pk=edit.pk).purged_at is not None
    assert client.post("/accounts/login/", {"username": "alice", "password": PASSWORD}).status_code == 200
    assert not User.objects.filter(username="alice").exists()


@pytest.mark.parametrize("fields", [{"password": "wrong"}, {"password": ""}, {"password": "a\x00b"}, {}])
def test_without_the_right_password_nothing_is_deleted(
    browser: Client, alice: User, photo: Photo, fields: dict[str, Any]
) -> None:
    edit = shared(alice, photo)
    answer = browser.post(DELETE, fields)
    assert answer.status_code == 400
    assert 'aria-invalid="true" autofocus' in answer.text
    assert Edit.objects.get(pk=edit.pk).visibility == Visibility.PUBLIC
    assert browser.get("/edits/").status_code == 200


def test_another_accounts_password_is_refused(alice: User, bob: User, browser: Client) -> None:
    bob.set_password("another one, really")
    bob.save()
    assert browser.post(DELETE, {"password": "another one, really"}).status_code == 400
    assert User.objects.filter(is_active=True).count() == 2


def test_tries_to_delete_a_stolen_session_s_account_are_counted_like_signing_in(browser: Client, settings: Settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        browser.post(DELETE, {"password": "wrong"})
    assert browser.post(DELETE, {"password": PASSWORD}).status_code == 429
    assert User.objects.filter(username="alice", is_active=True).exists()


def test_looking_deletes_nothing(browser: Client) -> None:
    browser.get(DELETE, {"password": PASSWORD})
    browser.head(DELETE)
    assert User.objects.filter(username="alice", is_active=True).exists()


@pytest.mark.parametrize("path", [DELETE, NEW_PASSWORD])
def test_a_form_from_elsewhere_changes_nothing(alice: User, path: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    fields = {"password": PASSWORD, "old_password": PASSWORD, "new_password1": "another one, really"}
    assert browser.post(path, fields | {"new_password2": "another one, really"}).status_code == 403
    alice.refresh_from_db()
    assert alice.is_active
    assert alice.check_password(PASSWORD)


def test_the_demonstration_account_can_be_neither_changed_nor_deleted(browser: Client, alice: User, settings: Settings) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "alice", PASSWORD
    for path in (DELETE, NEW_PASSWORD):
        page = browser.get(path)
        assert "This is the demo account" in page.text
        assert 'type="password"' not in page.text
    assert browser.post(DELETE, {"password": PASSWORD}).status_code == 403
    assert change(browser).status_code == 403
    alice.refresh_from_db()
    assert alice.is_active
    assert alice.check_password(PASSWORD)


def test_the_last_administrator_is_told_why_not(rita: User, signed_in: SignIn) -> None:
    browser = signed_in(rita)
    assert "You are the only administrator" in browser.get(DELETE).text
    assert browser.post(DELETE, {"password": PASSWORD}).status_code == 403
    rita.refresh_from_db()
    assert rita.is_active


def test_pages_with_passwords_are_never_cached(browser: Client) -> None:
    for path in (ACCOUNT, NEW_PASSWORD, DELETE):
        assert "no-store" in browser.get(path)["Cache-Control"]


def test_a_name_is_shown_as_text(signed_in: SignIn, alice: User) -> None:
    alice.username = "<b>alice</b>"
    alice.save()
    for path in (ACCOUNT, DELETE):
        assert "<b>alice</b>" not in signed_in(alice).get(path).text


def test_the_admins_own_password_page_stays_the_admins(rita: User, signed_in: SignIn) -> None:
    assert "admin/css/base.css" in signed_in(rita).get("/admin/password_change/").text


def test_the_account_shows_what_was_spent_today_and_to_its_owner_what_the_group_spent(
    browser: Client, alice: User, bob: User, photo: Photo, signed_in: SignIn, settings: Settings
) -> None:
    edit_in(State.SUCCEEDED, alice, photo, cost="0.05")
    edit_in(State.SUCCEEDED, bob, photo, cost="0.0125")
    assert "Spent today $0.05 " in text_of(browser.get(ACCOUNT))
    settings.SPEND_PER_PERSON = Decimal(2)
    group = Group.objects.create(name="Friends")
    group.user_set.set([alice, bob])
    GroupBudget.objects.create(group=group, spend_per_day=Decimal(5)).owners.set([alice])
    hers, his = text_of(browser.get(ACCOUNT)), text_of(signed_in(bob).get(ACCOUNT))
    assert "Spent today $0.05 of $2.00" in hers
    assert "Spent today by Friends $0.0625 of $5.00" in hers
    assert "Friends" not in his
    settings.OWN_SANDBOX = True
    assert "Spent today" not in text_of(browser.get(ACCOUNT))
