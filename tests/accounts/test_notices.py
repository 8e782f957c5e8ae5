"""Mails that people want: once, about what they have not seen, to confirmed addresses, unless they have turned them off."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.accounts import deletion, mail_delivery, notices
from edits.gallery import moderation
from edits.jobs import claims
from edits.models import Edit, Mail, MailChoices, Photo, State, Visibility
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit, SignIn
from tests.mail_server import MailServer, text_in
from tests.pages import text_of
from tests.parallel import at_once
from tests.rows import edit_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

PAGE = "/accounts/mail/"


@pytest.fixture(autouse=True)
def _address(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email="alice@example.org", primary=True, verified=True)
    notices.remember(alice.pk, origin="https://photos.example.org", language="en")


def ended(owner: User, photo: Photo, minutes: float = 20, state: str = State.SUCCEEDED, **fields: Any) -> Edit:
    """An edit that took so many minutes and ended two minutes ago, unseen."""
    at = timezone.now() - timedelta(minutes=2)
    return edit_in(
        state, owner, photo, **({"created_at": at - timedelta(minutes=minutes), "ended_at": at, "news_at": at} | fields)
    )


def subjects(mail_server: MailServer) -> list[str]:
    mail_delivery.look_for_news()
    return [str(mail["Subject"]).strip().removeprefix("[Reword] ") for mail in mail_server.mails]


def test_a_result_after_a_long_wait_is_told_once_and_links_to_it(alice: User, photo: Photo, mail_server: MailServer) -> None:
    edit = ended(alice, photo)
    assert subjects(mail_server) == ["Your edit is ready"]
    assert subjects(mail_server) == ["Your edit is ready"]
    text = text_in(mail_server.mails[0])
    assert f"https://photos.example.org/edits/{edit.pk}/" in text
    assert f"https://photos.example.org{PAGE}" in text
    assert edit.prompt not in text


def test_it_is_told_of_an_edit_that_really_ran(
    alice: User, new_edit: NewEdit, sandbox: SandboxServer, mail_server: MailServer
) -> None:
    edit = new_edit()
    assert advance_to_rest(edit).state == State.SUCCEEDED
    assert subjects(mail_server) == []
    two_minutes_ago = timezone.now() - timedelta(minutes=2)
    Edit.objects.filter(pk=edit.pk).update(created_at=two_minutes_ago - timedelta(minutes=20), news_at=two_minutes_ago)
    assert subjects(mail_server) == ["Your edit is ready"]
    assert claims.claim(edit.pk) is None


def test_many_workers_that_look_at_once_send_one_mail(alice: User, photo: Photo, mail_server: MailServer) -> None:
    for _ in range(3):
        ended(alice, photo)
    at_once(5, lambda _: mail_delivery.look_for_news())
    assert len(mail_server.mails) == Mail.objects.count() == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 9},
        {"news_at": None},
        {"news_at": timedelta()},
        {"news_at": timedelta(hours=7)},
        {"deleted_at": timedelta()},
    ],
    ids=["quick", "seen", "a moment ago", "long ago", "deleted"],
)
def test_nothing_is_told_of_what_needs_no_mail(
    alice: User, photo: Photo, mail_server: MailServer, fields: dict[str, Any]
) -> None:
    now = timezone.now()
    values: dict[str, Any] = {name: now - value if isinstance(value, timedelta) else value for name, value in fields.items()}
    ended(alice, photo, **values)
    assert subjects(mail_server) == []


def test_a_failure_and_a_decision_are_told(alice: User, rita: User, photo: Photo, mail_server: MailServer) -> None:
    ended(alice, photo, state=State.FAILED)
    offered = [edit_in(State.SUCCEEDED, alice, photo, visibility=Visibility.PENDING) for _ in range(2)]
    moderation.approve(offered[0], rita)
    moderation.reject(offered[1], rita, "Too dark, blurry or small")
    two_minutes_ago = timezone.now() - timedelta(minutes=2)
    Edit.objects.filter(pk__in=[edit.pk for edit in offered]).update(news_at=two_minutes_ago, reviewed_at=two_minutes_ago)
    told = subjects(mail_server)
    assert sorted(told) == [
        "Your edit didn’t work",
        "Your result is in the gallery",
        "Your result wasn’t accepted for the gallery",
    ]
    assert "Too dark" not in "".join(map(text_in, mail_server.mails))


def test_a_batch_is_told_as_one_once_all_of_it_has_ended(alice: User, photo: Photo, mail_server: MailServer) -> None:
    batch = uuid.uuid4()
    for _ in range(3):
        ended(alice, photo, batch=batch)
    pending = edit_in(State.QUEUED, alice, photo, batch=batch)
    assert subjects(mail_server) == []
    at = timezone.now() - timedelta(minutes=2)
    gone = {"state": State.CANCELED, "due_at": None, "started_at": at, "ended_at": at}
    Edit.objects.filter(pk=pending.pk).update(**gone)
    assert subjects(mail_server) == ["Your batch has finished"]
    assert f"/edits/?batch={batch}" in text_in(mail_server.mails[0])
    quick = uuid.uuid4()
    for _ in range(2):
        ended(alice, photo, minutes=1, batch=quick)
    assert len(subjects(mail_server)) == 1


def test_each_can_be_turned_off_in_the_account(
    alice: User, rita: User, photo: Photo, mail_server: MailServer, signed_in: SignIn
) -> None:
    browser = signed_in(alice)
    assert browser.get(PAGE).text.count(" checked") == 3
    assert "Saved." in text_of(browser.post(PAGE, {"reviews": "on", "language": "de"}, follow=True))
    choices = MailChoices.objects.get()
    assert (choices.results, choices.batches, choices.reviews, choices.language) == (False, False, True, "de")
    ended(alice, photo)
    batch = uuid.uuid4()
    for _ in range(2):
        ended(alice, photo, batch=batch)
    assert subjects(mail_server) == []
    browser.post(PAGE, {"results": "on", "language": "de"})
    ended(alice, photo)
    assert any("Bearbeitung ist fertig" in subject for subject in subjects(mail_server))
    assert browser.post(PAGE, {"language": "tlh"}).status_code == 400


def test_without_a_confirmed_address_there_is_no_mail(alice: User, photo: Photo, mail_server: MailServer) -> None:
    EmailAddress.objects.update(verified=False)
    ended(alice, photo)
    assert subjects(mail_server) == []


def test_what_was_seen_or_deleted_while_the_server_was_away_is_not_sent(
    alice: User, photo: Photo, mail_server: MailServer
) -> None:
    seen, deleted, left = (ended(alice, photo) for _ in range(3))
    notices.ask_for_news()
    assert Mail.objects.count() == 3
    Edit.objects.filter(pk=seen.pk).update(news_at=None)
    Edit.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    assert subjects(mail_server) == ["Your edit is ready"]
    assert str(left.pk) in text_in(mail_server.mails[0])


def test_an_erased_person_is_told_nothing(alice: User, photo: Photo, mail_server: MailServer) -> None:
    ended(alice, photo)
    notices.ask_for_news()
    deletion.delete_account(alice, None)
    assert subjects(mail_server) == []
    assert not Mail.objects.exists()


def test_a_stranger_has_no_choices(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
