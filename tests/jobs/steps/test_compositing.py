"""What was painted for a region is put into the photo, which stays as it is everywhere else; nothing painted is ever lost on the
way."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image

from edits import failpoints, images
from edits.accounts import retention
from edits.gallery import trash
from edits.jobs import engine
from edits.jobs.steps import compositing, sent_picture
from edits.models import BackfillCursor, Edit, EventCode, State
from edits.wiro import WiroClient
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.files import files_in
from tests.jobs.single_steps import PowerCut, its_worker_died
from tests.pages import content_of
from tests.regions import bytes_of, inside, order, photo_of, pixels_of, psnr, to_fetching
from tests.rows import present, reloaded

pytestmark = pytest.mark.django_db

ORIENTATION = 0x0112
SIDEWAYS = 6


def sideways(size: tuple[int, int]) -> bytes:
    """As a phone that was held upright saves it: `size` is that of its sensor."""
    exif = Image.Exif()
    exif[ORIENTATION] = SIDEWAYS
    return photo_of(size, quality=92, exif=exif)


PHOTOS: dict[str, tuple[Callable[[], bytes], str]] = {
    "12 megapixels": (lambda: photo_of((4000, 3000), quality=92), "crop"),
    "PNG": (lambda: photo_of((1600, 1200), "PNG"), "crop"),
    "sideways phone photo": (lambda: sideways((2000, 1500)), "crop"),
    "tiny": (lambda: photo_of((48, 36), quality=92), "whole"),
}


@pytest.fixture
def ordered(browser: Client) -> Edit:
    """A queued edit of the middle of a photo of 1600 × 1200 pixels."""
    return order(browser, photo_of((1600, 1200), quality=92))


@pytest.fixture
def power_cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the step end at this failpoint, once."""

    def cut(at: str) -> None:
        def observe(name: str) -> None:
            if name == at:
                monkeypatch.setattr(failpoints, "observer", None)
                raise PowerCut

        monkeypatch.setattr(failpoints, "observer", observe)

    return cut


@pytest.mark.parametrize("kind", PHOTOS)
def test_outside_of_the_region_the_photo_stays_and_inside_is_what_was_painted(
    inverting: list[bytes], browser: Client, kind: str
) -> None:
    make, sent = PHOTOS[kind]
    edit = advance_to_rest(order(browser, make()))
    before = pixels_of(content_of(browser.get(f"/edits/{edit.pk}/source")))
    after = pixels_of(content_of(browser.get(f"/edits/{edit.pk}/result?download")))
    assert edit.state == State.SUCCEEDED
    assert after.shape == before.shape
    painted = inside(before.shape)
    assert psnr(before[~painted], after[~painted]) >= 50
    assert (np.abs(before[~painted] - after[~painted]).max(axis=1) <= 1).mean() >= 0.98
    middle = inside(before.shape, (0.48, 0.48, 0.04, 0.04))
    assert np.median(np.abs(after[middle] - (255 - before[middle]))) <= 6
    assert_sent(pixels_of(inverting[0]), before, edit, is_whole=sent == "whole")


def assert_sent(sent: Any, before: Any, edit: Edit, *, is_whole: bool) -> None:
    """The model was given the planned part of the photo and nothing else."""
    left, top, right, bottom = edit.crop_window or (0, 0, edit.photo.width, edit.photo.height)
    assert (edit.crop_window is None) == is_whole
    assert sent.shape == (bottom - top, right - left, 3)
    assert psnr(sent, before[top:bottom, left:right]) > 38
    assert edit.sent_percent == pytest.approx(100 * sent.size / before.size, abs=0.01)


def test_a_sideways_phone_photo_has_its_region_in_the_upright_picture(inverting: list[bytes], browser: Client) -> None:
    edit = advance_to_rest(order(browser, sideways((2000, 1500)), region_box="0,0,0.2,0.1"))
    assert (edit.photo.width, edit.photo.height) == (1500, 2000)
    assert present(edit.crop_window)[:2] == [0, 0]
    before, after = pixels_of(bytes_of(edit.photo)), pixels_of(bytes_of(present(edit.result)))
    changed = np.abs(before - after).max(axis=2) > 40
    assert changed[:180, :270].mean() > 0.8
    assert not changed[220:].any()


def test_what_the_model_painted_stays_beside_the_composite(inverting: list[bytes], browser: Client, ordered: Edit) -> None:
    edit = advance_to_rest(ordered)
    assert edit.is_composite
    painted = pixels_of(content_of(browser.get(f"/edits/{edit.pk}/painted")))
    assert psnr(painted, 255 - pixels_of(inverting[0])) > 40
    assert browser.get(f"/edits/{edit.pk}/status/").json()["sent_percent"] == edit.sent_percent


def test_the_change_map_of_a_composite_is_empty_outside_of_the_region(inverting: list[bytes], ordered: Edit) -> None:
    edit = advance_to_rest(ordered)
    assert present(edit.changed_percent) <= 1.3
    with edit.change_map.open("rb") as file, Image.open(file) as opened:
        alpha = np.asarray(opened.convert("RGBA"))[..., 3]
    assert alpha.any()
    assert not alpha[~inside(alpha.shape, (0.44, 0.44, 0.12, 0.12))].any()


