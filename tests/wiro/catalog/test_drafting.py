"""A file drafted from what Wiro says about a model, to be read by a person."""

import json
from pathlib import Path
from typing import Any

from edits.wiro import WiroTool
from edits.wiro.catalog import draft, key_of, read

ITEMS: list[dict[str, Any]] = [
    {"id": "inputImagesUrl", "type": "combinefileinput", "label": "Images", "required": True},
    {"id": "prompt", "type": "textarea", "label": "Prompt"},
    {"id": "steps", "type": "range", "label": "Steps", "default": "30", "min": 1, "max": 50},
    {"id": "raw", "type": "select", "default": "false", "options": [{"value": "true"}, {"value": "false"}]},
    {"id": "size", "type": "select", "default": "4k", "options": [{"value": "2k", "label": "2K"}]},
    {"id": "style", "type": "text", "label": "Style", "default": 'as "it" is'},
    {"id": "seed", "type": "number", "label": "Seed", "default": "1"},
    {"id": "brush", "type": "brushstrokes", "label": "Brush"},
]


def tool(**changes: Any) -> WiroTool:
    prices = json.dumps([{"inputs": {}, "price": 0.02, "priceMethod": "cpr"}])
    values = {"slugowner": "maker", "slugproject": "New_Model-2", "title": "New", "dynamicprice": prices}
    return WiroTool.from_answer({**values, "parameters": [{"title": "Inputs", "items": ITEMS}], **changes})


def test_a_draft_can_be_read(tmp_path: Path) -> None:
    assert key_of("maker/New_Model-2") == "new-model-2"
    path = tmp_path / "new-model-2.toml"
    path.write_text(draft(tool()))
    model = read(path)
    assert (model.slug, model.name, model.picture.name, model.words) == ("maker/New_Model-2", "New", "inputImagesUrl", "prompt")
    kinds = {item.name: (str(item.kind), item.default) for item in model.inputs}
    assert kinds == {
        "steps": ("decimal", 30.0),
        "raw": ("switch", False),
        "size": ("choice", "2k"),
        "style": ("text", 'as "it" is'),
        "seed": ("seed", 0),
    }
    assert model.price is not None
    assert str(model.price.usd) == "0.02"


def test_an_unknown_type_is_left_out_and_said() -> None:
    assert "# Left out: brush, whose type brushstrokes is not known here." in draft(tool())


def test_a_model_that_wiro_says_nothing_about_is_drafted_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "bare.toml"
    path.write_text(draft(tool(parameters=None, dynamicprice=None, title="")))
    assert "# TO DO: Wiro names no inputs." in path.read_text()
    assert read(path).picture.name == "inputImageUrl"
