"""Before and after, compared with a mouse, with fingers and with keys; and without scripts."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.comparing import MODES, PHONE, Fingers, choose_mode, edited, fetched, point_at, shows, slider_at, zoom_of
from tests.browser.shifts import note_shifts, shifts_of, slow_down
from tests.browser.waiting import becomes, wait_until_loaded
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]

REVIEW = "/admin/edits/edit/review/"


@pytest.fixture(scope="module")
def shown(browsed_site: RunningSite, moon: str) -> str:
    """The private link of `moon`, which everybody sees in the gallery, too."""
    visitor = browsed_site.visitor
    visitor.post(f"{moon}share/", moon, {})
    visitor.post(REVIEW, REVIEW, {"action": "approve", "id": moon.split("/")[2]})
    answer = visitor.post(f"{moon}link/", moon, {"days": "1"}, headers={"Accept": "application/json"})
    return str(urlsplit(answer.json()["url"]).path)


@pytest.fixture(scope="module")
def turned(browsed_site: RunningSite) -> str:
    """A pair of which one picture is wide and the other tall."""
    return edited(browsed_site, "Rotate it to the left")


def test_a_mouse_drags_the_line_between_the_pictures(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.mouse.move(*point_at(page, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*point_at(page, 0.2, 0.5), steps=4)
    page.mouse.up()
    becomes(page, lambda: slider_at(page), pytest.approx(20, abs=3))
    shows(page, "After")


def test_a_finger_drags_the_line_from_anywhere(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    Fingers(page).drag((point_at(page, 0.7, 0.4),), (point_at(page, 0.8, 0.4),), (point_at(page, 0.9, 0.4),))
    becomes(page, lambda: slider_at(page), pytest.approx(90, abs=3))
    shows(page, "Before")
    becomes(page, lambda: zoom_of(page), 1)


def test_arrow_keys_move_the_line(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    page.get_by_role("slider", name="Compare before and after").press("ArrowRight")
    becomes(page, lambda: slider_at(page) > 50, True)


def test_a_finger_still_scrolls_the_page_over_the_picture(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    x, y = point_at(page, 0.5, 0.8)
    Fingers(page).drag(*(((x, y - step),) for step in range(0, 150, 15)))
    page.wait_for_function("scrollY > 50")


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, {"width": 1440, "height": 900}])
def test_side_by_side_shows_both_in_the_same_size(look_at: Callable[..., Page], moon: str, viewport: dict[str, int]) -> None:
    page = look_at(moon, viewport=viewport)
    choose_mode(page, "Side by side")
    before, after = (figure.bounding_box() for figure in page.locator("[data-compare] figure").all())
    assert before
    assert after
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    assert before["x"] + before["width"] <= after["x"] or before["y"] + before["height"] <= after["y"]
    expect(page.get_by_role("slider")).to_have_count(0)


def test_the_original_is_seen_while_a_mouse_holds_the_picture(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    choose_mode(page, "Press to compare")
    shows(page, "After")
    page.mouse.move(*point_at(page, 0.3, 0.3))
    page.mouse.down()
    shows(page, "Before")
    page.mouse.up()
    shows(page, "After")


def test_the_original_is_seen_while_a_finger_holds_the_picture(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon, **PHONE)
    page.get_by_role("button", name="Press to compare", exact=True).tap()
    fingers = Fingers(page)
    fingers.at("Start", point_at(page, 0.3, 0.3))
    shows(page, "Before")
    fingers.at("End")
    shows(page, "After")


@pytest.mark.parametrize("key", ["Space", "Enter", "b"])
def test_the_original_is_seen_while_a_key_is_held(look_at: Callable[..., Page], moon: str, key: str) -> None:
    page = look_at(moon)
    choose_mode(page, "Press to compare")
    page.get_by_role("button", name="Press and hold to see the original").focus()
    page.keyboard.down(key)
    shows(page, "Before")
    page.keyboard.up(key)
    shows(page, "After")


def test_a_click_of_a_screen_reader_changes_to_the_original_and_back(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    choose_mode(page, "Press to compare")
    button = page.get_by_role("button", name="Press and hold to see the original")
    for pressed in ("true", "false"):
        button.evaluate("button => button.click()")
        expect(button).to_have_attribute("aria-pressed", pressed)


def test_the_map_of_changes_is_fetched_when_it_is_asked_for(look_at: Callable[..., Page], moon: str) -> None:
    page = look_at(moon)
    expect(page.get_by_text("of the photo changed")).to_be_visible()
    assert "changes" not in fetched(page)
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
            choose_mode(page, "Changes")
            expect(heat).to_be_visible()
            choose_mode(page, mode)
            expect(heat).to_have_count(0)


def _visit(page: Page, path: str) -> Page:
    page.goto(path)
    return page


@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_different_sizes_lie_in_the_same_frame(look_at: Callable[..., Page], turned: str, mode: str) -> None:
    page = look_at(turned)
    choose_mode(page, mode)
    before, after = (page.get_by_role("img", name=f"The photo {side} the edit").bounding_box() for side in ("before", "after"))
    assert before
    assert after
    assert after["width"] < after["height"]
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    if mode != "Side by side":
        assert before == after


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 1440, "height": 900}}])
def test_nothing_moves_while_a_page_loads_on_a_slow_machine(
    open_own: Callable[..., Page], moon: str, options: dict[str, Any]
) -> None:
    page = open_own(**options)
    slow_down(page, times=8)
    note_shifts(page)
    for path in (moon, "/edits/new/", "/"):
        page.goto(path)
        wait_until_loaded(page)
        assert shifts_of(page) == [], path
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
        choose_mode(page, mode)
        results = Axe().run(page, context="[data-compare-area]")
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [320, 390, 1440, 3840])
def test_nothing_is_wider_than_the_screen(look_at: Callable[..., Page], moon: str, width: int) -> None:
    page = look_at(moon, viewport={"width": width, "height": 800})
    for mode in MODES:
        choose_mode(page, mode)
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


def _drawn_before_it_was_compared(route: Route) -> None:
    """The page as it is in the moment between a result and its comparison."""
    answer = route.fetch()
    text = re.sub(
        r'<p class="compare-changed">.*?</p>', '<p class="compare-changed" data-measuring>…</p>', answer.text(), flags=re.S
    )
    text = re.sub(r' data-heat=".*?" data-alt=".*?">', " disabled>", text)
    route.fulfill(response=answer, body=text)


def test_what_changed_comes_to_a_page_that_was_drawn_before_it_was_known(open_own: Callable[..., Page], moon: str) -> None:
    page = open_own()
    note_shifts(page)
    page.route(f"**{moon}", _drawn_before_it_was_compared, times=1)
    page.goto(moon)
    expect(page.get_by_role("button", name="Changes")).to_be_disabled()
    expect(page.get_by_text("of the photo changed")).to_be_visible()
    expect(page.get_by_role("button", name="Changes")).to_be_enabled()
    assert shifts_of(page) == []
    choose_mode(page, "Changes")
    expect(page.get_by_role("img", name="Where the edit changed the photo")).to_be_visible()