@pytest.mark.both_databases
@pytest.mark.parametrize("at", ["after_painted_stored", "after_painted_commit", "after_result_stored", "after_succeeded_commit"])
def test_a_worker_that_dies_while_delivering_loses_nothing(
    inverting: list[bytes], sandbox: SandboxServer, ordered: Edit, media: Path, power_cut: Callable[[str], None], at: str
) -> None:
    edit = to_fetching(ordered)
    power_cut(at)
    with pytest.raises(PowerCut):
        engine.advance(edit.pk)
    if reloaded(edit).state == State.FETCHING:
        its_worker_died(edit)
    edit = advance_to_rest(edit)
    assert edit.is_composite
    assert len(sandbox.runs()) == 1
    kept = files_in(media)
    retention.clean_up(older_than=-60)
    assert files_in(media) == kept


def test_what_was_painted_is_not_downloaded_again(
    inverting: list[bytes], ordered: Edit, power_cut: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = to_fetching(ordered)
    power_cut("after_painted_commit")
    with pytest.raises(PowerCut):
        engine.advance(edit.pk)
    its_worker_died(edit)
    monkeypatch.setattr(WiroClient, "download", None)
    assert advance_to_rest(edit).is_composite


def broken(*_: Any) -> None:
    raise ValueError("no seam")


def test_a_composite_that_cannot_be_made_is_one_log_line_and_is_made_later(
    inverting: list[bytes], browser: Client, ordered: Edit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(images, "stitch", broken)
        edit = advance_to_rest(ordered)
    assert (edit.state, edit.result, edit.is_composite) == (State.SUCCEEDED, edit.painted, False)
    assert edit.events.filter(code=EventCode.COMPOSITE_FAILED).count() == 1
    told = [record for record in caplog.records if record.name == compositing.__name__ and record.levelno >= logging.WARNING]
    assert len(told) == 1
    Edit.objects.update(ended_at=timezone.now() - timedelta(minutes=10))
    assert compositing.backfill_composites() == 1
    later = reloaded(edit)
    assert later.is_composite
    assert later.painted == edit.painted
    assert later.change_map
    assert compositing.backfill_composites() == 0


def test_a_composite_that_stops_the_process_again_and_again_is_left_out(
    inverting: list[bytes], ordered: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = to_fetching(ordered)
    tries = []

    def stop(*_: Any) -> None:
        tries.append(1)
        raise PowerCut

    monkeypatch.setattr(images, "stitch", stop)
    while reloaded(edit).state == State.FETCHING:
        its_worker_died(edit)
        try:
            engine.advance(edit.pk)
        except PowerCut:
            continue
    edit = reloaded(edit)
    assert (edit.state, edit.result) == (State.SUCCEEDED, edit.painted)
    assert len(tries) == compositing.MOST_CLAIMS


def test_while_others_are_made_a_composite_comes_back_later(
    inverting: list[bytes], ordered: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = to_fetching(ordered)
    monkeypatch.setattr("edits.jobs.timing.COMPOSITE_PATIENCE", 0.0)
    with sent_picture.one_at_a_time:
        engine.advance(edit.pk)
    edit = reloaded(edit)
    assert (edit.state, edit.fruitless_claims) == (State.FETCHING, 0)
    assert edit.painted
    assert advance_to_rest(edit).is_composite


def test_an_edit_that_is_shared_keeps_what_was_offered(
    inverting: list[bytes], ordered: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(images, "stitch", broken)
        edit = advance_to_rest(ordered)
    Edit.objects.update(ended_at=timezone.now() - timedelta(minutes=10), visibility="pending")
    assert compositing.backfill_composites() == 0
    assert reloaded(edit).result == edit.painted
    assert not BackfillCursor.objects.filter(pk=compositing.CURSOR).exists()


def test_cleaning_up_leaves_the_files_of_a_region_and_a_purge_takes_them(
    inverting: list[bytes], ordered: Edit, alice: User, media: Path
) -> None:
    edit = advance_to_rest(ordered)
    kept = files_in(media)
    assert retention.clean_up(older_than=-60) == 0
    assert files_in(media) == kept
    trash.delete(edit, alice)
    edit.attempts.update(cleanup_due_at=None, cleaned_up_at=timezone.now())
    trash.delete_for_good(edit, alice)
    assert files_in(media) == []


@pytest.mark.parametrize("variations", ["2", "1"])
def test_variations_and_another_try_have_the_same_region(inverting: list[bytes], browser: Client, variations: str) -> None:
    first = order(browser, photo_of((1600, 1200), quality=92), variations=variations)
    browser.post(f"/edits/{first.pk}/cancel/")
    browser.post(f"/edits/{first.pk}/retry/")
    edits = list(Edit.objects.all())
    assert len(edits) == int(variations) + 1
    assert len({edit.region.name for edit in edits}) == len(edits)
    masks = {edit.region.open("rb").read() for edit in edits}
    assert len(masks) == 1
    assert [edit.crop_window for edit in edits] == len(edits) * [first.crop_window]
