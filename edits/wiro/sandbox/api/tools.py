"""The models of the sandbox as Tool/Detail and Tool/List describe them: from their files in the catalog.

The shape is from Wiro's own clients; SeedEdit's inputs, limits and defaults are from the seed reference.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from ...catalog import METHODS, DeclaredInput, Kind, ModelDeclaration
from ..tasks.task_book import WiroTask
from .answers import categories_of

EXAMPLE = "Replace the ski sticks with a pair of baguettes"
TYPES = {
    Kind.TEXT: "text",
    Kind.WHOLE: "number",
    Kind.SEED: "number",
    Kind.DECIMAL: "float",
    Kind.SWITCH: "select",
    Kind.CHOICE: "select",
}


def tool_answer(model: ModelDeclaration, price: Decimal, tasks: Iterable[WiroTask]) -> dict[str, Any]:
    """One entry of `tool`; `price` is in USD, counted by the method in the model's file; `tasks` is the number in `taskstat`."""
    owner, _, project = model.slug.partition("/")
    ended = [task for task in tasks if task.ended and task.inputs.model.slug == model.slug]
    successes = sum(task.cost > 0 for task in ended)
    return {
        "id": "598",
        "title": model.name,
        "slugowner": owner,
        "slugproject": project,
        "cleanslugowner": owner,
        "cleanslugproject": project,
        "description": str(model.good_at),
        "categories": categories_of(model.slug),
        "parameters": [{"title": "Inputs", "items": list(_items(model))}],
        "dynamicprice": json.dumps([{"inputs": {}, "price": float(price), "priceMethod": method_of(model)}]),
        "cps": "0",
        "approximatelycost": str(price),
        "taskstat": {
            "runcount": len(ended),
            "successcount": str(successes),
            "errorcount": str(len(ended) - successes),
        },
    }


def method_of(model: ModelDeclaration) -> str:
    """Wiro's word for what the price counts."""
    per = model.price.per if model.price else None
    return next((method for method, known in METHODS.items() if known == per), "cpr")


def _items(model: ModelDeclaration) -> Iterator[dict[str, Any]]:
    kind = "text" if model.picture.most == 1 else "combinefileinput"
    yield {"id": model.picture.name, "type": kind, "label": "Image URL", "required": True, "default": "", "note": ""}
    yield {"id": model.words, "type": "textarea", "label": "Prompt", "required": True, "default": EXAMPLE, "note": ""}
    yield from map(_item, model.inputs)


def _item(item: DeclaredInput) -> dict[str, Any]:
    told: dict[str, Any] = {"id": item.name, "type": TYPES[item.kind], "label": str(item.label), "note": str(item.help)}
    told["default"] = str(item.wiro_default).lower() if isinstance(item.wiro_default, bool) else str(item.wiro_default)
    if item.kind == Kind.SWITCH:
        told["options"] = [{"label": value, "value": value} for value in ("false", "true")]
    if item.options:
        told["options"] = [{"label": str(option.label), "value": option.value} for option in item.options]
    limits = {"min": item.minimum, "max": item.maximum} if item.kind != Kind.SEED else {}
    return told | {name: limit for name, limit in limits.items() if limit is not None}
