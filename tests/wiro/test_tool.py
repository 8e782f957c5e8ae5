import json
from decimal import Decimal
from typing import Any

import pytest

from edits.wiro import WiroTool, WiroToolOption, WiroToolPrice
from tests.rows import present

GUIDANCE = {
    "id": "guidanceScale",
    "type": "float",
    "label": "guidancescale",
    "required": False,
    "default": 4.0,
    "min": "1",
    "max": 10,
}
WATERMARK = {
    "id": "watermark",
    "type": "select",
    "label": "Watermark",
    "default": False,
    "options": [{"label": "No", "value": "false"}, {"label": "Yes", "value": True}],
}
PRICES = [
    {"inputs": {}, "price": 0.03, "priceMethod": "cpr"},
    {"inputs": {"resolution": "4k"}, "price": "0.06", "priceMethod": "cpo"},
]
ANSWER = {
    "title": "SeedEdit v3",
    "slugowner": "ByteDance",
    "slugproject": "image-to-image-seededit-v3",
    "description": "Edits images",
    "categories": ["tool", "image-to-image"],
    "parameters": [{"title": "Inputs", "items": [GUIDANCE]}, {"title": "More", "items": [WATERMARK]}],
    "dynamicprice": json.dumps(PRICES),
    "cps": "0.0005",
    "approximatelycost": "0.03",
    "taskstat": {"runcount": 12, "successcount": "11", "errorcount": "1"},
}


def tool(**changes: object) -> WiroTool:
    return WiroTool.from_answer({**ANSWER, **changes})


def price_for(**inputs: object) -> WiroToolPrice:
    return present(tool().price_for(inputs))


def test_what_wiro_says_about_a_model_is_read() -> None:
    read = tool()
    assert read.slug == "ByteDance/image-to-image-seededit-v3"
    assert (read.title, read.description, read.categories) == ("SeedEdit v3", "Edits images", ("tool", "image-to-image"))
    assert (read.cost_per_second, read.approximate_cost) == (Decimal("0.0005"), Decimal("0.03"))
    assert (read.run_count, read.success_count, read.error_count) == (12, 11, 1)
    assert [group.title for group in read.groups] == ["Inputs", "More"]


def test_an_input_has_limits_a_default_and_options_as_run_takes_them() -> None:
    guidance, watermark = tool().inputs
    assert (guidance.id, guidance.type, guidance.minimum, guidance.maximum, guidance.step) == (
        "guidanceScale",
        "float",
        1,
        10,
        None,
    )
    assert (guidance.default, watermark.default) == ("4", "false")
    assert watermark.options == (WiroToolOption("No", "false"), WiroToolOption("Yes", "true"))
    assert not watermark.required


def test_the_price_that_names_most_inputs_holds() -> None:
    assert price_for(prompt="x").price == Decimal("0.03")
    assert price_for(resolution="4k").price == Decimal("0.06")
    assert price_for(resolution="4k").method == "cpo"
    assert tool(dynamicprice="").price_for({}) is None


@pytest.mark.parametrize(
    "junk",
    [
        {"parameters": None, "dynamicprice": None, "taskstat": None, "categories": None},
        {"parameters": "", "dynamicprice": "not json", "taskstat": "x", "categories": "tool"},
        {
            "parameters": [None, 5, {"items": [None, "x"]}],
            "dynamicprice": "[1, {}]",
            "taskstat": [],
            "categories": [None, 7.5e400],
        },
        {"parameters": {"title": ["x"]}, "dynamicprice": {"price": "free"}, "cps": "NaN", "approximatelycost": {}},
        {"dynamicprice": "[" * 100_000, "title": "x" * 5000, "description": ["x"]},
    ],
)
def test_junk_is_left_out(junk: dict[str, Any]) -> None:
    read = tool(**junk)
    assert read.price_for({}) is None
    assert len(read.title) <= 255


def test_an_unknown_type_of_input_is_kept_as_it_is() -> None:
    [item] = tool(parameters=[{"items": [{"id": "mask", "type": "brush", "required": "true"}]}]).inputs
    assert (item.type, item.required, item.default, item.options) == ("brush", True, "", ())


def test_endless_lists_are_cut() -> None:
    assert len(tool(parameters=[{"items": [GUIDANCE] * 1000}]).inputs) == 200
