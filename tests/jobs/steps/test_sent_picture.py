"""The picture that the model is given: for an edit with a region, the crop, which is the same at every attempt."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from edits.jobs import engine
from edits.jobs.steps import sent_picture
from edits.models import Edit, Failure, State
from edits.wiro import WiroClient
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.pages import content_of
from tests.regions import order, photo_of, pixels_of, png
from tests.rows import present, reloaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def edit(browser: Client) -> Edit:
    return order(browser, photo_of((1600, 1200), quality=92))


def test_a_refused_attempt_and_the_next_one_send_the_same_picture(
    sandbox: SandboxServer, inverting: list[bytes], edit: Edit
) -> None:
    sandbox.faults.add("Run", "http", status=429)
    crops = set()
    while reloaded(edit).state != State.SUCCEEDED:
        engine.advance(edit.pk)
        crops.add(reloaded(edit).crop.name)
    assert len(sandbox.runs()) == 2
    assert edit.attempts.count() == 2
    assert len(crops - {""}) == 1
    assert len(set(inverting)) == 1


def test_a_crop_that_is_missing_is_made_again(sandbox: SandboxServer, inverting: list[bytes], edit: Edit) -> None:
    first = sent_picture.prepare(edit)
    data = first.file.open("rb").read()
    first.file.storage.delete(str(first.file.name))
    again = sent_picture.prepare(reloaded(edit))
    assert again.file.name != first.file.name
    assert again.file.open("rb").read() == data


def test_two_workers_that_crop_at_the_same_time_keep_one_file(edit: Edit) -> None:
    one, other = reloaded(edit), reloaded(edit)
    first, second = sent_picture.prepare(one), sent_picture.prepare(other)
    assert first.file.name == second.file.name == reloaded(edit).crop.name
    assert first.file.storage.exists(str(first.file.name))


UNUSABLE = {"no picture": b"junk", "another shape": png(Image.new("L", (10, 100), 255)).getvalue()}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_edit_whose_region_cannot_be_read_is_never_sent(sandbox: SandboxServer, edit: Edit, name: str) -> None:
    edit.region.storage.delete(str(edit.region.name))
    edit.region.storage.save(str(edit.region.name), ContentFile(UNUSABLE[name]))
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == (State.FAILED, Failure.INTERNAL_ERROR)
    assert not sandbox.runs()


def test_an_edit_whose_region_is_missing_is_never_sent(sandbox: SandboxServer, edit: Edit) -> None:
    edit.region.storage.delete(str(edit.region.name))
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == (State.FAILED, Failure.INTERNAL_ERROR)
    assert not sandbox.runs()


def test_a_signed_address_gives_the_crop_and_nothing_more(
    sandbox: SandboxServer, inverting: list[bytes], browser: Client, edit: Edit, settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "http://reword.test"
    addresses: list[str] = []
    run = WiroClient.run

    def note(self: WiroClient, model: str, parameters: dict[str, object], **options: object) -> object:
        addresses.append(str(parameters["inputImageUrl"]))
        return run(self, model, parameters, **options)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(WiroClient, "run", note)
        engine.advance(edit.pk)
    given = pixels_of(content_of(browser.get(addresses[0].removeprefix("http://reword.test"))))
    left, top, right, bottom = present(reloaded(edit).crop_window)
    assert given.shape == (bottom - top, right - left, 3)
