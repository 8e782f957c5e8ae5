"""What a reviewer sees of a pair: zoomed, in every mode, with nothing in front of it, and for screen readers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reviewing import GRID, QUEUE, finds_nothing, offer_pairs, shows
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def pairs(browsed_site: RunningSite) -> list[str]:
    """Nobody decides in these tests, so the pairs stay waiting."""
    return offer_pairs(browsed_site)


@pytest.mark.parametrize("viewport", [(1440, 900), (1024, 768), (390, 844)])
def test_the_reasons_cover_no_picture(open_own: Callable[..., Page], pairs: list[str], viewport: tuple[int, int]) -> None:
    page = open_own(QUEUE, viewport={"width": viewport[0], "height": viewport[1]})
    shows(page, pairs[0])
    page.keyboard.press("r")
    panel = page.locator(".review-panel").bounding_box()
    assert panel
    for picture in page.locator("[data-pair]:not([hidden]) figure img:not(.pair-map)").all():
        box = picture.bounding_box()
        assert box
        beside = box["x"] + box["width"] <= panel["x"] or panel["x"] + panel["width"] <= box["x"]
        assert beside or box["y"] + box["height"] <= panel["y"] or panel["y"] + panel["height"] <= box["y"]


def test_a_pair_is_zoomed_as_large_as_the_screen_and_no_key_decides_meanwhile(
    open_own: Callable[..., Page], pairs: list[str]
) -> None:
    page = open_own(QUEUE)
    shows(page, pairs[0])
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog", name="Before and after")
    level = dialog.locator("[data-zoom-level]")
    fit = level.inner_text()
    dialog.get_by_role("button", name="Zoom in").click()
    expect(level).not_to_have_text(fit)
    scales = "() => [...document.querySelectorAll('.lightbox img')].map((image) => getComputedStyle(image).scale + image.width)"
    assert len(set(page.evaluate(scales))) == 1
    finds_nothing(page)
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    shows(page, pairs[0])


def test_a_pair_of_the_grid_is_zoomed_without_being_chosen(open_own: Callable[..., Page], pairs: list[str]) -> None:
    page = open_own(GRID)
    page.get_by_role("button", name=f"Full screen: {pairs[1]}").click()
    dialog = page.get_by_role("dialog", name="Before and after")
    expect(dialog.get_by_role("img", name="The photo after the edit")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_text("0 selected")).to_be_visible()


def test_the_ways_to_look(open_own: Callable[..., Page], pairs: list[str]) -> None:
    page = open_own(QUEUE)
    slider = page.get_by_role("slider", name="Compare before and after")
    expect(slider).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("54")
    change_map = page.get_by_role("img", name="Where the edit changed the photo")
    page.keyboard.press("c")
    expect(change_map).to_be_visible()
    expect(slider).to_have_count(0)
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Side by side")).to_have_attribute("aria-pressed", "true")
    expect(change_map).to_have_count(0)
    page.keyboard.press("c")
    expect(change_map).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("50")
    expect(change_map).to_have_count(0)
    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    expect(opened.value).to_have_url(re.compile("/admin/edits/edit/[0-9a-f-]+/change/"))
    shows(page, pairs[0])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_own: Callable[..., Page], pairs: list[str], theme: str) -> None:
    for viewport in ({"width": 1440, "height": 900}, {"width": 390, "height": 844}):
        page = open_own(QUEUE, viewport=viewport)
        page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
        page.reload()
        finds_nothing(page)
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("slider", name="Compare before and after")).to_be_visible()
        finds_nothing(page)
        page.keyboard.press("r")
        expect(page.get_by_label("In your own words")).to_be_visible()
        finds_nothing(page)
        page.goto(GRID)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        page.get_by_role("checkbox", name=pairs[0]).check()
        finds_nothing(page)
