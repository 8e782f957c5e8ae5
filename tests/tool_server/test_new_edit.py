"""A paid edit is made only with a confirmation of its price, for exactly what was confirmed, and once."""

import base64
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from edits.models import ApiToken, Edit, ModelStatus, Photo, State
from edits.tool_server import confirmation
from tests.rows import edit_in, stored
from tests.tool_server.calling import Assistant, wish

pytestmark = pytest.mark.django_db


def agreed(assistant: Assistant, **changes: Any) -> str:
    told = assistant.told("edit_photo", **wish(**changes))
    assert told["status"] == "needs_confirmation"
    return str(told["confirmation"])


def test_first_comes_the_price_and_nothing_is_made(assistant: Assistant, settings: Settings) -> None:
    settings.PRICE_ESTIMATE = Decimal("0.07")
    told = assistant.told("edit_photo", **wish(variations=2))
    assert (told["price_estimate"], told["currency"], told["edits"]) == ("0.14", "USD", [])
    assert "Price: 0.14 USD" in told["next_step"]
    assert told["confirmation_seconds"] == 900
    assert (Edit.objects.count(), Photo.objects.count()) == (0, 0)


def test_with_the_confirmation_the_edit_is_made_once(assistant: Assistant) -> None:
    yes = agreed(assistant)
    first = assistant.told("edit_photo", **wish(confirmation=yes))
    assert first["status"] == "created"
    again = assistant.told("edit_photo", **wish(confirmation=yes))
    assert [edit["id"] for edit in again["edits"]] == [edit["id"] for edit in first["edits"]] == [str(Edit.objects.get().pk)]
    assert Edit.objects.get().cost_reserved == Decimal(first["price_estimate"])


def test_a_new_confirmation_is_a_new_edit(assistant: Assistant) -> None:
    for _ in range(2):
        assistant.told("edit_photo", **wish(confirmation=agreed(assistant)))
    assert Edit.objects.count() == 2


@pytest.mark.parametrize("change", [{"prompt": "Make it day"}, {"variations": 2}, {"file_name": "x"}, {"inputs": {"seed": 3}}])
def test_a_confirmation_holds_for_nothing_else(assistant: Assistant, change: dict[str, Any]) -> None:
    yes = agreed(assistant)
    code, words = assistant.refusal("edit_photo", **wish(confirmation=yes, **change))
    assert code == "confirmation_invalid"
    assert "Leave it out to get the price" in words
    assert not Edit.objects.exists()


def test_a_forged_or_foreign_confirmation_is_refused(assistant: Assistant, alice: User, bob: User) -> None:
    yes = agreed(assistant)
    for caller, text in [(assistant, yes[:-1] + "?"), (assistant, "yes"), (assistant, ""), (Assistant.of(bob), yes)]:
        assert caller.refusal("edit_photo", **wish(confirmation=text))[0] == "confirmation_invalid"
    # Another token of the same person has other limits, and may be revoked separately.
    assert Assistant.of(alice).refusal("edit_photo", **wish(confirmation=yes))[0] == "confirmation_invalid"
    assert not Edit.objects.exists()


