"""Favorites, the trash, the way back from it, and what is left when an edit goes for good."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.accounts import retention
from edits.gallery import trash
from edits.jobs import actions
from edits.models import Edit, Photo, State, Visibility
from tests.files import files_in, is_stored
from tests.fixtures import NewEdit, SignIn
from tests.pages import Response
from tests.rows import attempt_of, edit_in, present, shared, stored

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LONG_AGO = timedelta(days=31)


@pytest.fixture
def edit(alice: User, media: Path) -> Edit:
    """A finished edit with a before, an after and a map of what changed."""
    edit = edit_in(
        State.SUCCEEDED, alice, stored(alice, "rocket.jpg"), result=stored(alice, "coffee.png"), prompt="Make it night"
    )
    path = Path(media) / "photos" / "ab" / "map.webp"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"map")
    Edit.objects.filter(pk=edit.pk).update(change_map="photos/ab/map.webp")
    return Edit.objects.get(pk=edit.pk)


def in_trash_since(edit: Edit, age: timedelta) -> None:
    Edit.objects.filter(pk=edit.pk).update(deleted_at=timezone.now() - age)


def trashed(response: Response) -> list[UUID]:
    return [edit.pk for edit in response.context["edits"]]


# --- Favorites ------------------------------------------------------------------------------------------------------------


def test_a_heart_is_given_and_taken_back_however_often_it_is_sent(browser: Client, edit: Edit) -> None:
    for on, is_favorite in (("1", True), ("1", True), ("0", False), ("0", False)):
        answer = browser.post(f"/edits/{edit.pk}/favorite/", {"on": on}, headers={"Accept": "application/json"})
        assert answer.json() == {"id": str(edit.pk), "favorite": is_favorite}
        assert (Edit.objects.get(pk=edit.pk).favorite_at is not None) is is_favorite


def test_a_heart_without_scripts_comes_back_to_the_page_it_was_on(browser: Client, edit: Edit) -> None:
    answer = browser.post(f"/edits/{edit.pk}/favorite/", {"on": "1", "next": "/edits/?q=night"})
    assert (answer.status_code, answer["Location"]) == (302, "/edits/?q=night")
    elsewhere = browser.post(f"/edits/{edit.pk}/favorite/", {"on": "1", "next": "https://example.org/"})
    assert elsewhere["Location"] == f"/edits/{edit.pk}/"


# --- The trash ------------------------------------------------------------------------------------------------------------


def test_a_deleted_edit_comes_back_with_undo(browser: Client, edit: Edit) -> None:
    page = browser.post(f"/edits/{edit.pk}/delete/", follow=True).content.decode()
    assert "Moved to trash." in page
    assert ">Undo</button>" in page
    assert trashed(browser.get("/edits/trash/")) == [edit.pk]
    browser.post("/edits/selection/", {"id": str(edit.pk), "action": "restore", "next": "/edits/"})
    assert [shown.pk for shown in browser.get("/edits/").context["edits"]] == [edit.pk]
    assert trashed(browser.get("/edits/trash/")) == []


def test_a_shared_edit_comes_back_private(browser: Client, alice: User, edit: Edit) -> None:
    public = shared(alice, edit.photo)
    browser.post(f"/edits/{public.pk}/delete/")
    assert browser.post(f"/edits/{public.pk}/restore/")["Location"] == "/edits/"
    assert Edit.objects.get(pk=public.pk).visibility == Visibility.PRIVATE
    assert browser.get(f"/edits/{public.pk}/").status_code == 200


def test_restoring_what_is_not_in_the_trash_answers_404(browser: Client, edit: Edit) -> None:
    assert browser.post(f"/edits/{edit.pk}/restore/").status_code == 404
    in_trash_since(edit, LONG_AGO)
    assert browser.post(f"/edits/{edit.pk}/restore/").status_code == 404


def test_the_picture_of_a_deleted_edit_is_its_owners_alone(
    browser: Client, signed_in: SignIn, bob: User, rita: User, edit: Edit
) -> None:
    browser.post(f"/edits/{edit.pk}/delete/")
    answers = [signed_in(who).get(f"/edits/trash/{edit.pk}/card").status_code for who in (edit.owner, bob, rita)]
    assert answers == [200, 404, 404]
    assert browser.get(f"/edits/{edit.pk}/result/card").status_code == 404
    assert browser.get(f"/edits/{edit.pk}/source").status_code == 404


def test_the_trash_says_when_an_edit_goes_for_good(browser: Client, edit: Edit) -> None:
    deleted = timezone.now().replace(microsecond=0) - timedelta(days=3)
    Edit.objects.filter(pk=edit.pk).update(deleted_at=deleted)
    assert f'datetime="{(deleted + timedelta(days=30)).isoformat()}"' in browser.get("/edits/trash/").content.decode()


# --- For good -------------------------------------------------------------------------------------------------------------


def test_after_thirty_days_cleanup_removes_pictures_and_texts_and_keeps_the_row(edit: Edit, media: Path) -> None:
    Edit.objects.filter(pk=edit.pk).update(cost="0.05")
    in_trash_since(edit, LONG_AGO)
    assert len(files_in(media)) == 7
    retention.clean_up()
    edit = Edit.objects.select_related("photo", "result").get(pk=edit.pk)
    assert files_in(media) == []
    assert edit.purged_at is not None
    assert (edit.prompt, edit.change_map.name, edit.photo.placeholder) == ("", "", "")
    assert edit.photo.purged_at is not None
    assert present(edit.result).purged_at is not None
    assert edit.cost is not None


def test_nothing_goes_before_its_time(edit: Edit, media: Path) -> None:
    in_trash_since(edit, timedelta(days=29))
    assert trash.purge() == 0
    assert len(files_in(media)) == 7


def test_cleanup_keeps_the_change_map_of_an_edit_that_is_kept(edit: Edit, media: Path) -> None:
    assert retention.clean_up(older_than=-1) == 0
    assert len(files_in(media)) == 7


def test_a_picture_that_another_edit_uses_stays(alice: User, edit: Edit, media: Path) -> None:
    further = edit_in(State.SUCCEEDED, alice, present(edit.result), origin=edit.origin, parent=edit)
    in_trash_since(edit, LONG_AGO)
    assert trash.purge() == 1
    for photo in (further.photo, further.origin):
        photo.refresh_from_db()
        assert photo.purged_at is None
        assert is_stored(photo.file)
    in_trash_since(further, LONG_AGO)
    assert trash.purge() == 1
    assert files_in(media) == []


def test_a_picture_stays_that_another_edit_keeps_as_painted(alice: User, edit: Edit) -> None:
    painted = present(edit.result)
    edit_in(State.SUCCEEDED, alice, stored(alice, "astronaut.png"), painted=painted)
    in_trash_since(edit, LONG_AGO)
    assert trash.purge() == 1
    painted.refresh_from_db()
    assert painted.purged_at is None
    assert is_stored(painted.file)


def test_what_wiro_still_has_of_a_failed_edit_is_deleted_there_first(alice: User, edit: Edit) -> None:
    failed = edit_in(State.FAILED, alice, edit.photo)
    attempt, _ = attempt_of(failed)
    in_trash_since(failed, LONG_AGO)
    assert trash.purge() == 0
    attempt.refresh_from_db()
    assert present(attempt.cleanup_due_at) <= timezone.now()


def test_a_picture_goes_here_only_after_wiros_copies(edit: Edit, media: Path) -> None:
    attempt, _ = attempt_of(edit, cleanup_due_at=timezone.now())
    in_trash_since(edit, LONG_AGO)
    assert trash.purge() == 0
    attempt.cleanup_due_at, attempt.cleaned_up_at = None, timezone.now()
    attempt.save()
    assert trash.purge() == 1


def test_an_edit_that_still_runs_is_not_purged(alice: User, edit: Edit) -> None:
    running = edit_in(State.RUNNING, alice, edit.photo)
    in_trash_since(running, LONG_AGO)
    assert trash.purge() == 0


def test_purging_is_bounded_and_continues_at_the_next_cleanup(alice: User, edit: Edit) -> None:
    for each in (edit, *(edit_in(State.FAILED, alice, edit.photo) for _ in range(4))):
        in_trash_since(each, LONG_AGO)
    assert [trash.purge(most=2) for _ in range(4)] == [2, 2, 1, 0]


def test_files_that_a_crash_leaves_behind_are_removed_by_cleanup(
    edit: Edit, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_trash_since(edit, LONG_AGO)
    with monkeypatch.context() as patch:
        patch.setattr(Photo, "remove_files", lambda photo: None)
        assert trash.purge() == 1
    assert len(files_in(media)) == 6
    assert trash.purge() == 0
    assert retention.clean_up(older_than=-1) == 6
    assert files_in(media) == []


def test_the_same_photo_uploaded_again_is_a_new_one(new_edit: NewEdit, media: Path) -> None:
    first = new_edit()
    actions.cancel(first, first.owner)
    in_trash_since(first, LONG_AGO)
    assert trash.purge() == 1
    second = new_edit()
    assert second.photo_id != first.photo_id
    assert is_stored(second.photo.file)
    assert len(files_in(media)) == 3


def test_delete_for_good_asks_first_and_then_leaves_nothing(browser: Client, edit: Edit, media: Path) -> None:
    browser.post(f"/edits/{edit.pk}/delete/")
    chosen = {"id": str(edit.pk), "action": "purge"}
    assert "This can’t be undone" in browser.post("/edits/selection/", chosen).content.decode()
    assert len(files_in(media)) == 7
    browser.post("/edits/selection/", chosen | {"confirmed": "1"})
    assert files_in(media) == []
    assert trashed(browser.get("/edits/trash/")) == []


def test_delete_for_good_is_out_of_sight_at_once_even_while_wiro_has_copies(browser: Client, edit: Edit, media: Path) -> None:
    attempt, _ = attempt_of(edit, cleanup_due_at=timezone.now())
    browser.post(f"/edits/{edit.pk}/delete/")
    browser.post("/edits/selection/", {"id": str(edit.pk), "action": "purge", "confirmed": "1"})
    assert trashed(browser.get("/edits/trash/")) == []
    assert len(files_in(media)) == 7
    attempt.cleanup_due_at, attempt.cleaned_up_at = None, timezone.now()
    attempt.save()
    retention.clean_up()
    assert files_in(media) == []


def test_what_is_not_in_the_trash_cannot_be_deleted_for_good(browser: Client, edit: Edit, media: Path) -> None:
    browser.post("/edits/selection/", {"id": str(edit.pk), "action": "purge", "confirmed": "1"})
    assert Edit.objects.get(pk=edit.pk).deleted_at is None
    assert len(files_in(media)) == 7
