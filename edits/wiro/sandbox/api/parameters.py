"""The inputs of seededit-v3, checked as the model's page describes them (source: seed reference)."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .refusals import Refusal

DEFAULTS = {"guidanceScale": "4.0", "watermark": "false", "seed": "1"}
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Inputs:
    """`seed` 0 lets the model draw one; `guidance_scale` runs from 1 to 10."""

    image_url: str
    prompt: str
    guidance_scale: float
    watermark: bool
    seed: int


def read_inputs(parameters: Mapping[str, Any]) -> Inputs:
    """Raise `Refusal` (code 0, HTTP 200) in Wiro's words for the first input that does not fit."""
    given = {**DEFAULTS, **{name: value for name, value in parameters.items() if value not in (None, "")}}
    return Inputs(
        image_url=_image_url(given),
        prompt=_text(given, "prompt"),
        guidance_scale=_guidance_scale(given),
        watermark=_watermark(given),
        seed=_seed(given),
    )


def _refuse(name: str, complaint: str) -> Refusal:
    return Refusal(0, f"Request parameter [{name}] {complaint}")


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _refuse(name, "required")
    return value


def _image_url(given: Mapping[str, Any]) -> str:
    url = _text(given, "inputImageUrl")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise _refuse("inputImageUrl", "must be a valid http or https URL")
    return url


def _guidance_scale(given: Mapping[str, Any]) -> float:
    value = given["guidanceScale"]
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 1 <= number <= 10:
        raise _refuse("guidanceScale", "must be a number between 1 and 10")
    return number


def _watermark(given: Mapping[str, Any]) -> bool:
    if given["watermark"] not in ("true", "false"):
        raise _refuse("watermark", 'must be one of "true", "false"')
    return bool(given["watermark"] == "true")


def _seed(given: Mapping[str, Any]) -> int:
    value = given["seed"]
    if isinstance(value, bool) or not WHOLE_NUMBER.fullmatch(str(value)):
        raise _refuse("seed", "must be an integer, 0 or greater")
    return int(value)
