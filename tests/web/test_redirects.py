"""`next` leads to a page of this site, or is ignored; whatever it says, what was asked for is done and answered."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.models import Edit, State
from edits.web.addresses import edit_url
from tests.fixtures import NewEdit, SignIn
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

RUBBISH = [
    "\x00",
    "/edits/\r\nSet-Cookie: x=1",
    "/edits/\t",
    "/edits/\x7f",
    "/edits/\u202e",
    "//evil.example",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    " //evil.example",
    "http://evil.example/",
    "http:///evil.example",
    "javascript:alert(1)",
    "edit-trash",
    "edits/",
    "foo.bar",
    "[",
    "//[",
    "/" + "x" * 3000,
]
# NUL is removed from queries before anything reads them; in a form, a `next` with NUL is ignored.
WITH_NUL = ["/\x00", "/edits/\x00", "/\x00/evil.example", "\x00//evil.example", "/\x00\\evil.example"]
FORMS = [
    ("/accounts/login/", {"username": "alice", "password": "correct horse"}, "/edits/"),
    ("/admin/login/", {"username": "rita", "password": "correct horse"}, "/edits/"),
    ("/language/", {"language": "de"}, "/"),
]
OURS = ["/edits/", "/edits/?q=%22snow%22&state=failed", "/edits/?q=ü", "/edits/%00", "/s/%00/", "/%ff", "/edits/trash/#top"]


@pytest.fixture
def edit(alice: User, new_edit: NewEdit) -> Any:
    return edit_in(State.SUCCEEDED, alice, new_edit().photo)


@pytest.mark.parametrize("page", RUBBISH)
def test_rubbish_leads_to_the_usual_page(alice: User, rita: User, edit: Edit, page: Any) -> None:
    for path, fields, usual in FORMS:
        for client, address in ((Client(), path), (Client(), f"{path}?{urlencode({'next': page})}")):
            sent = fields if "?" in address else fields | {"next": page}
            assert _led_to(client.post(address, sent)) == usual, address


@pytest.mark.parametrize("page", WITH_NUL)
@pytest.mark.parametrize(("path", "fields", "usual"), FORMS)
def test_nul_in_next_leads_to_no_other_site(alice: User, rita: User, path: str, fields: Any, usual: str, page: str) -> None:
    assert _led_to(Client().post(path, fields | {"next": page})) == usual
    led_to = _led_to(Client().post(f"{path}?{urlencode({'next': page})}", fields))
    assert re.match(r"/(?![/\\])", led_to), led_to
    assert "%00" not in led_to


@pytest.mark.parametrize("page", [*RUBBISH, *WITH_NUL])
def test_what_was_asked_for_is_done_all_the_same(alice: User, signed_in: SignIn, edit: Edit, page: Any) -> None:
    browser = signed_in(alice)
    favorite = browser.post(f"/edits/{edit.pk}/favorite/", {"on": "1", "next": page})
    assert _led_to(favorite) == edit_url(edit)
    assert Edit.objects.get(pk=edit.pk).favorite_at
    deleted = browser.post("/edits/selection/", {"action": "delete", "id": edit.pk, "next": page})
    assert _led_to(deleted) == "/edits/"
    assert Edit.objects.get(pk=edit.pk).deleted_at
    assert _led_to(browser.post("/accounts/logout/", {"next": page})) == "/"
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("page", OURS)
def test_a_page_of_ours_is_gone_to(alice: User, signed_in: SignIn, edit: Edit, page: Any) -> None:
    assert _led_to(Client().post("/accounts/login/", {"username": "alice", "password": "correct horse", "next": page})) == page
    assert _led_to(Client().post("/language/", {"language": "de", "next": page})) == page
    assert _led_to(signed_in(alice).post(f"/edits/{edit.pk}/favorite/", {"on": "1", "next": page})) == page


@pytest.mark.parametrize("page", RUBBISH)
def test_the_sign_in_page_does_not_repeat_rubbish(client: Client, page: Any) -> None:
    answer = client.get("/accounts/login/", {"next": page})
    assert answer.status_code == 200
    assert 'name="next" value=""' in answer.text


@pytest.mark.parametrize("page", WITH_NUL)
def test_the_sign_in_page_does_not_repeat_nul(client: Client, page: Any) -> None:
    answer = client.get("/accounts/login/", {"next": page})
    assert answer.status_code == 200
    assert re.search(r'name="next" value="(?:/(?![/\\])[^"]*)?"', answer.text)
    assert "\x00" not in answer.text


@pytest.mark.parametrize("referer", [*RUBBISH, *WITH_NUL])
def test_the_language_is_chosen_whatever_page_one_came_from(client: Client, referer: Any) -> None:
    answer = client.post("/language/", {"language": "de"}, HTTP_REFERER=referer)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert client.cookies["django_language"].value == "de"


def _led_to(answer: Any) -> Any:
    assert answer.status_code == 302, answer
    return answer["Location"].replace("%C3%BC", "ü")
