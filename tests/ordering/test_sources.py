"""An edit that begins at an earlier one: at its result, or again at the picture that it was made from."""

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image

from edits import images
from edits.gallery import trash
from edits.jobs import actions
from edits.models import Edit, Photo, State
from edits.web.addresses import edit_url
from tests.files import files_in
from tests.fixtures import NewEdit
from tests.forms import NEW_EDIT, codes, named, post
from tests.pages import Response
from tests.pictures import encoded, plain
from tests.rows import edit_in, present

pytestmark = pytest.mark.django_db


def stored(owner: User, data: bytes) -> Photo:
    photo = Photo.from_picture(owner.pk, images.clean(io.BytesIO(data), images.RESULT))
    photo.save()
    return photo


def version(new_edit: NewEdit, data: bytes | None = None, **fields: Any) -> Edit:
    """A succeeded edit of Alice's whose result is this picture."""
    queued = new_edit()
    owner = queued.owner
    return edit_in(State.SUCCEEDED, owner, queued.photo, result=stored(owner, data or plain(200, 100)), **fields)


def send(browser: Client, edit: Edit, as_json: bool = True, **fields: Any) -> Response:
    return post(browser, as_json=as_json, without=["photo"], version=str(getattr(edit, "pk", edit)), **fields)


def begun(response: Response) -> Edit:
    assert response.status_code == 201, response.content
    return Edit.objects.get(pk=response.json()["id"])


def test_a_result_is_edited_further(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit)
    fresh = begun(send(browser, edit))
    assert (fresh.photo, fresh.parent, fresh.origin) == (edit.result, edit, edit.origin)


def test_a_history_remembers_the_upload_that_it_began_with(browser: Client, new_edit: NewEdit) -> None:
    first = version(new_edit)
    second = begun(send(browser, first))
    second_result = stored(first.owner, plain(90, 80))
    Edit.objects.filter(pk=second.pk).update(state=State.SUCCEEDED, due_at=None, ended_at=timezone.now(), result=second_result)
    third = begun(send(browser, second))
    assert (third.photo, third.parent, third.origin) == (second_result, second, first.photo)


def test_the_source_of_a_version_begins_a_branch_beside_it(browser: Client, new_edit: NewEdit) -> None:
    first = version(new_edit)
    second = begun(send(browser, first))
    branch = begun(send(browser, second, side="source"))
    assert (branch.photo, branch.parent, branch.origin) == (first.result, first, first.origin)
    root = begun(send(browser, first, side="source"))
    assert (root.photo, root.parent, root.origin) == (first.photo, None, first.origin)


def test_trying_again_keeps_the_place_in_the_history(browser: Client, new_edit: NewEdit) -> None:
    edit = begun(send(browser, version(new_edit)))
    actions.cancel(edit, edit.owner)
    again = begun(browser.post(f"/edits/{edit.pk}/retry/", headers={"accept": "application/json"}))
    assert again != edit
    assert (again.photo, again.parent, again.origin) == (edit.photo, edit.parent, edit.origin)


def test_variations_of_a_version_all_continue_it(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit)
    begun(send(browser, edit, variations="3"))
    assert edit.children.count() == 3


def test_the_stored_picture_is_used_as_it_is(browser: Client, new_edit: NewEdit, media: Path) -> None:
    edit = version(new_edit)
    files = {path for path in (media / "photos").rglob("*") if path.is_file()}
    begun(send(browser, edit))
    assert {path for path in (media / "photos").rglob("*") if path.is_file()} == files


def test_a_photo_that_is_chosen_counts_more_than_the_version(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit)
    fresh = begun(post(browser, as_json=True, name="chelsea.png", version=str(edit.pk)))
    assert (fresh.photo.width, fresh.parent, fresh.origin) == (451, None, fresh.photo)


def deleted(new_edit: NewEdit, bob: User) -> Edit:
    return version(new_edit, deleted_at=timezone.now())


def erased(new_edit: NewEdit, bob: User) -> Edit:
    edit = version(new_edit)
    Photo.objects.update(purged_at=timezone.now())
    return edit


def lost(new_edit: NewEdit, bob: User) -> Edit:
    edit = version(new_edit)
    present(edit.result).remove_files()
    return edit


GONE = {
    "unknown": lambda *_: uuid.uuid4(),
    "junk": lambda *_: "junk",
    "somebody else's": lambda new_edit, bob: new_edit(owner=bob),
    "deleted": deleted,
    "without a result": lambda new_edit, bob: new_edit(),
    "with an erased picture": erased,
    "with a lost file": lost,
}


