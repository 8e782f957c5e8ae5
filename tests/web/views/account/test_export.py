"""Everything one has, as a zip: every picture and every word of one's own, nothing of others, and no secrets."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from edits.accounts import export
from edits.gallery import downloads, favorites
from edits.models import ApiToken, Edit, Event, EventCode, Photo, ShareLink, State, WebhookEndpoint
from tests.fixtures import SignIn
from tests.pages import content_of, text_of
from tests.rows import edit_in, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

EXPORT = "/accounts/export/"


@pytest.fixture
def confirmed(browser: Client) -> Client:
    browser.post("/accounts/reauthenticate/", {"password": "correct horse"})
    return browser


def downloaded(browser: Client) -> zipfile.ZipFile:
    answer = browser.get(EXPORT)
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(content_of(answer)))


def read(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def test_every_picture_is_in_it_and_nothing_of_others(
    confirmed: Client, alice: User, bob: User, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    names = ("coffee.png", "chelsea.png", "astronaut.png")
    mine = [photo, *(stored(alice, name) for name in names)]
    done = edit_in(
        State.SUCCEEDED, alice, photo, result=mine[1], painted=mine[2], region=photo.card.name, prompt="Mehr Licht, ü!"
    )
    trashed = edit_in(State.FAILED, alice, mine[3], deleted_at=timezone.now())
    others = stored(bob, "coffee.png")
    his = edit_in(State.SUCCEEDED, bob, others, prompt="Bob's own words")
    archive = downloaded(confirmed)
    assert archive.testzip() is None
    pictures = {name for name in archive.namelist() if name.startswith("pictures/")}
    assert pictures == {f"pictures/{each.pk}.{each.extension}" for each in mine}
    for name in pictures:
        Image.open(io.BytesIO(archive.read(name))).verify()
    assert archive.read(f"regions/{done.pk}.png")
    edits = {row["id"]: row for row in read(archive, "edits.json")}
    assert set(edits) == {str(done.pk), str(trashed.pk)}
    assert edits[str(done.pk)]["prompt"] == "Mehr Licht, ü!"
    assert edits[str(done.pk)]["files"]["result"] in pictures
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Bob's own words" not in everything
    assert str(his.pk).encode() not in everything


def test_results_carry_their_label_and_uploads_do_not(confirmed: Client, alice: User, photo: Photo) -> None:
    result = stored(alice, "coffee.png")
    edit = edit_in(State.SUCCEEDED, alice, photo, result=result)
    archive = downloaded(confirmed)
    with photo.file.open("rb") as file:
        assert archive.read(f"pictures/{photo.pk}.{photo.extension}") == file.read()
    assert archive.read(f"pictures/{result.pk}.{result.extension}") == downloads.marked_result(edit)


def test_the_account_is_in_it_without_secrets(confirmed: Client, alice: User, photo: Photo) -> None:
    EmailAddress.objects.create(user=alice, email="alice@example.org", primary=True, verified=True)
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "sesame"})
    token = ApiToken.issue(alice, "my script", ["edits:read"], 30)
    webhook = WebhookEndpoint.objects.create(owner=alice, url="https://example.org/hook", events=["edit.succeeded"])
    link = ShareLink.issue(edit_in(State.SUCCEEDED, alice, photo), timezone.now() + timedelta(days=1))
    archive = downloaded(confirmed)
    account = read(archive, "account.json")
    assert account["username"] == "alice"
    assert account["email_addresses"] == [{"email": "alice@example.org", "verified": True, "primary": True}]
    assert account["second_factor"] is True
    assert account["api_tokens"][0]["name"] == "my script"
    assert account["webhooks"][0]["url"] == "https://example.org/hook"
    assert len(account["private_links"]) == 1
    everything = b"".join(archive.read(name) for name in archive.namelist())
    secrets = (
        token.token,
        token.token_hash,
        webhook.secret,
        webhook.key.hex(),
        link.token,
        link.token_hash,
        "sesame",
        alice.password,
    )
    assert [secret for secret in secrets if secret.encode() in everything] == []


def test_ones_own_events_are_in_it_and_nobody_elses(confirmed: Client, alice: User, rita: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    favorites.favorite(edit, alice)
    Event.objects.create(edit=edit, kind=Event.Kind.ASKED, code=EventCode.SHARED, actor=alice)
    Event.objects.create(edit=edit, kind=Event.Kind.ASKED, code=EventCode.CHECK_NOW, actor=rita, reason="an operator's words")
    (row,) = read(downloaded(confirmed), "edits.json")
    assert [event["code"] for event in row["events"]] == ["shared"]
    assert row["favorite_at"]


def test_a_picture_that_is_lost_is_named_and_the_rest_comes(confirmed: Client, alice: User, photo: Photo) -> None:
    other = stored(alice, "coffee.png")
    photo.file.storage.delete(str(photo.file.name))
    archive = downloaded(confirmed)
    assert f"pictures/{photo.pk}" in archive.read("missing.txt").decode()
    assert f"pictures/{other.pk}.{other.extension}" in archive.namelist()


def test_an_account_without_edits_can_be_exported(confirmed: Client) -> None:
    assert read(downloaded(confirmed), "edits.json") == []


def test_one_export_at_a_time_and_the_place_is_free_again_even_if_nothing_was_read(confirmed: Client) -> None:
    running = confirmed.get(EXPORT)
    refused = confirmed.get(EXPORT, follow=True)
    assert "already in progress" in text_of(refused)
    # Only part of what the web server does when a visitor has gone; the rest would close the test's database as well.
    for close in getattr(running, "_resource_closers"):  # noqa: B009
        close()
    assert downloaded(confirmed).namelist()


def test_it_takes_the_password_and_is_not_for_the_demo_account(browser: Client, settings: Settings) -> None:
    assert browser.get(EXPORT)["Location"] == f"/accounts/reauthenticate/?next={EXPORT}"
    settings.DEMO_USERNAME = "alice"
    assert browser.get(EXPORT).status_code == 403


def test_purged_pictures_are_not_looked_for(confirmed: Client, alice: User, photo: Photo, signed_in: SignIn) -> None:
    edit = edit_in(State.FAILED, alice, photo)
    Photo.objects.filter(pk=photo.pk).update(purged_at=timezone.now(), file="")
    Edit.objects.filter(pk=edit.pk).update(purged_at=timezone.now())
    archive = downloaded(confirmed)
    assert sorted(archive.namelist()) == ["account.json", "edits.json"]
    assert read(archive, "edits.json")[0]["files"] == {}
