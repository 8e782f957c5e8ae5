"""The composer under a finger: nothing moves while it is being pressed, and the tools and numbers of a region fit."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.new_edit import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SIZES: dict[str, dict[str, Any]] = {
    "phone": PHONE,
    "laptop": {"viewport": {"width": 1024, "height": 700}},
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}
CUT = """() => [...document.querySelectorAll(".region-numbers input")].filter((input) => {
    const room = document.createElement("canvas").getContext("2d");
    const { font, paddingLeft, paddingRight } = getComputedStyle(input);
    room.font = font;
    return room.measureText("100.0").width > input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}).length"""
ROWS = """() => new Set([...document.querySelectorAll(".marking .region-tools button")].map((button) => {
    const { top, bottom } = button.getBoundingClientRect();
    return Math.round((top + bottom) / 20);
})).size"""


def test_the_tools_stay_where_they_are_when_the_composer_takes_the_focus(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    parts = page.locator("[data-composer] summary, [data-composer] textarea, .composer-send")
    before = [part.bounding_box() for part in parts.all()]
    page.locator("#id_prompt").focus()
    expect(page.get_by_text("left today")).to_be_visible()
    assert [part.bounding_box() for part in parts.all()] == before


@pytest.mark.parametrize("size", SIZES)
def test_the_numbers_of_a_box_are_not_cut_and_its_tools_are_in_one_row(
    look_at: Callable[..., Page], moon: str, size: str
) -> None:
    page = look_at(moon, **SIZES[size])
    page.locator("[data-region-field] summary").click()
    page.get_by_label("Left").fill("40.1")
    expect(page.get_by_role("button", name="Clear")).to_be_visible()
    assert page.evaluate(CUT) == 0
    if size == "phone":
        assert page.evaluate(ROWS) == 1
