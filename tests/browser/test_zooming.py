"""Before and after, looked at closely: with buttons, keys, the wheel and fingers, both pictures together."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.comparing import MODES, PHONE, VIEWS, Fingers, choose_mode, fetched, point_at, slider_at, zoom_of
from tests.browser.waiting import becomes

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_buttons_zoom_both_pictures_and_fit_them_again(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.get_by_role("button", name="Zoom in").click()
    becomes(page, lambda: zoom_of(page), 2)
    page.get_by_role("button", name="Zoom out").click()
    becomes(page, lambda: zoom_of(page), 1)
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Fit").click()
    becomes(page, lambda: zoom_of(page), 1)


def test_zooming_ends_where_a_pixel_is_four_wide(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    for _ in range(6):
        page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("[data-zoom-level]")).to_have_text("400%")


@pytest.mark.parametrize("mode", MODES)
def test_keys_zoom_and_move_both_pictures_in_every_mode(look_at: Callable[..., Page], moon: str, mode: str) -> None:
    page = look_at(moon)
    choose_mode(page, mode)
    page.keyboard.press("+")
    becomes(page, lambda: zoom_of(page), 2)
    here = page.evaluate(VIEWS)
    page.keyboard.press("ArrowRight")
    becomes(page, lambda: zoom_of(page), 2)
    becomes(page, lambda: page.evaluate(VIEWS) != here, True)
    page.keyboard.press("0")
    becomes(page, lambda: zoom_of(page), 1)


def test_in_side_by_side_either_picture_moves_both(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    choose_mode(page, "Side by side")
    page.keyboard.press("+")
    box = page.locator("[data-compare] figure").last.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 210, box["y"] + 100, steps=2)
    page.mouse.up()

    def moved() -> float:
        before, after = page.evaluate(VIEWS)
        assert before == after
        return float(before.split(",")[4]) - (box["width"] / 2 - box["width"])

    becomes(page, moved, pytest.approx(10, abs=1))


def test_the_wheel_zooms_at_the_pointer_only_with_ctrl(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.mouse.move(*point_at(page, 0.1, 0.1))
    page.mouse.wheel(0, -100)
    becomes(page, lambda: zoom_of(page), 1)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.wait_for_function("document.querySelector('.is-zoomed')")
    becomes(page, lambda: zoom_of(page) > 1, True)
    assert page.evaluate("devicePixelRatio") == 1


def test_a_zoomed_picture_is_dragged_and_its_line_as_well(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.mouse.dblclick(*point_at(page, 0.5, 0.5))
    becomes(page, lambda: zoom_of(page) > 1, True)
    here = page.evaluate(VIEWS)
    page.mouse.move(*point_at(page, 0.2, 0.5))
    page.mouse.down()
    page.mouse.move(*point_at(page, 0.3, 0.6), steps=4)
    page.mouse.up()
    becomes(page, lambda: page.evaluate(VIEWS) != here, True)
    there = page.evaluate(VIEWS)
    becomes(page, lambda: slider_at(page), pytest.approx(50, abs=1))
    page.mouse.move(*point_at(page, 0.5, 0.3))
    page.mouse.down()
    page.mouse.move(*point_at(page, 0.7, 0.3), steps=4)
    page.mouse.up()
    becomes(page, lambda: slider_at(page), pytest.approx(70, abs=3))
    assert page.evaluate(VIEWS) == there


@pytest.mark.parametrize("mode", MODES)
def test_two_fingers_zoom_and_one_moves_what_is_zoomed(look_at: Callable[..., Page], moon: str, mode: str) -> None:
    page = look_at(moon, **PHONE)
    choose_mode(page, mode)
    fingers = Fingers(page)
    apart = [(point_at(page, 0.45 - step / 20, 0.5), point_at(page, 0.55 + step / 20, 0.5)) for step in range(5)]
    fingers.drag(*apart)
    becomes(page, lambda: zoom_of(page) > 2, True)
    here = page.evaluate(VIEWS)
    fingers.drag((point_at(page, 0.2, 0.7),), (point_at(page, 0.15, 0.6),), (point_at(page, 0.1, 0.5),))
    becomes(page, lambda: zoom_of(page) > 2, True)
    becomes(page, lambda: page.evaluate(VIEWS) != here, True)
    assert page.evaluate("scrollY") == 0


def test_a_double_tap_zooms_and_another_fits(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    for zoomed in (True, False):
        Fingers(page).tap_twice(point_at(page, 0.5, 0.5))
        becomes(page, lambda: zoom_of(page) > 1, zoomed)


def test_full_pictures_come_when_more_pixels_are_wanted(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    assert not {"source", "result"} & set(fetched(page))
    # On a phone the buttons are in full screen; outside of it two fingers zoom.
    page.get_by_role("button", name="Full screen").tap()
    page.get_by_role("button", name="Zoom in").tap()
    for name, side in (("The photo before the edit", "source"), ("The photo after the edit", "result")):
        picture = page.get_by_role("img", name=name)
        expect(picture).to_have_js_property("currentSrc", f"{page.url}{side}")
        full = Image.open(io.BytesIO(page.request.get(f"{page.url}{side}").body()))
        expect(picture).to_have_js_property("naturalWidth", full.width)
    becomes(page, lambda: zoom_of(page), 2)
