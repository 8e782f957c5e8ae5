"""The models as the composer offers them: one sentence, price and typical time each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ...jobs.catalog import ModelDeclaration, spoken
from ...models import ModelStatus
from ...operations.model_record import ENOUGH, Record, records
from ...ordering.prices import Price, price_of, rules_for
from .fields import name_of


@dataclass(frozen=True)
class ModelChoice:
    """One model to choose. `prices` is what scripts need to put the price of the chosen inputs on the button."""

    model: ModelDeclaration
    price: Price
    is_chosen: bool
    is_compared: bool
    prices: list[dict[str, Any]]
    known: Record

    @property
    def record(self) -> str:
        """How often people here picked it, once there are enough comparisons."""
        if not self.known.is_telling:
            return ""
        facts = {"picked": self.known.picked, "compared": self.known.compared}
        return _("picked in %(picked)d of %(compared)d comparisons") % facts

    @property
    def good_at(self) -> str:
        return spoken(self.model.good_at)

    @property
    def prices_json(self) -> str:
        return json.dumps(self.prices)

    @property
    def seconds(self) -> int:
        """Until the result: the time that recent edits took, otherwise that in the model's file."""
        return round(self.known.seconds if self.known.seconds and len(self.known.times) >= ENOUGH else self.model.seconds)


def choices(offered: list[ModelDeclaration], chosen: list[ModelDeclaration]) -> list[ModelChoice]:
    """If several are chosen, the first counts as the chosen one, and the others are compared with it."""
    statuses: Mapping[str, ModelStatus] = ModelStatus.objects.in_bulk([model.slug for model in offered])
    found, found_here = [], records()
    for model in offered:
        status = statuses.get(model.slug)
        price = price_of(model, model.defaults, status)
        place = chosen.index(model) if model in chosen else -1
        found.append(
            ModelChoice(model, price, place == 0, place > 0, _table(model, price, status), found_here.get(model.slug, Record()))
        )
    return found


def _table(model: ModelDeclaration, usual: Price, status: ModelStatus | None) -> list[dict[str, Any]]:
    """USD by the chosen inputs, the most specific rule first: `when` and `times` name fields of the page."""
    fields = {item.name: name_of(model, item.field) for item in model.inputs}
    counted = model.output.count if isinstance(model.output.count, str) else ""
    table: list[dict[str, Any]] = []
    for price in status.prices if status else []:
        when = {name: str(value) for name, value in (price.get("when") or {}).items()}
        values = {item.field: item.checked(when[item.name]) for item in model.inputs if item.name in when and item.options}
        rules = rules_for(model, {**model.defaults, **values}, status)
        if when and len(values) == len(when) and rules:
            is_counted = bool(counted) and rules[0].per != "run"
            usd = rules[0].amount(1 if is_counted else model.output_count({}), model.seconds, model.output_pixels(values))
            row = {"when": {fields[name]: value for name, value in when.items()}, "usd": float(usd)}
            table.append(row | {"times": name_of(model, counted) if is_counted else "", "about": not rules[0].is_exact})
    rules = rules_for(model, model.defaults, status)
    is_counted = bool(counted and rules) and rules[0].per != "run"
    rest: dict[str, Any] = {
        "when": {},
        "usd": float(usual.usd / (model.output_count({}) if is_counted else 1)),
        "about": usual.is_about,
    }
    rest["times"] = name_of(model, counted) if is_counted else ""
    return [*sorted(table, key=lambda row: -len(row["when"])), rest]
