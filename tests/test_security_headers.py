"""Headers and markup of every page: nothing inline, nothing kept that is private."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.models import Photo, State
from edits.web.addresses import edit_url
from tests.rows import edit_in, shared

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/", "/edits/", "/edits/new/", "/accounts/login/", "/accounts/signup/", "/nothing/", "/healthz"]
)
def test_every_page_has_the_security_headers(browser: Client, client: Client, path: str) -> None:
    for visitor in (browser, client):
        response = visitor.get(path)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/edits/", "/edits/new/", "/accounts/login/", "/accounts/signup/"])
def test_no_page_has_inline_styles_or_scripts(browser: Client, client: Client, alice: User, photo: Photo, path: str) -> None:
    shared(alice, photo)
    for visitor in (browser, client):
        page = visitor.get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert not [event for event in (" onclick=", " onload=", " onerror=", " onsubmit=", "javascript:") if event in page]


def test_private_pages_are_not_kept_by_browsers(browser: Client, alice: User, photo: Photo) -> None:
    for path in ("/edits/", edit_url(edit_in(State.RUNNING, alice, photo))):
        assert "no-store" in browser.get(path)["Cache-Control"]
