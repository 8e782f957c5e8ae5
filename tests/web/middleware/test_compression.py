"""Pages are compressed for browsers that understand it, pictures and JSON are not."""

import gzip

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.models import Photo, State
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

ASKS = {"accept-encoding": "gzip, br"}


def test_a_page_is_compressed_for_who_can_read_it(browser: Client) -> None:
    plain, packed = browser.get("/edits/"), browser.get("/edits/", headers=ASKS)
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert b"</html>" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2


def test_pictures_and_json_are_sent_as_they_are(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    for name in ("source", "status/"):
        answer = browser.get(f"/edits/{edit.pk}/{name}", headers=ASKS)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