@pytest.mark.parametrize("kind", GONE)
def test_a_version_that_is_not_there_is_a_missing_photo(browser: Client, new_edit: NewEdit, bob: User, kind: str) -> None:
    edit = GONE[kind](new_edit, bob)
    count = Edit.objects.count()
    response = send(browser, edit)
    assert codes(response) == {"photo": ["required"]}
    assert "no longer available" in response.json()["errors"]["photo"][0]["message"]
    page = send(browser, edit, as_json=False, prompt="These words are kept")
    assert page.status_code == 400
    assert "These words are kept" in page.content.decode()
    assert Edit.objects.count() == count
    assert browser.get(NEW_EDIT, {"version": getattr(edit, "pk", edit)}).status_code == 404


def test_a_side_is_the_result_or_the_source(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit)
    assert send(browser, edit, side="neither").status_code == 400
    assert browser.get(NEW_EDIT, {"version": str(edit.pk), "side": "neither"}).status_code == 404


def test_nul_in_a_side_is_refused_in_a_form_and_dropped_from_a_query(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit)
    assert send(browser, edit, side="re\x00sult").status_code == 400
    assert browser.get(NEW_EDIT, {"version": str(edit.pk), "side": "re\x00sult"}).context["start"].side == "result"


def test_nul_in_a_version_is_refused_and_not_a_crash(browser: Client) -> None:
    assert post(browser, as_json=True, without=("photo",), version="a\x00b").status_code == 400
    assert browser.get(NEW_EDIT, {"version": "a\x00b"}).status_code == 404


@pytest.mark.parametrize("side", ["result", "source"])
def test_the_form_shows_the_picture_that_it_begins_at(browser: Client, new_edit: NewEdit, side: str) -> None:
    edit = version(new_edit)
    page = browser.get(NEW_EDIT, {"version": str(edit.pk), "side": side})
    start = page.context["start"]
    assert (start.edit, start.side, start.photo) == (edit, side, edit.result if side == "result" else edit.photo)
    assert f'src="{edit_url(edit)}{side}/page"' in page.text
    form = page.context["form"]
    assert f'name="version" value="{edit.pk}"' in str(form["version"])
    assert f'name="side" value="{side}"' in str(form["side"])
    assert browser.get(NEW_EDIT).context["start"] is None


def test_a_refused_form_still_shows_it(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit)
    page = send(browser, edit, as_json=False, prompt="")
    assert page.status_code == 400
    assert page.context["start"].edit == edit


def long_one() -> bytes:
    return plain(900, 200)


def test_a_result_is_held_to_the_rules_of_an_upload(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit, long_one())
    response = send(browser, edit)
    assert codes(response) == {"photo": ["aspect_ratio"]}
    assert response.json()["can_fit"] is True
    page = send(browser, edit, as_json=False)
    assert page.context["form"].can_fit
    assert page.context["start"].edit == edit


def test_a_result_can_be_made_to_fit(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit, long_one())
    fresh = begun(send(browser, edit, fit="on"))
    assert (fresh.photo.width, fresh.photo.height) == (599, 200)
    assert (fresh.parent, fresh.origin) == (edit, edit.origin)


def test_a_result_of_more_than_10_mb_is_refused_or_made_smaller(browser: Client, new_edit: NewEdit) -> None:
    noise = Image.merge("RGB", [Image.effect_noise((2000, 2000), 90) for _ in range(3)])
    edit = version(new_edit, encoded(noise, compress_level=1))
    assert present(edit.result).size > 10 * 1024 * 1024
    assert codes(send(browser, edit)) == {"photo": ["too_large"]}
    fresh = begun(send(browser, edit, fit="on"))
    assert fresh.photo.size <= 10_000_000
    assert (fresh.photo.width, fresh.photo.height) == (2000, 2000)


def test_a_result_that_came_as_webp_is_edited_further(browser: Client, new_edit: NewEdit) -> None:
    assert begun(send(browser, version(new_edit, plain(120, 90, "WEBP")))).photo.format == "PNG"


def test_a_picture_that_was_removed_for_good_can_be_uploaded_again(browser: Client, media: Path) -> None:
    first = begun(post(browser, as_json=True))
    actions.cancel(first, first.owner)
    trash.delete(first, first.owner)
    trash.delete_for_good(first, first.owner)
    assert not files_in(media)
    second = begun(post(browser, as_json=True))
    assert browser.get(f"/edits/{second.pk}/source").status_code == 200


def test_a_chosen_photo_that_is_refused_does_not_fall_back_to_the_version(browser: Client, new_edit: NewEdit) -> None:
    edit = version(new_edit)
    page = post(browser, photo=named(b"junk"), version=str(edit.pk))
    assert page.status_code == 400
    assert page.context["start"] is None
