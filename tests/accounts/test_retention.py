"""Each retention period is a setting; the defaults are tested with the trash, the sign-up and the history."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import retention
from edits.gallery import trash
from edits.jobs.flow_control import storage_health
from edits.models import Edit, Event, Photo, ShareLink, Signup, State
from edits.storage import DurableFileSystemStorage
from tests.rows import edit_in, reloaded

pytestmark = pytest.mark.django_db


def test_the_trash_is_emptied_after_the_days_that_are_set(
    settings: Settings, alice: User, photo: Photo, browser: Client, media: Path
) -> None:
    settings.TRASH_DAYS = 3
    edit = edit_in(State.CANCELED, alice, photo)
    trash.delete(edit, alice)
    assert "permanently deleted after 3 days" in browser.get("/edits/trash/").text
    Edit.objects.update(deleted_at=timezone.now() - timedelta(days=2, hours=23))
    retention.clean_up()
    assert reloaded(edit).purged_at is None
    Edit.objects.update(deleted_at=timezone.now() - timedelta(days=3))
    retention.clean_up()
    assert reloaded(edit).purged_at is not None


@pytest.fixture
def old_edit(settings: Settings, alice: User, photo: Photo, media: Path) -> Edit:
    """An edit that ended one day longer ago than EDIT_DAYS."""
    settings.EDIT_DAYS = 90
    return edit_in(State.SUCCEEDED, alice, photo, ended_at=timezone.now() - timedelta(days=91), visibility="private")


def test_an_old_edit_that_nobody_marked_goes_to_the_trash_and_can_be_restored(old_edit: Edit, alice: User) -> None:
    retention.clean_up()
    assert reloaded(old_edit).deleted_at is not None
    trash.restore(old_edit, alice)
    # An edit that somebody restored is not removed again ten minutes later.
    retention.clean_up()
    assert reloaded(old_edit).deleted_at is None


def test_everything_is_kept_where_no_time_is_set(old_edit: Edit, settings: Settings) -> None:
    settings.EDIT_DAYS = 0
    retention.clean_up()
    assert reloaded(old_edit).deleted_at is None


@pytest.mark.parametrize("reason", ["recent", "favorite", "public", "pending", "link", "newer version", "running"])
def test_what_somebody_still_needs_is_kept(old_edit: Edit, alice: User, photo: Photo, reason: str) -> None:
    now, edit = timezone.now(), Edit.objects.filter(pk=old_edit.pk)
    match reason:
        case "recent":
            edit.update(ended_at=now - timedelta(days=89))
        case "favorite":
            edit.update(favorite_at=now - timedelta(days=91))
        case "public" | "pending":
            edit.update(visibility=reason)
        case "link":
            ShareLink.issue(old_edit, now + timedelta(days=1))
        case "newer version":
            edit_in(State.SUCCEEDED, alice, photo, parent=old_edit, ended_at=now)
        case "running":
            edit.update(state=State.RUNNING, ended_at=None, due_at=now)
    retention.clean_up()
    assert reloaded(old_edit).deleted_at is None


def test_sign_up_rows_go_after_the_days_that_are_set(settings: Settings, media: Path) -> None:
    settings.SIGNUP_DAYS = 2
    for age in (1.9, 2.1):
        Signup.objects.create(address="192.0.2.1", at=timezone.now() - timedelta(days=age))
    retention.clean_up()
    assert Signup.objects.count() == 1


@pytest.mark.parametrize(("days", "left"), [(0, 4), (10, 3)])
def test_the_history_of_ended_edits_goes_after_the_days_that_are_set_or_never(
    settings: Settings, alice: User, photo: Photo, media: Path, days: int, left: int
) -> None:
    settings.EVENT_DAYS = days
    long_ago = timezone.now() - timedelta(days=11)
    ended, lately = edit_in(State.CANCELED, alice, photo, ended_at=long_ago), edit_in(State.CANCELED, alice, photo)
    waiting = edit_in(State.UNCONFIRMED, alice, photo)
    events = [Event.objects.create(edit=edit, kind=Event.Kind.CREATED) for edit in (ended, lately, waiting)]
    Event.objects.filter(pk__in=[event.pk for event in events]).update(at=long_ago)
    Event.objects.create(edit=ended, kind=Event.Kind.ASKED)
    retention.clean_up()
    assert Event.objects.count() == left


def test_what_a_probe_left_behind_when_it_was_killed_goes(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(DurableFileSystemStorage, "delete", lambda *_: None)
        assert storage_health.probe() is None
    left = [path for path in media.rglob("*") if path.is_file() and path.name != storage_health.MARKER_NAME]
    assert len(left) == 1
    assert retention.clean_up(older_than=-1) == 1
    assert not left[0].exists()
