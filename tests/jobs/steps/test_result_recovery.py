"""A paid result that was lost here becomes an edit of its own, with the region that it was painted for."""

import errno
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.utils import timezone

from edits.jobs.steps import result_recovery
from edits.models import Edit, Failure, NotAllowed
from tests.conftest import advance_to_rest
from tests.regions import order, photo_of, to_fetching
from tests.rows import reloaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(browser: Client) -> Edit:
    return order(browser, photo_of((1600, 1200), quality=92))


def test_a_result_that_was_lost_here_is_recovered_with_its_region(inverting: list[bytes], ordered: Edit, rita: User) -> None:
    edit = to_fetching(ordered)
    Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now(), lease_token=None)
    assert reloaded(edit).mark_failed(Failure.OUTPUT_UNAVAILABLE)
    fresh = advance_to_rest(result_recovery.fetch_again(reloaded(edit), rita))
    assert fresh.is_composite
    assert (fresh.crop_window, fresh.sent_percent) == (edit.crop_window, edit.sent_percent)
    assert fresh.region != edit.region


def test_while_nothing_can_be_stored_a_lost_result_is_not_recovered_and_stays_at_wiro(
    inverting: list[bytes], ordered: Edit, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = to_fetching(ordered)
    assert edit.mark_failed(Failure.OUTPUT_UNAVAILABLE, fenced=False)
    with monkeypatch.context() as patched:
        patched.setattr(FileSystemStorage, "_save", full)
        with pytest.raises(NotAllowed, match="no_storage"):
            result_recovery.fetch_again(edit, rita)
    assert edit.attempts.get().cleaned_up_at is None
    assert advance_to_rest(result_recovery.fetch_again(edit, rita)).is_composite


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
