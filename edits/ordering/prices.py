"""What an edit is expected to cost: by Wiro's own price rule, otherwise what the model's file assumes, or PRICE_ESTIMATE.

The ledger has what Wiro really charged; this is what is reserved, and shown on the button.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from ..jobs.catalog import METHODS, ModelDeclaration, PriceRule, is_plausible, stored
from ..models import Edit, ModelStatus, State

# How many recent results' costs are looked at.
RECENT_PRICES = 20


@dataclass(frozen=True)
class Price:
    """USD for one edit. `is_about`: only the Run itself will tell."""

    usd: Decimal
    is_about: bool = False


def total(prices: Iterable[Price]) -> Price:
    """Of several edits."""
    prices = list(prices)
    return Price(sum((price.usd for price in prices), Decimal(0)), any(price.is_about for price in prices))


class PriceRisen(Exception):
    """It now costs more than was agreed to, namely `price`."""

    def __init__(self, price: Price) -> None:
        super().__init__(price)
        self.price = price


def price_of(model: ModelDeclaration, values: Mapping[str, Any], status: ModelStatus | None = None) -> Price:
    """For these values of its inputs, by field. What a recent edit like this really cost counts if that was more."""
    status = status or ModelStatus.objects.filter(pk=model.slug).first()
    rule = next(iter(rules_for(model, values, status)), None)
    if rule:
        price = Price(_amount(rule, model, values), is_about=not rule.is_exact)
    elif model.price:
        price = Price(_amount(model.price, model, values), is_about=True)
    else:
        # Set by an operator; but if Wiro gives a price that we do not understand, it is only a guess.
        price = Price(settings.PRICE_ESTIMATE, is_about=bool(status and status.prices))
    return Price(max([price.usd, *_recent(model, values)]), price.is_about)


def rules_for(model: ModelDeclaration, values: Mapping[str, Any], status: ModelStatus | None) -> list[PriceRule]:
    """Wiro's rules that hold for these values, the one that names most inputs first. One that we do not understand rules out all
    less specific ones."""
    told = [(price.get("when") or {}, _rule(price)) for price in (status.prices if status else []) if isinstance(price, dict)]
    sent = {name: _text(value) for name, value in model.sent_inputs(values).items()}
    holding = [(when, rule) for when, rule in told if all(sent.get(name, "") == value for name, value in when.items())]
    ordered = [rule for _, rule in sorted(holding, key=lambda pair: len(pair[0]), reverse=True)]
    return [rule for rule in ordered if rule] if ordered and ordered[0] else []


def _rule(price: Mapping[str, Any]) -> PriceRule | None:
    """A price as it is stored; None if its method is not known, or if it is no plausible amount."""
    try:
        usd = Decimal(str(price.get("usd")))
    except InvalidOperation:
        return None
    per = METHODS.get(str(price.get("method")))
    return PriceRule(usd, per, price.get("when") or {}) if per and is_plausible(usd) else None


def _text(value: object) -> str:
    """The value as Wiro's rules write it: 4 for 4.0, true for True."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.removesuffix(".0")


def _amount(rule: PriceRule, model: ModelDeclaration, values: Mapping[str, Any]) -> Decimal:
    return rule.amount(model.output_count(values), model.seconds, model.output_pixels(values))


def _recent(model: ModelDeclaration, values: Mapping[str, Any]) -> list[Decimal]:
    """Edits that were made here, or recovered, cost nothing and are left out."""
    done = Edit.objects.filter(model=model.slug, state=State.SUCCEEDED, cost__gt=0).order_by("-created_at", "-pk")
    # An order has other columns as well, which are no inputs.
    inputs = stored({item.field: values[item.field] for item in model.inputs if item.field in values})["inputs"]
    return [cost for cost, theirs in done.values_list("cost", "inputs")[:RECENT_PRICES] if cost and theirs == inputs]
