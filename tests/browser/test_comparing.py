"""Before and after, compared with a mouse, with fingers and with keys; and without scripts."""

import io
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.waiting import becomes
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PHONE = {"viewport": {"width": 390, "height": 700}, "has_touch": True, "is_mobile": True}
REVIEW = "/admin/edits/edit/review/"
MODES = ("Slider", "Side by side", "Press to compare", "Changes")
IN_THE_MIDDLE = """() => {
    const box = document.querySelector("[data-compare]").getBoundingClientRect();
    const found = document.elementsFromPoint(box.left + box.width * 0.4, box.top + box.height * 0.6);
    return found.find((element) => element.closest("figure")).closest("figure").querySelector("figcaption").textContent;
}"""
VIEWS = """() => [...document.querySelectorAll(".compare-view")].map((view) => {
    for (const animation of view.getAnimations()) animation.finish();
    return getComputedStyle(view).transform;
})"""
SHIFTS = """() => new Promise((tell) => new PerformanceObserver((list) => tell(list.getEntries().map((entry) => entry.value)))
    .observe({ type: "layout-shift", buffered: true }) ?? setTimeout(() => tell([]), 500))"""


@pytest.fixture(scope="module")
def moon(browsed_site: RunningSite) -> str:
    return _edited(browsed_site, "Put a moon into the sky")


@pytest.fixture(scope="module")
def shown(browsed_site: RunningSite, moon: str) -> str:
    """The secret link of `moon`, which everybody sees in the gallery, too."""
    visitor = browsed_site.visitor
    visitor.post(f"{moon}share/", moon, {})
    visitor.post(REVIEW, REVIEW, {"action": "approve", "id": moon.split("/")[2]})
    answer = visitor.post(f"{moon}link/", moon, {"days": "1"}, headers={"Accept": "application/json"})
    return str(urlsplit(answer.json()["url"]).path)


@pytest.fixture(scope="module")
def turned(browsed_site: RunningSite) -> str:
    """A pair of which one is wide and the other tall."""
    return _edited(browsed_site, "Rotate it to the left")


def _edited(site: RunningSite, words: str) -> str:
    page = site.visitor.upload("rocket.jpg", words)
    assert site.visitor.wait_for(page)["state"] == "succeeded"
    return page


@pytest.fixture
def look_at(open_own: Callable[..., Page]) -> Callable[..., Page]:
    """The page of an edit as its owner sees it, with everything loaded and at rest."""

    def look(path: str, **options: Any) -> Page:
        page = open_own(path, **{"reduced_motion": "reduce", **options})
        page.wait_for_load_state("networkidle")
        return page

    return look


class Fingers:
    """Touches as a screen reports them."""

    def __init__(self, page: Page) -> None:
        self.wire = page.context.new_cdp_session(page)

    def at(self, kind: str, *points: tuple[float, float], **when: float) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        event = {"type": f"touch{kind}", "touchPoints": touches, **when}
        self.wire.send("Input.dispatchTouchEvent", event)

    def tap_twice(self, point: tuple[float, float]) -> None:
        """A tenth of a second apart for the page, however long it takes to tell the browser."""
        first = time.time()
        for begins in (first, first + 0.1):
            self.at("Start", point, timestamp=begins)
            self.at("End", timestamp=begins + 0.05)

    def drag(self, *steps: tuple[tuple[float, float], ...]) -> None:
        self.at("Start", *steps[0])
        for points in steps[1:]:
            self.at("Move", *points)
        self.at("End")


def _point(page: Page, across: float, down: float) -> tuple[float, float]:
    """A place on the (first) picture, in parts of it."""
    box = page.locator("[data-compare] figure").first.bounding_box()
    assert box
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def _choose(page: Page, mode: str) -> None:
    page.get_by_role("button", name=mode, exact=True).click()


def _zoom(page: Page) -> float:
    """How much larger than to fit; both pictures must agree on it and on what they show."""
    before, after = page.evaluate(VIEWS)
    assert before == after
    return float(before.removeprefix("matrix(").split(",")[0])


def shows(page: Page, side: str) -> None:
    """Whose picture is seen a little left of the middle: "Before" or "After"."""
    becomes(page, lambda: page.evaluate(IN_THE_MIDDLE), side)


def _slider(page: Page) -> float:
    return float(page.get_by_role("slider", name="Compare before and after").input_value())


