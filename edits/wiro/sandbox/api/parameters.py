"""The inputs of a Run, checked as the model's page describes them: by its file in the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ...catalog import SEEDEDIT, DeclaredInput, InvalidInput, Kind, ModelDeclaration, load
from .refusals import Refusal


@dataclass(frozen=True)
class Inputs:
    """`seed` 0 lets the model draw one; `guidance_scale` runs from 1 to 10. `values` are all inputs of `model`, by field."""

    image_url: str
    prompt: str
    guidance_scale: float
    watermark: bool
    seed: int
    model: ModelDeclaration = field(default_factory=lambda: load()[SEEDEDIT], repr=False)
    values: Mapping[str, Any] = field(default_factory=dict)


def read_inputs(parameters: Mapping[str, Any], model: ModelDeclaration) -> Inputs:
    """Raise `Refusal` (code 0, HTTP 200) in Wiro's words for the first input that does not fit."""
    image_url, prompt = _image_url(parameters, model), _text(parameters, model.words)
    values = {item.field: _value(parameters, item) for item in model.inputs}
    return Inputs(
        image_url=image_url,
        prompt=prompt,
        guidance_scale=values.get("guidance_scale", 4.0),
        watermark=values.get("watermark", False),
        seed=values.get("seed", 0),
        model=model,
        values=values,
    )


def _refuse(name: str, complaint: str) -> Refusal:
    return Refusal(0, f"Request parameter [{name}] {complaint}")


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _refuse(name, "required")
    return value


def _image_url(given: Mapping[str, Any], model: ModelDeclaration) -> str:
    """The first address: the photo. Further ones are checked, and not looked at."""
    name, most = model.picture.name, model.picture.most
    addresses = _text(given, name).split(",") if most > 1 else [_text(given, name)]
    if len(addresses) > most:
        raise _refuse(name, f"must be at most {most} URLs")
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise _refuse(name, "must be a valid http or https URL")
    return addresses[0]


def _value(given: Mapping[str, Any], item: DeclaredInput) -> Any:
    value = given.get(item.name)
    if value is None or (value == "" and item.kind not in (Kind.CHOICE, Kind.TEXT)):
        return item.wiro_default
    accepted = {Kind.SWITCH: (bool,) if item.sends == "boolean" else (str,)}.get(item.kind, (str, int, float))
    try:
        if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
            raise InvalidInput("another type")
        if item.kind == Kind.SWITCH and value not in ("true", "false", True, False):
            raise InvalidInput("another word")
        return item.checked(value)
    except InvalidInput:
        raise _refuse(item.name, _rule(item)) from None


def _rule(item: DeclaredInput) -> str:
    match item.kind:
        case Kind.DECIMAL | Kind.WHOLE:
            return f"must be a number between {item.minimum} and {item.maximum}"
        case Kind.SEED:
            return "must be an integer, 0 or greater"
        case Kind.SWITCH:
            return 'must be one of "true", "false"'
        case Kind.CHOICE:
            return f"must be one of {', '.join(option.value for option in item.options)}"
        case Kind.TEXT:
            return "is too long"
