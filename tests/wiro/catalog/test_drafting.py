"""A file drafted from what Wiro says about a model, to be read by a person."""

import json
from pathlib import Path
from typing import Any

import pytest

from edits.wiro import WiroTool
from edits.wiro.catalog import ModelDeclaration, Per, draft, key_of, read

SLUG = "maker/New_Model-2"
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
    path.write_text(draft(tool(), SLUG))
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
    assert (str(model.price.usd), model.price.per) == ("0.02", "run")


def test_an_unknown_type_is_left_out_and_said() -> None:
    assert "# Left out: brush, whose type brushstrokes is not known here." in draft(tool(), SLUG)


def test_a_model_that_wiro_says_nothing_about_is_drafted_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "bare.toml"
    path.write_text(draft(tool(parameters=None, dynamicprice=None, title=""), SLUG))
    assert "# TO DO: Wiro names no inputs." in path.read_text()
    assert read(path).picture.name == "inputImageUrl"


def drafted(folder: Path, *items: dict[str, Any], **changes: Any) -> ModelDeclaration:
    """What the site reads in the draft of a model with these inputs."""
    path = folder / "drafted.toml"
    path.write_text(draft(tool(parameters=[{"items": [*items, {"id": "prompt", "type": "textarea"}]}], **changes), SLUG))
    return read(path)


def priced(price: Any, method: str) -> str:
    return json.dumps([{"inputs": {}, "price": price, "priceMethod": method}])


def test_a_model_that_wiro_does_not_name_has_the_name_it_was_asked_for(tmp_path: Path) -> None:
    model = drafted(tmp_path, slugowner="", title="", slugproject=None)
    assert (model.slug, model.name) == (SLUG, "New_Model-2")


@pytest.mark.parametrize(("name", "kind"), [("image", "fileinput"), ("pictures", "multifileinput"), ("source", "fileinput")])
def test_the_input_for_the_photo_is_one_that_takes_a_file(tmp_path: Path, name: str, kind: str) -> None:
    others = {"id": "styleImage", "type": "fileinput"}, {"id": "maskImageUrl", "type": "text"}
    assert drafted(tmp_path, *others, {"id": name, "type": kind}).picture.name == name


def test_what_is_left_out_and_required_is_said(tmp_path: Path) -> None:
    wrong = {"id": 'a "b', "type": "text"}
    drafted(tmp_path, {"id": "image", "type": "fileinput"}, {"id": "mask", "type": "fileinput", "required": True}, wrong)
    text = (tmp_path / "drafted.toml").read_text()
    assert "# Left out: mask, which takes a further file, and Wiro requires it." in text
    assert '# Left out: "a \\"b", which cannot be the name of an input.' in text


@pytest.mark.parametrize(("method", "per"), [("cpr", Per.RUN), ("cpo", Per.OUTPUT), ("cps", Per.SECOND), ("cp-pixel", Per.PIXEL)])
def test_a_price_says_what_it_is_for(tmp_path: Path, method: str, per: Per) -> None:
    price = drafted(tmp_path, dynamicprice=priced(0.02, method)).price
    assert price is not None
    assert (str(price.usd), price.per) == ("0.02", per)


@pytest.mark.parametrize(("price", "method"), [(5, "cp-token"), (5, ""), (0, "cpr"), ("1e-12", "cpr")])
def test_a_price_that_is_not_understood_is_left_out_and_said(tmp_path: Path, price: Any, method: str) -> None:
    assert drafted(tmp_path, dynamicprice=priced(price, method)).price is None
    assert "# TO DO: Wiro states a price of " in (tmp_path / "drafted.toml").read_text()


def test_numbers_are_whole_where_wiro_counts_in_whole_ones(tmp_path: Path) -> None:
    numbers: list[dict[str, Any]] = [
        {"id": "steps", "type": "range", "default": 30, "min": 1, "max": 50, "step": 1},
        {"id": "strength", "type": "range", "default": 1, "min": 0, "max": 2, "step": 0.1},
        {"id": "scale", "type": "number", "default": "2.5"},
        {"id": "pixels", "type": "number", "default": "16777216", "max": 2147483647},
        {"id": "seed", "type": "number", "default": "1", "min": 0, "max": 999},
    ]
    model = drafted(tmp_path, *numbers)
    kinds = {item.name: (str(item.kind), item.default, item.maximum) for item in model.inputs}
    assert kinds == {
        "steps": ("whole", 30, 50),
        "strength": ("decimal", 1.0, 2),
        "scale": ("decimal", 2.5, None),
        "pixels": ("whole", 16777216, 2147483647),
        "seed": ("seed", 0, 999),
    }
    assert model.sent_inputs(model.defaults)["steps"] == 30


@pytest.mark.parametrize("name", ["samples", "numberOfOutputs", "num_outputs", "maxImages", "imageCount"])
def test_the_input_that_says_how_many_pictures_come_back_is_found(tmp_path: Path, name: str) -> None:
    model = drafted(tmp_path, {"id": name, "type": "range", "default": 2, "min": 1, "max": 4})
    assert [model.output_count(values) for values in ({}, {model.inputs[0].field: 4})] == [2, 4]