def test_a_mouse_drags_the_line_between_the_pictures(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.mouse.move(*_point(page, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*_point(page, 0.2, 0.5), steps=4)
    page.mouse.up()
    becomes(page, lambda: _slider(page), pytest.approx(20, abs=3))
    shows(page, "After")


def test_a_finger_drags_the_line_from_anywhere(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    Fingers(page).drag((_point(page, 0.7, 0.4),), (_point(page, 0.8, 0.4),), (_point(page, 0.9, 0.4),))
    becomes(page, lambda: _slider(page), pytest.approx(90, abs=3))
    shows(page, "Before")
    becomes(page, lambda: _zoom(page), 1)


def test_arrow_keys_move_the_line(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.get_by_role("slider", name="Compare before and after").press("ArrowRight")
    becomes(page, lambda: _slider(page) > 50, True)


def test_a_finger_still_scrolls_the_page_over_the_picture(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    x, y = _point(page, 0.5, 0.8)
    Fingers(page).drag(*(((x, y - step),) for step in range(0, 150, 15)))
    page.wait_for_function("scrollY > 50")


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, {"width": 1440, "height": 900}])
def test_side_by_side_shows_both_in_the_same_size(look_at: Callable[..., Page], moon: str, viewport: dict[str, int]) -> None:
    page = look_at(moon, viewport=viewport)
    _choose(page, "Side by side")
    before, after = (figure.bounding_box() for figure in page.locator("[data-compare] figure").all())
    assert before
    assert after
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    assert before["x"] + before["width"] <= after["x"] or before["y"] + before["height"] <= after["y"]
    expect(page.get_by_role("slider")).to_have_count(0)


def test_the_original_is_seen_while_a_mouse_holds_the_picture(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    _choose(page, "Press to compare")
    shows(page, "After")
    page.mouse.move(*_point(page, 0.3, 0.3))
    page.mouse.down()
    shows(page, "Before")
    page.mouse.up()
    shows(page, "After")


def test_the_original_is_seen_while_a_finger_holds_the_picture(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    page.get_by_role("button", name="Press to compare", exact=True).tap()
    fingers = Fingers(page)
    fingers.at("Start", _point(page, 0.3, 0.3))
    shows(page, "Before")
    fingers.at("End")
    shows(page, "After")


@pytest.mark.parametrize("key", ["Space", "Enter", "b"])
def test_the_original_is_seen_while_a_key_is_held(look_at: Callable[..., Page], moon: str, key: str) -> None:
    page = look_at(moon)
    _choose(page, "Press to compare")
    page.get_by_role("button", name="Press and hold to see the original").focus()
    page.keyboard.down(key)
    shows(page, "Before")
    page.keyboard.up(key)
    shows(page, "After")


def test_a_click_of_a_screen_reader_changes_to_the_original_and_back(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    _choose(page, "Press to compare")
    button = page.get_by_role("button", name="Press and hold to see the original")
    for pressed in ("true", "false"):
        button.evaluate("button => button.click()")
        expect(button).to_have_attribute("aria-pressed", pressed)


def test_the_map_of_changes_is_fetched_when_it_is_asked_for(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    expect(page.get_by_text("of the photo changed")).to_be_visible()
    assert "changes" not in _fetched(page)
    page.get_by_role("button", name="Changes", exact=True).focus()
    page.keyboard.press("Enter")
    heat = page.get_by_role("img", name="Where the edit changed the photo")
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=heat.element_handle())
    after = page.get_by_role("img", name="The photo after the edit")
    becomes(page, heat.bounding_box, after.bounding_box())
    shows(page, "After")


def test_the_map_of_changes_goes_with_its_mode(
    look_at: Callable[..., Page], open_page: Callable[..., Page], moon: str, shown: str
) -> None:
    for page in (look_at(moon), _visit(open_page(), shown), _visit(open_page(), "/")):
        heat = page.get_by_role("img", name="Where the edit changed the photo")
        for mode in ("Slider", "Side by side", "Press to compare"):
            _choose(page, "Changes")
            expect(heat).to_be_visible()
            _choose(page, mode)
            expect(heat).to_have_count(0)


def _visit(page: Page, path: str) -> Page:
    page.goto(path)
    return page


def _fetched(page: Page) -> list[str]:
    """The last part of every address that was asked for."""
    return list(page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name.split('/').at(-1))"))


def test_buttons_zoom_both_pictures_and_fit_them_again(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.get_by_role("button", name="Zoom in").click()
    becomes(page, lambda: _zoom(page), 2)
    page.get_by_role("button", name="Zoom out").click()
    becomes(page, lambda: _zoom(page), 1)
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Fit").click()
    becomes(page, lambda: _zoom(page), 1)


def test_zooming_ends_where_a_pixel_is_four_wide(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    for _ in range(6):
        page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("[data-zoom-level]")).to_have_text("400%")


@pytest.mark.parametrize("mode", MODES)
def test_keys_zoom_and_move_both_pictures_in_every_mode(look_at: Callable[..., Page], moon: str, mode: str) -> None:
    page = look_at(moon)
    _choose(page, mode)
    page.keyboard.press("+")
    becomes(page, lambda: _zoom(page), 2)
    here = page.evaluate(VIEWS)
    page.keyboard.press("ArrowRight")
    becomes(page, lambda: _zoom(page), 2)
    becomes(page, lambda: page.evaluate(VIEWS) != here, True)
    page.keyboard.press("0")
    becomes(page, lambda: _zoom(page), 1)


def test_in_side_by_side_either_picture_moves_both(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    _choose(page, "Side by side")
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
    page.mouse.move(*_point(page, 0.1, 0.1))
    page.mouse.wheel(0, -100)
    becomes(page, lambda: _zoom(page), 1)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.wait_for_function("document.querySelector('.is-zoomed')")
    becomes(page, lambda: _zoom(page) > 1, True)
    assert page.evaluate("devicePixelRatio") == 1


def test_a_zoomed_picture_is_dragged_and_its_line_as_well(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.mouse.dblclick(*_point(page, 0.5, 0.5))
    becomes(page, lambda: _zoom(page) > 1, True)
    here = page.evaluate(VIEWS)
    page.mouse.move(*_point(page, 0.2, 0.5))
    page.mouse.down()
    page.mouse.move(*_point(page, 0.3, 0.6), steps=4)
    page.mouse.up()
    becomes(page, lambda: page.evaluate(VIEWS) != here, True)
    there = page.evaluate(VIEWS)
    becomes(page, lambda: _slider(page), pytest.approx(50, abs=1))
    page.mouse.move(*_point(page, 0.5, 0.3))
    page.mouse.down()
    page.mouse.move(*_point(page, 0.7, 0.3), steps=4)
    page.mouse.up()
    becomes(page, lambda: _slider(page), pytest.approx(70, abs=3))
    assert page.evaluate(VIEWS) == there


@pytest.mark.parametrize("mode", MODES)
def test_two_fingers_zoom_and_one_moves_what_is_zoomed(look_at: Callable[..., Page], moon: str, mode: str) -> None:
    page = look_at(moon, **PHONE)
    _choose(page, mode)
    fingers = Fingers(page)
    apart = [(_point(page, 0.45 - step / 20, 0.5), _point(page, 0.55 + step / 20, 0.5)) for step in range(5)]
    fingers.drag(*apart)
    becomes(page, lambda: _zoom(page) > 2, True)
    here = page.evaluate(VIEWS)
    fingers.drag((_point(page, 0.2, 0.7),), (_point(page, 0.15, 0.6),), (_point(page, 0.1, 0.5),))
    becomes(page, lambda: _zoom(page) > 2, True)
    becomes(page, lambda: page.evaluate(VIEWS) != here, True)
    assert page.evaluate("scrollY") == 0


def test_a_double_tap_zooms_and_another_fits(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    for zoomed in (True, False):
        Fingers(page).tap_twice(_point(page, 0.5, 0.5))
        becomes(page, lambda: _zoom(page) > 1, zoomed)


def test_full_pictures_come_when_more_pixels_are_wanted(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    assert not {"source", "result"} & set(_fetched(page))
    page.get_by_role("button", name="Full screen").tap()
    page.get_by_role("button", name="Zoom in").tap()
    for name, side in (("The photo before the edit", "source"), ("The photo after the edit", "result")):
        picture = page.get_by_role("img", name=name)
        expect(picture).to_have_js_property("currentSrc", f"{page.url}{side}")
        full = Image.open(io.BytesIO(page.request.get(f"{page.url}{side}").body()))
        expect(picture).to_have_js_property("naturalWidth", full.width)
    becomes(page, lambda: _zoom(page), 2)


@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_different_sizes_lie_in_the_same_frame(look_at: Callable[..., Page], turned: str, mode: str) -> None:
    page = look_at(turned)
    _choose(page, mode)
    before, after = (page.get_by_role("img", name=f"The photo {side} the edit").bounding_box() for side in ("before", "after"))
    assert before
    assert after
    assert after["width"] < after["height"]
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    if mode != "Side by side":
        assert before == after


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 1440, "height": 900}}])
def test_nothing_moves_while_the_pictures_load(look_at: Callable[..., Page], moon: str, options: dict[str, Any]) -> None:
    page = look_at(moon, **options)
    assert sum(page.evaluate(SHIFTS)) < 0.01
    expect(page.locator(".compare-placeholder")).to_have_count(0)


def test_looking_closely_fills_the_screen_and_escape_leads_back(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    button = page.get_by_role("button", name="Full screen")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Before and after")
    becomes(page, dialog.bounding_box, {"x": 0, "y": 0, "width": 1280, "height": 720})
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_mode(look_at: Callable[..., Page], moon: str, scheme: str) -> None:
    page = look_at(moon, color_scheme=scheme)
    for mode in MODES:
        _choose(page, mode)
        results = Axe().run(page, context="[data-compare-area]")
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [320, 390, 1440, 3840])
def test_nothing_is_wider_than_the_screen(look_at: Callable[..., Page], moon: str, width: int) -> None:
    page = look_at(moon, viewport={"width": width, "height": 800})
    for mode in MODES:
        _choose(page, mode)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_both_pictures_are_there_and_the_map_is_a_link(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, java_script_enabled=False)
    before, after = (page.get_by_role("img", name=f"The photo {side} the edit").bounding_box() for side in ("before", "after"))
    assert before
    assert after
    assert before["x"] + before["width"] <= after["x"]
    expect(page.get_by_text("of the photo changed")).to_be_visible()
    expect(page.get_by_role("button", name="Side by side")).to_be_hidden()
    address = page.get_by_role("link", name="View map").get_attribute("href")
    assert address
    assert page.request.get(address).headers["content-type"].startswith("image/")
