"""Keeping the rest: a free version with only what changed, the proposal for it, and why it is sometimes refused."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image, ImageDraw, ImageOps
from pytest_django.fixtures import Settings

from edits import images
from edits.models import Edit, Photo, State
from edits.ordering import quotas
from tests.files import files_in
from tests.fixtures import SignIn
from tests.forms import named
from tests.pages import Response, content_of
from tests.photos import photo_path
from tests.regions import bytes_of, inside, pixels_of, png, psnr, region_png
from tests.rows import edit_in, present, reloaded

pytestmark = pytest.mark.django_db

SIZE = (1600, 1200)
JSON = {"accept": "application/json"}


def stored(owner: User, image: Image.Image, rules: images.Rules = images.UPLOAD) -> Photo:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    photo = Photo.from_picture(owner.pk, images.clean(buffer, rules))
    photo.save()
    return photo


@pytest.fixture
def original(media: Path) -> Image.Image:
    with Image.open(photo_path("rocket.jpg")) as image:
        return image.convert("RGB").resize(SIZE)


@pytest.fixture
def edit(alice: User, original: Image.Image) -> Edit:
    """A ball was put into the photo; the result is smaller than the photo and darker all over."""
    painted = original.copy()
    ImageDraw.Draw(painted).ellipse((200, 700, 420, 920), fill=(220, 40, 40))
    painted = painted.resize((800, 600)).point(lambda value: int(value * 0.97))
    return edit_in(State.SUCCEEDED, alice, stored(alice, original), result=stored(alice, painted, images.RESULT))


def with_result(edit: Edit, image: Image.Image) -> Edit:
    Edit.objects.filter(pk=edit.pk).update(result=stored(edit.owner, image, images.RESULT))
    return reloaded(edit)


def ask(browser: Client, edit: Edit, **fields: Any) -> Response:
    return browser.post(f"/edits/{edit.pk}/keep-rest/", fields, headers=JSON)


def version_of(response: Response) -> Edit:
    assert response.status_code == 201, response.content
    return Edit.objects.get(pk=response.json()["id"])


def refusal(response: Response) -> str:
    assert response.status_code == 409, response.content
    return str(response.json()["errors"]["__all__"][0]["code"])


def test_the_version_is_the_photo_with_only_what_changed(browser: Client, edit: Edit) -> None:
    version = version_of(ask(browser, edit))
    before, after = pixels_of(bytes_of(edit.photo)), pixels_of(bytes_of(present(version.result)))
    assert after.shape == before.shape
    ball = inside(before.shape, (0.10, 0.55, 0.19, 0.25))
    assert psnr(before[~ball], after[~ball]) > 45
    assert (np.abs(before[~ball] - after[~ball]).max(axis=1) <= 1).mean() > 0.97
    middle = np.median(after[800:820, 300:320].reshape(-1, 3), axis=0)
    assert middle == pytest.approx([220, 40, 40], abs=16)


def test_the_version_says_where_it_comes_from_and_costs_nothing(browser: Client, edit: Edit, alice: User) -> None:
    left = quotas.remaining(alice)
    version = version_of(ask(browser, edit))
    assert (version.parent, version.painted, version.origin) == (edit, edit.result, edit.origin)
    assert version.is_composite
    assert version.is_made_here
    assert version.cost == version.sent_percent == 0
    assert version.started_at is None
    assert 0 < present(version.changed_percent) < 10
    assert quotas.remaining(alice) == left
    page = browser.get(f"/edits/{version.pk}/").text
    assert "Made from" in page
    assert "Try another variation" not in page


def test_one_click_leads_to_the_version(browser: Client, edit: Edit) -> None:
    page = browser.post(f"/edits/{edit.pk}/keep-rest/")
    version = Edit.objects.get(parent=edit)
    assert page.status_code == 302
    assert page["Location"] == f"/edits/{version.pk}/"


def test_clicked_twice_it_is_one_version(browser: Client, edit: Edit, media: Path) -> None:
    first = version_of(ask(browser, edit))
    kept = files_in(media)
    assert version_of(ask(browser, edit)) == first
    assert files_in(media) == kept


def test_the_proposal_can_be_seen_corrected_and_used(browser: Client, edit: Edit) -> None:
    proposal = browser.get(f"/edits/{edit.pk}/keep-rest/")
    assert proposal["Content-Type"] == "image/png"
    mask = Image.open(io.BytesIO(content_of(proposal))).convert("L")
    left, top, right, bottom = present(mask.getbbox())
    scale = mask.width / SIZE[0]
    assert left < 210 * scale < right
    assert top < 710 * scale < bottom
    # The owner takes away the lower half of the ball.
    ImageDraw.Draw(mask).rectangle((0, mask.height * 0.675, mask.width, mask.height), fill=0)
    version = version_of(ask(browser, edit, region=png(mask)))
    after, before = pixels_of(bytes_of(present(version.result))), pixels_of(bytes_of(edit.photo))
    assert after[760, 310, 0] > 180
    assert np.abs(after[850:, :] - before[850:, :]).max() <= 12


def test_a_box_instead_of_the_proposal(browser: Client, edit: Edit) -> None:
    version = version_of(ask(browser, edit, region_box="0.1,0.5,0.2,0.3"))
    region = images.region_from_mask(version.region.open("rb").read(), SIZE)
    assert present(region).bounding_box == pytest.approx((0.1, 0.5, 0.2, 0.3), abs=0.002)


def test_what_has_no_rest_to_keep_is_refused_with_words(browser: Client, edit: Edit, original: Image.Image) -> None:
    edit = with_result(edit, ImageOps.invert(original))
    assert refusal(ask(browser, edit)) == "whole_picture"
    assert refusal(browser.get(f"/edits/{edit.pk}/keep-rest/")) == "whole_picture"
    page = browser.post(f"/edits/{edit.pk}/keep-rest/", follow=True)
    assert "changed the whole photo" in page.text
    assert not Edit.objects.filter(parent=edit).exists()


def test_another_photo_and_no_change_are_refused(browser: Client, edit: Edit, original: Image.Image) -> None:
    with Image.open(photo_path("astronaut.png")) as other:
        assert refusal(ask(browser, with_result(edit, other.convert("RGB").resize(SIZE)))) == "not_aligned"
    assert refusal(ask(browser, with_result(edit, original))) == "nothing_changed"


def test_a_region_that_is_given_is_never_refused_for_the_picture(browser: Client, edit: Edit, original: Image.Image) -> None:
    edit = with_result(edit, ImageOps.invert(original))
    assert version_of(ask(browser, edit, region_box="0.1,0.1,0.2,0.2")).is_composite


@pytest.mark.parametrize(("fields", "code"), [({"region_box": "1,2"}, "unreadable"), ({"region_box": "0,0,0,0"}, "empty")])
def test_a_region_that_is_none_is_refused(browser: Client, edit: Edit, fields: dict[str, str], code: str) -> None:
    response = ask(browser, edit, **fields)
    assert response.status_code == 400
    assert response.json()["errors"]["region"][0]["code"] == code


def test_a_mask_of_another_shape_is_refused(browser: Client, edit: Edit) -> None:
    response = ask(browser, edit, region=named(region_png((300, 300)).getvalue(), "region.png", "image/png"))
    assert (response.status_code, response.json()["errors"]["region"][0]["code"]) == (400, "shape")


def test_full_storage_keeps_it_from_being_made(browser: Client, edit: Edit, settings: Settings, media: Path) -> None:
    settings.STORAGE_PER_USER = 1
    kept = files_in(media)
    response = ask(browser, edit)
    assert (response.status_code, response.json()["errors"]["__all__"][0]["code"]) == (429, "storage")
    assert files_in(media) == kept


def test_a_full_disk_refuses_it_with_words(browser: Client, edit: Edit, full_disk: Callable[[], None]) -> None:
    full_disk()
    response = ask(browser, edit)
    assert (response.status_code, response.json()["errors"]["__all__"][0]["code"]) == (503, "storage_unavailable")
    assert int(response["Retry-After"]) > 0
    assert Edit.objects.count() == 1


def test_nobody_else_and_nothing_unfinished(edit: Edit, signed_in: SignIn, bob: User, browser: Client, alice: User) -> None:
    assert ask(signed_in(bob), edit).status_code == 404
    failed = edit_in(State.FAILED, alice, edit.photo)
    assert ask(browser, failed).status_code == 404


def test_photos_whose_files_are_gone_answer_404(browser: Client, edit: Edit) -> None:
    present(edit.result).file.delete(save=False)
    assert ask(browser, edit).status_code == 404


def test_a_version_that_was_made_here_cannot_be_tried_again(browser: Client, edit: Edit) -> None:
    version = version_of(ask(browser, edit))
    browser.post(f"/edits/{version.pk}/retry/")
    assert Edit.objects.count() == 2


def test_an_edit_of_the_version_goes_on_below_it(browser: Client, edit: Edit) -> None:
    version = version_of(ask(browser, edit))
    response = browser.post(
        "/edits/new/", {"version": str(version.pk), "side": "result", "prompt": "Now make it night"}, headers=JSON
    )
    further = version_of(response)
    assert (further.parent, further.photo) == (version, version.result)
