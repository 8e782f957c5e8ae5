"""Sharing: the gallery after review, and private links that open one edit to anyone for a limited time."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from edits.gallery import moderation, sharing, trash
from edits.models import Edit, Profile, ShareLink, State, Visibility
from edits.web.addresses import edit_url
from tests.fixtures import NewEdit, SignIn
from tests.pages import match_in
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

BEHIND = ("", "source", "result", "source/card", "source/page", "result/card", "result/page", "pair?style=side", "changes")


@pytest.fixture
def edit(new_edit: NewEdit, alice: User) -> Edit:
    photo = new_edit().photo
    edit = edit_in(State.SUCCEEDED, alice, photo, prompt="Snow on <b>every</b> roof", changed_percent=12.5)
    edit.change_map.save("map.webp", ContentFile(b"RIFF-a-map"))
    return edit


def link_of(browser: Client, edit: Edit, days: int = 7) -> str:
    """The address of a fresh link, as its owner gets it from the page."""
    browser.post(f"/edits/{edit.pk}/link/", {"days": days})
    return match_in(r'value="http://testserver(/s/[^"]+)"', browser.get(edit_url(edit)).text)


def test_the_link_shows_the_pair_without_an_account(browser: Client, edit: Edit) -> None:
    address = link_of(browser, edit)
    page = Client().get(address)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Snow on &lt;b&gt;every&lt;/b&gt; roof" in text
    for behind in BEHIND:
        answer = Client().get(address + behind)
        assert answer.status_code == 200, behind
        assert answer.headers["Content-Type"].startswith("image/" if behind else "text/html")


def test_the_page_of_a_link_reveals_neither_the_owner_nor_the_edit(browser: Client, alice: User, edit: Edit) -> None:
    text = Client().get(link_of(browser, edit)).content.decode()
    assert str(edit.pk) not in text
    assert alice.username not in text
    for address in re.findall(r'(?:src|srcset|href|data-heat)="(/[^" ?]+)', text):
        assert not address.startswith("/edits/") or address == "/edits/new/"


@pytest.mark.parametrize("behind", BEHIND)
def test_a_link_is_not_indexed_passed_on_or_kept(browser: Client, edit: Edit, behind: str) -> None:
    address = link_of(browser, edit)
    for path in (address + behind, "/s/forged:token/" + behind):
        answer = Client().get(path)
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex' in Client().get(address).content.decode()


def expire(edit: Edit) -> None:
    now = timezone.now()
    ShareLink.objects.filter(edit=edit).update(created_at=now - timedelta(days=2), expires_at=now - timedelta(seconds=1))


ENDINGS: dict[str, Callable[[Client, Edit], object]] = {
    "expired": lambda browser, edit: expire(edit),
    "taken back": lambda browser, edit: browser.post(f"/edits/{edit.pk}/link/revoke/"),
    "deleted": lambda browser, edit: browser.post(f"/edits/{edit.pk}/delete/"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ended_link_looks_like_a_forged_one(browser: Client, edit: Edit, ending: str) -> None:
    address = link_of(browser, edit)
    ENDINGS[ending](browser, edit)
    for behind in BEHIND:
        for path in (address + behind, "/s/1:forged/" + behind, "/s/%00/" + behind, "/s/" + "9" * 300 + ":x/" + behind):
            answer = Client().get(path)
            assert answer.status_code == 404, path
            assert "This link doesn’t work" in answer.content.decode()


def test_the_link_of_a_restored_edit_works_again(browser: Client, alice: User, edit: Edit) -> None:
    address = link_of(browser, edit)
    trash.delete(edit, alice)
    assert Client().get(address).status_code == 404
    Edit.objects.filter(pk=edit.pk).update(deleted_at=None)
    assert Client().get(address).status_code == 200


def test_revoking_one_link_leaves_the_other_working(browser: Client, edit: Edit) -> None:
    first, second = link_of(browser, edit, 1), link_of(browser, edit, 30)
    browser.post(f"/edits/{edit.pk}/link/revoke/", {"link": ShareLink.objects.earliest("pk").pk})
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_only_the_owner_revokes_the_link_of_an_edit(browser: Client, signed_in: SignIn, bob: User, edit: Edit) -> None:
    address = link_of(browser, edit)
    own = edit_in(State.SUCCEEDED, bob, edit.photo)
    link = ShareLink.objects.get()
    assert signed_in(bob).post(f"/edits/{edit.pk}/link/revoke/").status_code == 404
    signed_in(bob).post(f"/edits/{own.pk}/link/revoke/", {"link": link.pk})
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("number", ["x", "-1", "9" * 40, "\x00", "²", "1.5"])
def test_an_invalid_link_number_revokes_nothing(browser: Client, edit: Edit, number: str) -> None:
    address = link_of(browser, edit)
    assert browser.post(f"/edits/{edit.pk}/link/revoke/", {"link": number}).status_code == 302
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("state", [state for state in State.values if state != State.SUCCEEDED])
def test_only_a_result_can_be_linked(browser: Client, alice: User, edit: Edit, state: Any) -> None:
    other = edit_in(state, alice, edit.photo)
    browser.post(f"/edits/{other.pk}/link/", {"days": 7})
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("days", ["", "0", "2", "31", "-1", "seven", "7\x00", "9" * 30])
def test_a_link_lasts_one_seven_or_thirty_days(browser: Client, edit: Edit, days: str) -> None:
    assert browser.post(f"/edits/{edit.pk}/link/", {"days": days}).status_code == 302
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("days", [1, 7, 30])
def test_a_link_ends_after_the_days_that_were_asked_for(browser: Client, edit: Edit, days: int) -> None:
    link_of(browser, edit, days)
    link = ShareLink.objects.get()
    assert link.expires_at - link.created_at == timedelta(days=days)


def test_one_edit_has_so_many_links_and_no_more(browser: Client, edit: Edit) -> None:
    for _ in range(sharing.LINKS_MAX + 2):
        browser.post(f"/edits/{edit.pk}/link/", {"days": 1})
    assert ShareLink.objects.count() == sharing.LINKS_MAX
    answer = browser.post(f"/edits/{edit.pk}/link/", {"days": 1}, headers={"accept": "application/json"})
    assert answer.status_code == 409


def test_a_program_gets_the_address_of_a_link(browser: Client, edit: Edit) -> None:
    answer = browser.post(f"/edits/{edit.pk}/link/", {"days": 7}, headers={"accept": "application/json"})
    assert answer.status_code == 201
    assert Client().get(answer.json()["url"]).status_code == 200
    ended = browser.post(f"/edits/{edit.pk}/link/revoke/", headers={"accept": "application/json"})
    assert ended.json() == {"ended": 1}


def test_links_are_in_the_history_without_their_tokens(browser: Client, edit: Edit) -> None:
    token = link_of(browser, edit).split("/")[2]
    browser.post(f"/edits/{edit.pk}/link/revoke/")
    notes = [event.text for event in edit.events.all()]
    assert [note for note in notes if "private link" in note] == ["private link created (days: 7)", "private links revoked: 1"]
    assert not [note for note in notes if token in note]


def test_the_database_has_the_hash_of_a_token_of_256_bits_and_no_token(browser: Client, edit: Edit) -> None:
    token = link_of(browser, edit).split("/")[2]
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert ShareLink.objects.values_list("token_hash", flat=True).get() == hashlib.sha256(token.encode()).hexdigest()
    for model in apps.get_models():
        assert token not in repr(list(model._default_manager.values())), model


def test_the_address_of_a_link_is_shown_once_and_then_when_it_was_made(browser: Client, edit: Edit) -> None:
    link_of(browser, edit)
    page = browser.get(edit_url(edit)).text
    assert "/s/" not in page
    assert "Link created on" in page
    assert f'action="/edits/{edit.pk}/link/revoke/"' in page


def test_the_address_is_shown_on_no_other_page_and_to_nobody_else(
    browser: Client, signed_in: SignIn, alice: User, bob: User, edit: Edit
) -> None:
    browser.post(f"/edits/{edit.pk}/link/", {"days": 7})
    other = edit_in(State.SUCCEEDED, alice, edit.photo)
    for visitor, page in ((browser, other), (signed_in(bob), edit)):
        visitor.cookies["new_link"] = browser.cookies["new_link"].value
        assert 'value="http://testserver/s/' not in visitor.get(edit_url(page)).text


@pytest.mark.parametrize("cookie", ["", "x", "1:forged:sig", ":", "\u00fc"])
def test_a_forged_cookie_shows_nothing(browser: Client, edit: Edit, cookie: Any) -> None:
    link_of(browser, edit)
    browser.cookies["new_link"] = cookie
    page = browser.get(edit_url(edit))
    assert page.status_code == 200
    assert "/s/" not in page.text


def test_a_number_that_is_used_again_after_a_restore_does_not_open_the_new_edit(browser: Client, alice: User, edit: Edit) -> None:
    address = link_of(browser, edit)
    number = ShareLink.objects.get().pk
    ShareLink.objects.all().delete()
    expires_at = timezone.now() + timedelta(days=1)
    ShareLink.objects.create(pk=number, edit=edit, token_hash="0" * 64, expires_at=expires_at)
    assert Client().get(address).status_code == 404
    assert Client().get(f"/s/{signing.Signer(salt='edits.share_link').sign(str(number))}/").status_code == 404


def test_a_trusted_owner_is_published_directly(browser: Client, alice: User, edit: Edit) -> None:
    browser.post(f"/edits/{edit.pk}/share/")
    assert Edit.objects.get(pk=edit.pk).visibility == Visibility.PENDING
    browser.post(f"/edits/{edit.pk}/unshare/")
    Profile.objects.create(user=alice, is_trusted=True)
    browser.post(f"/edits/{edit.pk}/share/")
    assert Edit.objects.get(pk=edit.pk).visibility == Visibility.PUBLIC


def test_the_staff_does_not_see_the_pictures_of_a_deleted_edit(signed_in: SignIn, rita: User, alice: User, edit: Edit) -> None:
    reviewer = signed_in(rita)
    assert reviewer.get(f"/edits/{edit.pk}/result").status_code == 200
    trash.delete(edit, alice)
    for path in ("", "result", "source", "result/card", "status/"):
        assert reviewer.get(f"/edits/{edit.pk}/{path}").status_code == 404


def test_the_page_of_a_rejected_edit_tells_the_reason_and_offers_the_one_appeal(
    browser: Client, alice: User, edit: Edit, rita: User
) -> None:
    sharing.share(edit, alice)
    moderation.reject(edit, rita, "Too dark to see")
    page = browser.get(edit_url(edit)).text
    assert "Too dark to see" in page
    assert f'action="/edits/{edit.pk}/appeal/"' in page
    assert f'action="/edits/{edit.pk}/share/"' not in page
    browser.post(f"/edits/{edit.pk}/appeal/")
    moderation.reject(Edit.objects.get(pk=edit.pk), rita, "Still too dark")
    page = browser.get(edit_url(edit)).text
    assert "The decision is final." in page
    assert "/appeal/" not in page
