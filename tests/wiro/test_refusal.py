"""Which refusals are known by a model's own words, and that others are left alone."""

import pytest

from edits.wiro import Refusal, refusal_in


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        ("The input was flagged as sensitive.", Refusal.SENSITIVE),
        ("NSFW content detected", Refusal.SENSITIVE),
        ("Blocked by our content policy", Refusal.SENSITIVE),
        ("No face detected in the input image", Refusal.NO_FACE),
        ("Face not found", Refusal.NO_FACE),
        ("Nothing changed", Refusal.UNCHANGED),
        ("The output is identical to the input", Refusal.UNCHANGED),
        ("The instruction could not be followed.", None),
        ("surface not ready", None),
        ("", None),
    ],
)
def test_a_known_refusal_is_recognized(message: str, refusal: Refusal | None) -> None:
    assert refusal_in(message) == refusal
