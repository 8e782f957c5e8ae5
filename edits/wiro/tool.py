"""Wiro's models ("tools") as Python objects, as Tool/Detail and Tool/List describe them.

Source: Wiro's own clients (2026); the public documentation does not have these calls. Everything may
be missing, so everything has an empty value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from .values import (
    MAX_MESSAGE,
    MAX_NAME,
    as_bool,
    as_float,
    as_int,
    as_line,
    as_objects,
    as_text,
    as_usd,
    decode_json,
)

MAX_ITEMS = 200
"""Groups, inputs, options, prices and categories of one model that are read; more are left out."""


@dataclass(frozen=True)
class WiroToolOption:
    """One choice of a `select` input: `value` is what Run takes, `label` what people read."""

    label: str
    value: str


@dataclass(frozen=True)
class WiroToolInput:
    """One input of a model, named `id` in a Run.

    `type` is Wiro's word (text, textarea, select, range, number, float, fileinput, multifileinput,
    combinefileinput, or one not known here). `default` is text whatever the type; `minimum`,
    `maximum` and `step` are in the input's own unit, None where there is none.
    """

    id: str
    type: str
    label: str
    required: bool
    default: str
    placeholder: str
    note: str
    options: tuple[WiroToolOption, ...]
    minimum: float | None
    maximum: float | None
    step: float | None

    @classmethod
    def from_answer(cls, values: Mapping[str, Any]) -> "WiroToolInput":
        """Read one of a group's `items`."""
        return cls(
            id=as_line(values.get("id"), MAX_NAME),
            type=as_line(values.get("type"), MAX_NAME),
            label=as_line(values.get("label"), MAX_NAME),
            required=as_bool(values.get("required")) is True,
            default=_default(values.get("default")),
            placeholder=as_line(values.get("placeholder"), MAX_MESSAGE),
            note=as_line(values.get("note"), MAX_MESSAGE),
            options=tuple(
                WiroToolOption(as_line(option.get("label"), MAX_NAME), _default(option.get("value")))
                for option in _objects(values.get("options"))
            ),
            minimum=as_float(values.get("min")),
            maximum=as_float(values.get("max")),
            step=as_float(values.get("step")),
        )


@dataclass(frozen=True)
class WiroToolGroup:
    """Inputs that belong together on Wiro's page."""

    title: str
    items: tuple[WiroToolInput, ...]


@dataclass(frozen=True)
class WiroToolPrice:
    """A price in USD, by `method`, for Runs whose inputs have these values; no inputs means always. None: it cannot be read.

    Known methods: "cpr" for each Run, "cpo" for each output, "cps" for each second, "cp-pixel" for each pixel.
    """

    price: Decimal | None
    method: str
    inputs: Mapping[str, str] = field(default_factory=dict)

    def applies_to(self, inputs: Mapping[str, Any]) -> bool:
        """Does this price hold for a Run with `inputs`?"""
        return all(_default(inputs.get(name)) == value for name, value in self.inputs.items())


@dataclass(frozen=True)
class WiroTool:
    """One model. Costs are in USD, None where Wiro gives none; `inputs` of several groups are in `groups`."""

    owner: str
    project: str
    title: str
    description: str
    categories: tuple[str, ...]
    groups: tuple[WiroToolGroup, ...]
    prices: tuple[WiroToolPrice, ...]
    cost_per_second: Decimal | None
    approximate_cost: Decimal | None
    run_count: int | None
    success_count: int | None
    error_count: int | None

    @classmethod
    def from_answer(cls, values: Mapping[str, Any]) -> "WiroTool":
        """Read one of the answer's `tool` entries: missing fields and junk become None or empty."""
        statistics = next(iter(as_objects(_decoded(values.get("taskstat")))), {})
        return cls(
            owner=_slug(values, "owner"),
            project=_slug(values, "project"),
            title=as_line(values.get("title"), MAX_NAME),
            description=as_line(values.get("description"), MAX_MESSAGE),
            categories=_categories(values.get("categories")),
            groups=tuple(map(_group, _objects(values.get("parameters")))),
            prices=tuple(_prices(values.get("dynamicprice"))),
            cost_per_second=as_usd(values.get("cps")),
            approximate_cost=as_usd(values.get("approximatelycost")),
            run_count=as_int(statistics.get("runcount")),
            success_count=as_int(statistics.get("successcount")),
            error_count=as_int(statistics.get("errorcount")),
        )

    @property
    def slug(self) -> str:
        """The name under which `WiroClient.run` knows it: "owner/project"."""
        return f"{self.owner}/{self.project}"

    @property
    def inputs(self) -> tuple[WiroToolInput, ...]:
        """The inputs of all groups, in order."""
        return tuple(item for group in self.groups for item in group.items)

    def price_for(self, inputs: Mapping[str, Any]) -> WiroToolPrice | None:
        """The price of a Run with `inputs`: of the readable ones that hold, the one that names most inputs."""
        fitting = [price for price in self.prices if price.price is not None and price.applies_to(inputs)]
        return max(fitting, key=lambda price: len(price.inputs), default=None)


def _group(values: Mapping[str, Any]) -> WiroToolGroup:
    items = tuple(map(WiroToolInput.from_answer, _objects(values.get("items"))))
    return WiroToolGroup(as_line(values.get("title"), MAX_NAME), items)


def _prices(value: object) -> list[WiroToolPrice]:
    """Entries without a price are of no use and are left out."""
    prices = []
    for entry in _objects(value):
        price = as_usd(entry.get("price"))
        if price is not None or as_text(entry.get("price")):
            given = next(iter(as_objects(_decoded(entry.get("inputs")))), {})
            inputs = {name: _default(wanted) for name, wanted in islice(given.items(), MAX_ITEMS)}
            method = as_line(entry.get("priceMethod"), MAX_NAME)
            prices.append(WiroToolPrice(price, method, inputs))
    return prices


def _categories(value: object) -> tuple[str, ...]:
    decoded = _decoded(value)
    names = decoded if isinstance(decoded, list) else []
    return tuple(filter(None, (as_line(name, MAX_NAME) for name in names[:MAX_ITEMS])))


def _slug(values: Mapping[str, Any], part: str) -> str:
    """The cleaned slug is the one that addresses take."""
    return as_line(values.get(f"cleanslug{part}"), MAX_NAME) or as_line(values.get(f"slug{part}"), MAX_NAME)


def _objects(value: object) -> list[Mapping[str, Any]]:
    return as_objects(_decoded(value))[:MAX_ITEMS]


def _decoded(value: object) -> object:
    """Lists and objects may arrive as text that holds JSON."""
    return decode_json(value) if isinstance(value, str) else value


def _default(value: object) -> str:
    """A value of an input as Run takes it as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return as_line(as_text(value), MAX_MESSAGE)
