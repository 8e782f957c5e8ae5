"""A model is one file: with it alone, an edit can be ordered, sent, painted and looked at."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from edits.models import Edit
from edits.web.addresses import edit_url, status_url
from edits.wiro.catalog import load
from edits.wiro.sandbox import SandboxServer
from tests.conftest import PACE, advance_to_rest
from tests.forms import codes, named, post
from tests.pages import text_of
from tests.pictures import plain
from tests.regions import BOX, bytes_of, pixels_of
from tests.rows import present

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

SLUG = "maker/brand-new"
NEW = """
slug = "maker/brand-new"
name = "Brand New"
seconds = 9
good_at = "Tests."

[picture]
input = "inputImagesUrl"
most = 4
max_ratio = 2

[words]
input = "instruction"

[output]
format_by = "output_format"
megapixels = 0.2

[[inputs]]
name = "outputFormat"
kind = "choice"
default = "jpeg"
label = "File type"
options = [{ value = "jpeg", label = "JPEG file" }, { value = "webp" }]

[[inputs]]
name = "steps"
kind = "whole"
default = 20
min = 1
max = 50
label = "Steps"

[[inputs]]
name = "raw"
kind = "switch"
sends = "boolean"
default = false
label = "Raw"
"""


@pytest.fixture
def new_model(settings: Settings, tmp_path: Path) -> Iterator[SandboxServer]:
    """A site with one file more, and a Wiro that has the model."""
    settings.MODELS_DIR = tmp_path / "models"
    settings.MODELS_DIR.mkdir()
    (settings.MODELS_DIR / "brand-new.toml").write_text(NEW)
    settings.MODELS, settings.ENGINE_TIME_SCALE = ["*"], PACE
    keys = {"api_key": settings.WIRO_API_KEY, "api_secret": settings.WIRO_API_SECRET}
    with SandboxServer(**keys, time_scale=PACE, size_scale=0.4, models=load(settings.MODELS_DIR)) as server:
        settings.WIRO_BASE_URL, settings.WIRO_OUTPUT_HOSTS = server.url, [server.origin]
        yield server


def test_with_one_file_a_model_can_be_ordered_from(browser: Client, new_model: SandboxServer) -> None:
    assert "File type" in text_of(browser.get("/edits/new/"))
    answer = post(browser, as_json=True, model=SLUG, **{"brand-new-steps": "30", "output_format": "webp", "raw": "on"})
    assert answer.status_code == 201, answer.content
    edit = advance_to_rest(Edit.objects.get(pk=answer.json()["id"]))
    (run,) = new_model.runs()
    address = run.parameters["inputImagesUrl"]
    assert address.startswith(f"{new_model.origin}/files/")
    sent = {"instruction": "Make it night", "outputFormat": "webp", "steps": 30, "raw": True}
    assert dict(run.parameters) == {"inputImagesUrl": address, **sent}
    assert (edit.state, edit.model, edit.seed) == ("succeeded", SLUG, 0)
    with Image.open(present(edit.result).file) as result:
        assert result.width / result.height == pytest.approx(640 / 427, rel=0.02)
    assert browser.get(status_url(edit)).json()["model"] == SLUG
    page = text_of(browser.get(edit_url(edit)))
    assert "Model Brand New File type webp Steps 30 Raw yes" in " ".join(page.split())


@pytest.mark.usefixtures("new_model")
def test_its_limits_are_checked_before_anything_is_sent(browser: Client) -> None:
    assert codes(post(browser, as_json=True, model=SLUG, steps="51")) == {"steps": ["max_value"]}
    wrong = {"brand-new-output_format": "gif"}
    assert codes(post(browser, as_json=True, model=SLUG, **wrong)) == {"brand-new-output_format": ["invalid_choice"]}
    assert codes(post(browser, as_json=True, model="maker/other")) == {"model": ["unknown_model"]}
    assert codes(post(browser, as_json=True, model=SLUG, photo=wide())) == {"photo": ["aspect_ratio"]}
    assert post(browser, as_json=True, photo=wide()).status_code == 201


def wide() -> object:
    return named(plain(500, 200))


@pytest.mark.usefixtures("new_model")
def test_what_is_left_out_has_its_default(browser: Client) -> None:
    edit = Edit.objects.get(pk=post(browser, as_json=True, model=SLUG).json()["id"])
    assert edit.inputs == {"output_format": "jpeg", "steps": 20, "raw": False}


def test_a_site_offers_seededit_alone_until_its_operator_chooses(browser: Client, settings: Settings) -> None:
    assert codes(post(browser, as_json=True, model="reve/Edit")) == {"model": ["unknown_model"]}
    settings.MODELS = ["reve/Edit"]
    assert Edit.objects.get(pk=post(browser, as_json=True).json()["id"]).model == "reve/Edit"


@pytest.mark.parametrize("slug", [model.slug for model in load()])
def test_every_model_paints_in_the_sandbox(browser: Client, sandbox: SandboxServer, settings: Settings, slug: str) -> None:
    settings.MODELS = ["*"]
    edit = Edit.objects.get(pk=post(browser, as_json=True, model=slug).json()["id"])
    assert advance_to_rest(edit).state == "succeeded"
    assert [run.model for run in sandbox.runs()] == [slug]


@pytest.mark.parametrize(
    ("slug", "inputs"), [("ByteDance/seedream-v4-5", {}), ("pruna/qwen-image-edit-plus", {"outputFormat": "webp"})]
)
def test_a_region_and_the_rest_are_kept_whatever_size_and_format_come_back(
    browser: Client, sandbox: SandboxServer, settings: Settings, slug: str, inputs: dict[str, str]
) -> None:
    settings.MODELS = ["*"]
    fields = {"model": slug, "output_format": inputs.get("outputFormat", "png"), "prompt": "Make it sepia"}
    edit = advance_to_rest(Edit.objects.get(pk=post(browser, as_json=True, region_box=BOX, **fields).json()["id"]))
    assert edit.is_composite
    photo, result = pixels_of(bytes_of(edit.photo)), pixels_of(bytes_of(present(edit.result)))
    assert result.shape == photo.shape
    # Far from the region in the middle, the photo is what it was.
    assert np.abs(result[:100, :100] - photo[:100, :100]).max() <= 2
    whole = advance_to_rest(Edit.objects.get(pk=post(browser, as_json=True, **fields, nonce="whole").json()["id"]))
    kept = browser.post(f"{edit_url(whole)}keep-rest/", {"region_box": BOX}, headers={"accept": "application/json"})
    assert kept.status_code == 201, kept.content
    version = Edit.objects.get(pk=kept.json()["id"])
    assert (present(version.result).width, present(version.result).height) == (640, 427)
    assert version.model == slug
