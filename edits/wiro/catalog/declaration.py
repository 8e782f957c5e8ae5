"""What a model's file says, as objects. They know how a Run names and writes things, but nothing about the application."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .pricing import PriceRule

SEED_MAX = 2_147_483_647
"""What models take is not documented beyond "integer"; 32-bit signed is understood everywhere."""

Sent = str | int | float | bool


class Kind(StrEnum):
    """What kind of value an input takes."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    SWITCH = "switch"
    CHOICE = "choice"
    SEED = "seed"


class InvalidInput(ValueError):
    """A value that an input does not take."""


@dataclass(frozen=True)
class Text:
    """A text in several languages. English is always there, and is used for languages without a translation."""

    by_language: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The text in `language`, a code such as "de" or "de-at"."""
        return self.by_language.get(language) or self.by_language.get(language[:2]) or self.by_language.get("en", "")

    def __str__(self) -> str:
        return self.in_language("en")

    def __bool__(self) -> bool:
        return bool(str(self))


@dataclass(frozen=True)
class Option:
    """One choice: `value` is what a Run takes, `label` what people read."""

    value: str
    label: Text


@dataclass(frozen=True)
class DeclaredInput:
    """One input besides the picture and the instruction. `name` is its name in a Run, `field` its name in forms and in stored
    edits.

    `wiro_default` is what Wiro assumes if the input is left out, where that differs from `default`. `ends` are the words at both
    ends of a slider. `sends` is the JSON type of the value: "text", "number" or "boolean".
    """

    name: str
    field: str
    kind: Kind
    label: Text
    help: Text
    wrong: Text
    default: Any
    wiro_default: Any
    minimum: float | None
    maximum: float | None
    step: float | None
    options: tuple[Option, ...]
    ends: tuple[Text, ...]
    sends: str

    def checked(self, value: object) -> Any:
        """`value`, given as text or in its stored form, in its stored form. Raises InvalidInput."""
        match self.kind:
            case Kind.SWITCH:
                return _switch(value)
            case Kind.CHOICE:
                if str(value) not in {option.value for option in self.options}:
                    raise InvalidInput(f"{value} is not a choice")
                return str(value)
            case Kind.DECIMAL:
                return self._within(_decimal(value))
            case Kind.WHOLE | Kind.SEED:
                return self._within(_whole(value))
            case Kind.TEXT:
                if self.maximum is not None and len(str(value)) > self.maximum:
                    raise InvalidInput("too long")
                return str(value)

    def sent(self, value: Any) -> Sent:
        """The value as a Run has it."""
        if self.sends == "text":
            return str(value).lower() if isinstance(value, bool) else str(value)
        return bool(value) if self.sends == "boolean" else value

    def _within(self, number: Any) -> Any:
        if (self.minimum is not None and number < self.minimum) or (self.maximum is not None and number > self.maximum):
            raise InvalidInput(f"{number} is out of range")
        return number


@dataclass(frozen=True)
class PictureRules:
    """The input that takes the photo, and what the photo must be. `most` is how many addresses the input takes, as one
    comma-separated text, the photo first. `max_ratio` bounds longer : shorter side, itself excluded."""

    name: str
    most: int
    formats: tuple[str, ...]
    max_bytes: int
    min_side: int
    max_ratio: int | None

    def sent(self, addresses: Sequence[str]) -> str:
        """The value of the input. Raises ValueError for more addresses than the model takes."""
        if not 1 <= len(addresses) <= self.most:
            raise ValueError(f"{self.name} takes 1 to {self.most} pictures")
        return ",".join(addresses)


@dataclass(frozen=True)
class OutputRules:
    """What comes back. `count` is how many pictures, or the field that says so; `format` is png, jpeg or webp, or the field that
    says so. `sizing` is "table" (about a megapixel, from ByteDance's table of sizes) or "photo" (the photo's own aspect ratio).
    `megapixels` is the usual size, by the value of `megapixels_by` if that names a field."""

    count: int | str
    format: str
    sizing: str
    megapixels: Mapping[str, float]
    megapixels_by: str


@dataclass(frozen=True)
class ModelDeclaration:
    """One model. `key` is the name of its file; `seconds` is the typical time of a Run."""

    key: str
    slug: str
    name: str
    good_at: Text
    seconds: float
    picture: PictureRules
    words: str
    words_max: int
    inputs: tuple[DeclaredInput, ...]
    output: OutputRules
    price: PriceRule | None

    @property
    def seed(self) -> DeclaredInput | None:
        """The input that makes a result repeatable, if there is one."""
        return next((item for item in self.inputs if item.kind == Kind.SEED), None)

    @property
    def defaults(self) -> dict[str, Any]:
        """The default of every input, by field."""
        return {item.field: item.default for item in self.inputs}

    def parameters(self, addresses: Sequence[str], words: str, values: Mapping[str, Any]) -> dict[str, Sent]:
        """The inputs of a Run, named, written and ordered as the model's page has them; `values` are by field."""
        given = {self.picture.name: self.picture.sent(addresses), self.words: words}
        return {**given, **self.sent_inputs(values)}

    def sent_inputs(self, values: Mapping[str, Any]) -> dict[str, Sent]:
        """The inputs besides the picture and the instruction, as a Run has them."""
        return {item.name: item.sent(values.get(item.field, item.default)) for item in self.inputs}

    def output_count(self, values: Mapping[str, Any]) -> int:
        """How many pictures a Run with these values returns."""
        count = self.output.count
        return count if isinstance(count, int) else int({**self.defaults, **values}[count])

    def output_format(self, values: Mapping[str, Any]) -> str:
        """The format of a Run's pictures: png, jpeg or webp."""
        said = str({**self.defaults, **values}.get(self.output.format, self.output.format)).lower()
        return "jpeg" if said == "jpg" else said

    def output_pixels(self, values: Mapping[str, Any]) -> int:
        """About how many pixels one picture of a Run has."""
        sizes = self.output.megapixels
        chosen = str({**self.defaults, **values}.get(self.output.megapixels_by, ""))
        return round(1_000_000 * sizes.get(chosen, next(iter(sizes.values()))))


def _switch(value: object) -> bool:
    if str(value).lower() in ("true", "on", "1", "yes"):
        return True
    if str(value).lower() in ("false", "off", "0", "no", ""):
        return False
    raise InvalidInput(f"{value} is neither on nor off")


def _decimal(value: object) -> float:
    try:
        number = float(str(value)) if not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(f"{value} is not a number")
    return number


def _whole(value: object) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
        raise InvalidInput(f"{value} is not a whole number")
    return int(str(value))