def test_an_expired_confirmation_asks_again_but_still_names_what_was_made(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, unused = agreed(assistant), agreed(assistant)
    made = assistant.told("edit_photo", **wish(confirmation=used))
    monkeypatch.setattr(confirmation, "SECONDS_VALID", -1)
    told = assistant.told("edit_photo", **wish(confirmation=unused))
    assert told["status"] == "needs_confirmation"
    assert "has expired" in told["next_step"]
    assert assistant.told("edit_photo", **wish(confirmation=used))["edits"][0]["id"] == made["edits"][0]["id"]
    assert Edit.objects.count() == 1


def test_a_price_that_has_risen_asks_again(assistant: Assistant, settings: Settings) -> None:
    settings.PRICE_ESTIMATE = Decimal("0.05")
    yes = agreed(assistant)
    settings.PRICE_ESTIMATE = Decimal("0.06")
    told = assistant.told("edit_photo", **wish(confirmation=yes))
    assert (told["status"], told["price_estimate"]) == ("needs_confirmation", "0.06")
    assert "The price has risen from 0.05 USD" in told["next_step"]
    assert not Edit.objects.exists()
    settings.PRICE_ESTIMATE = Decimal("0.04")
    assert assistant.told("edit_photo", **wish(confirmation=yes))["status"] == "created"


def test_another_default_model_meanwhile_asks_again(assistant: Assistant, settings: Settings) -> None:
    settings.MODELS = ["*"]
    yes, models = agreed(assistant), assistant.told("list_models")["models"]
    ModelStatus.objects.create(pk=models[1]["slug"], is_default=True)
    told = assistant.told("edit_photo", **wish(confirmation=yes))
    assert told["models"] == [models[1]["slug"]]
    assert "default model has changed" in told["next_step"]
    assert not Edit.objects.exists()


def test_it_starts_from_a_version_and_keeps_its_seed(assistant: Assistant, alice: User, media: Any) -> None:
    start = edit_in(State.SUCCEEDED, alice, stored(alice), seed=4711)
    region = {"left": 0.25, "top": 0.25, "width": 0.2, "height": 0.2}
    wanted = {"photo": None, "version": str(start.pk), "keep_seed": True, "region": region}
    made = assistant.told("edit_photo", **wish(confirmation=agreed(assistant, **wanted), **wanted))["edits"][0]
    assert (made["version_of"], made["seed"]) == (str(start.pk), 4711)
    assert Edit.objects.get(pk=made["id"]).region


def test_the_inputs_of_a_model_are_its_own(assistant: Assistant) -> None:
    inputs = {"guidance_scale": 7.5, "watermark": True, "seed": 3}
    made = assistant.told("edit_photo", **wish(inputs=inputs, confirmation=agreed(assistant, inputs=inputs)))["edits"][0]
    assert {name: made[name] for name in inputs} == inputs
    for name in ("nonce", "model", "photo", "steps"):
        code, words = assistant.refusal("edit_photo", **wish(inputs={name: "x"}))
        assert code == "invalid"
        assert (
            words == f"inputs: No such input: {name}. The inputs of this model: guidance_scale, watermark, seed. (unknown_input)"
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"photo": None}, "version: Give either a `version`, the id of an edit (list_edits has them), or a `photo`. (conflict)"),
        ({"photo": "/home/alice/photo.jpg"}, "photo: This is not base64. Send the bytes of the file, not its path"),
        ({"photo": "AAAA"}, "(unsupported_format)"),
        ({"prompt": ""}, "prompt: This field is required. (required)"),
        ({"prompt": "x" * 2001}, "(max_length)"),
        ({"prompt": "a\0b"}, "(null_characters_not_allowed)"),
        ({"model": "nobody/nothing"}, "(unknown_model)"),
        ({"variations": 5}, "variations: Choose 1 to 4 variations. (max_value)"),
        ({"inputs": {"guidance_scale": 99}}, "guidance_scale:"),
        ({"region": {"left": 0, "top": 0, "width": 0, "height": 0}}, "region:"),
        ({"region": {"left": 0, "top": 0, "width": 2, "height": 1}}, "region.width:"),
        ({"keep_seed": True}, "keep_seed: Only a version has a seed to keep. (conflict)"),
        ({"version": "00000000-0000-0000-0000-000000000000"}, "version: Give either a `version`"),
        ({"version": "00000000-0000-0000-0000-000000000000", "photo": None}, "That photo is no longer available."),
        ({"strength": 1}, "strength: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_said_before_there_is_a_price(assistant: Assistant, change: dict[str, Any], words: str) -> None:
    code, said = assistant.refusal("edit_photo", **wish(**change))
    assert code == "invalid"
    assert words in said


def test_somebody_elses_edit_is_no_version(assistant: Assistant, bob: User, media: Any) -> None:
    theirs = str(edit_in(State.SUCCEEDED, bob, stored(bob)).pk)
    assert assistant.refusal("edit_photo", **wish(photo=None, version=theirs))[0] == "invalid"
    assert assistant.refusal("edit_photo", **wish(photo=None, version=theirs, keep_seed=True))[0] == "not_found"


def test_a_picture_as_a_data_address_is_taken(assistant: Assistant) -> None:
    agreed(assistant, photo=f"data:image/jpeg;base64,{wish()['photo']}")


def test_a_photo_that_would_fit_is_said_to(assistant: Assistant) -> None:
    _code, said = assistant.refusal("edit_photo", **wish(photo=_webp()))
    assert "With `fit` true, this photo may be accepted." in said
    agreed(assistant, photo=_webp(), fit=True)


def _webp() -> str:
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(kept, "WEBP")
    return base64.b64encode(kept.getvalue()).decode()


def test_over_a_quota_there_is_no_price(assistant: Assistant, settings: Settings) -> None:
    settings.EDITS_PER_DAY = 1
    code, words = assistant.refusal("edit_photo", **wish(variations=2))
    assert code == "edits_per_day"
    assert "Try again after" in words
    yes = agreed(assistant)
    settings.EDITS_PER_DAY = 0
    assert assistant.refusal("edit_photo", **wish(confirmation=yes))[0] == "edits_per_day"


def test_a_revoked_token_takes_its_confirmations_along(assistant: Assistant) -> None:
    yes = agreed(assistant)
    ApiToken.objects.update(revoked_at=timezone.now() - timedelta(seconds=1))
    assert assistant.ask("tools/call", {"name": "edit_photo", "arguments": wish(confirmation=yes)}).status_code == 401
