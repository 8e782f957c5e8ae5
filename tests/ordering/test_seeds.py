"""A random seed is one that the model takes."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from edits.models import Edit
from edits.web.addresses import edit_url
from edits.wiro.catalog import SEEDEDIT
from tests.forms import codes, post

pytestmark = pytest.mark.django_db

FEW = "maker/few-seeds"
MODEL = """
slug = "maker/few-seeds"
name = "Few Seeds"
seconds = 9
good_at = "Tests."
[picture]
input = "inputImageUrl"
[[inputs]]
name = "seed"
kind = "seed"
max = 4
label = "Seed"
"""


@pytest.fixture(autouse=True)
def _offers_a_model_with_four_seeds(settings: Settings, tmp_path: Path) -> None:
    settings.MODELS_DIR, settings.MODELS = tmp_path / "models", ["*"]
    settings.MODELS_DIR.mkdir()
    (settings.MODELS_DIR / "few-seeds.toml").write_text(MODEL)


def seeds_of(browser: Client, **fields: str) -> list[int]:
    answer = post(browser, as_json=True, **{"seed": "", **fields})
    assert answer.status_code == 201, answer.content
    return [Edit.objects.get(pk=edit["id"]).seed for edit in answer.json()["edits"]]


def test_variations_have_different_seeds_within_the_models_bounds(browser: Client) -> None:
    assert codes(post(browser, as_json=True, model=FEW, seed="5")) == {"seed": ["max_value"]}
    assert sorted(seeds_of(browser, model=FEW, variations="4")) == [1, 2, 3, 4]
    assert seeds_of(browser, model=FEW, variations="4", seed="3", nonce="n")[0] == 3


def test_models_that_are_compared_have_a_seed_that_all_of_them_take(browser: Client) -> None:
    first, second = seeds_of(browser, model=f"{SEEDEDIT},{FEW}")
    assert first == second
    assert 1 <= first <= 4


def test_trying_again_with_another_model_takes_a_seed_that_this_one_has(browser: Client) -> None:
    seeds_of(browser, seed="5000")
    edit = Edit.objects.get()
    Edit.objects.update(state="failed", failure_code="model_failed", due_at=None, ended_at=edit.created_at)
    for number, seed in enumerate(("same", "new")):
        browser.post(f"{edit_url(edit)}retry/", {"seed": seed, "nonce": f"n{number}", "model": FEW})
        assert 1 <= Edit.objects.get(nonce=f"n{number}").seed <= 4
