"""The one model of the sandbox as Tool/Detail and Tool/List describe it.

Inputs, limits and defaults are from the seed reference; the shape is from Wiro's own clients.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ..tasks.task_book import WiroTask
from .answers import CATEGORIES, MODEL_OWNER, MODEL_PROJECT

TITLE = "SeedEdit v3"
DESCRIPTION = "An image-to-image model for editing images using ByteDance's seededit v3 model"
CHOICES = [{"label": "false", "value": "false"}, {"label": "true", "value": "true"}]
INPUTS: list[dict[str, Any]] = [
    {
        "id": "inputImageUrl",
        "type": "text",
        "label": "Image URL",
        "required": True,
        "default": "",
        "note": "jpeg or png; aspect ratio within (1/3, 3); width and height over 14 px; at most 10MB",
    },
    {
        "id": "prompt",
        "type": "textarea",
        "label": "Prompt",
        "required": True,
        "default": "Replace the ski sticks with a pair of baguettes",
        "note": "Text description, a prompt word used to edit images.",
    },
    {
        "id": "guidanceScale",
        "type": "float",
        "label": "guidancescale",
        "default": "4.0",
        "note": "The larger, the more the text counts.",
        "min": 1,
        "max": 10,
    },
    {
        "id": "watermark",
        "type": "select",
        "label": "Watermark",
        "default": "false",
        "options": CHOICES,
        "note": "true adds 'AI-generated' at the bottom right",
    },
    {
        "id": "seed",
        "type": "number",
        "label": "Seed",
        "default": "1",
        "note": "Set 0 to random.",
    },
]


def tool_answer(price: Decimal, tasks: Iterable[WiroTask]) -> dict[str, Any]:
    """One entry of `tool`; `price` is in USD for each Run, `tasks` are counted in `taskstat`."""
    ended = [task for task in tasks if task.ended]
    successes = sum(task.cost > 0 for task in ended)
    return {
        "id": "598",
        "title": TITLE,
        "slugowner": MODEL_OWNER,
        "slugproject": MODEL_PROJECT,
        "cleanslugowner": MODEL_OWNER,
        "cleanslugproject": MODEL_PROJECT,
        "description": DESCRIPTION,
        "categories": CATEGORIES,
        "parameters": [{"title": "Inputs", "items": [dict(item) for item in INPUTS]}],
        "dynamicprice": json.dumps([{"inputs": {}, "price": float(price), "priceMethod": "cpr"}]),
        "cps": "0",
        "approximatelycost": str(price),
        "taskstat": {
            "runcount": len(ended),
            "successcount": str(successes),
            "errorcount": str(len(ended) - successes),
        },
    }
