"""The model and the values of its inputs, as pages show them."""

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import floatformat, yesno
from django.utils.translation import gettext as _

from ...jobs.catalog import DeclaredInput, Kind, ModelDeclaration, catalog, name_of, spoken, values_of
from ...models import Edit, Failure, Outcome, State
from ...ordering import offers
from ...ordering.prices import Price, price_of
from ...wiro import Refusal
from .. import user_messages


def model_name(edit: Edit) -> str:
    return name_of(edit.model)


def input_values(edit: Edit) -> dict[str, Any]:
    """The values of the inputs that its model has, by field. Empty for a model that is not declared anymore."""
    model, values = catalog().get(edit.model), values_of(edit)
    return {item.field: values.get(item.field, item.default) for item in model.inputs} if model else {}


def input_facts(edit: Edit) -> list[tuple[str, str]]:
    """Label and value of each input."""
    model, values = catalog().get(edit.model), input_values(edit)
    shown = sorted(model.inputs, key=lambda item: item.kind == Kind.SWITCH) if model else []
    return [(spoken(item.label), _words(item, values[item.field])) for item in shown]


@dataclass(frozen=True)
class Fallback:
    """Another model to try, and why: its own model is gone ("gone"), or refused the picture ("sensitive")."""

    model: ModelDeclaration
    price: Price
    reason: str


def fallback(edit: Edit) -> Fallback | None:
    """What to suggest for an edit that its model cannot do. Nothing is sent until its owner says so."""
    reason = _reason(edit) if edit.state == State.FAILED else ""
    model = offers.fallback_for(edit) if reason else None
    return Fallback(model, price_of(model, model.defaults), reason) if model else None


def _reason(edit: Edit) -> str:
    if user_messages.refusal_of(edit) == Refusal.SENSITIVE:
        return "sensitive"
    refused = [attempt.error_code for attempt in edit.attempts.all() if attempt.outcome == Outcome.REJECTED]
    return "gone" if edit.failure_code == Failure.REJECTED and refused[-1:] == [user_messages.NO_SUCH_MODEL] else ""


def _words(item: DeclaredInput, value: Any) -> str:
    match item.kind:
        case Kind.SWITCH:
            return str(yesno(value, _("yes,no")))
        case Kind.DECIMAL:
            return floatformat(value, 1)
        case Kind.CHOICE:
            return next((spoken(option.label) for option in item.options if option.value == value), str(value))
        case _:
            return str(value)
