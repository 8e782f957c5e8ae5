"""A part of a new photo is marked, by mouse, by finger and by keyboard, sent, seen and taken back."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.marking import Point, brush_size, drag, mask, places, stage, tool, words
from tests.browser.new_edit import PHONE, URL, choose, send
from tests.browser.waiting import becomes
from tests.photos import photo_path
from tests.rows import present
from tests.run.site import RunningSite

pytestmark = pytest.mark.browser

FIELDS = ("left", "top", "width", "height")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A photo large enough for a crop to pay off."""
    with Image.open(photo_path("rocket.jpg")) as image:
        image.resize((1600, 1067)).save(tmp_path / "large.jpg", quality=90)
    return tmp_path / "large.jpg"


@pytest.fixture
def marking(open_form: Callable[..., Page], large: Path) -> Callable[..., Page]:
    """The form with a photo, and the tool for marking a part open."""

    def open_one(**options: Any) -> Page:
        page = open_form(**options)
        choose(page, large)
        tool(page).click()
        expect(stage(page).locator("img")).to_have_js_property("complete", True)
        return page

    return open_one


def drag_by_finger(page: Page, *points: Point) -> None:
    session = page.context.new_cdp_session(page)
    first, *others = places(page, list(points))
    touch = "Input.dispatchTouchEvent"
    session.send(touch, {"type": "touchStart", "touchPoints": [{"x": first[0], "y": first[1]}]})
    for x, y in others:
        session.send(touch, {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    # The finger rests before it is lifted: otherwise the browser treats a tap after a swipe as the end of that swipe.
    page.wait_for_timeout(200)
    session.send(touch, {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    session.send(touch, {"type": "touchEnd", "touchPoints": []})


def numbers(page: Page) -> list[float]:
    """The numbers in the fields; an empty field is NaN."""
    return [float(page.locator(f"[name=region_{name}]").input_value() or "nan") for name in FIELDS]


def sent(page: Page, site: RunningSite) -> dict[str, Any]:
    """The finished edit's status; its page is shown."""
    send(page, "Turn it into a negative")
    page.wait_for_url("**/edits/*-*-*/")
    status = site.visitor.wait_for("/" + page.url.split("/", 3)[3])
    page.reload()
    return status


def test_a_box_is_drawn_sent_and_seen(marking: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = marking()
    drag(page, (0.4, 0.3), (0.6, 0.6))
    expect(words(page)).to_have_text("Box: left 40%, top 30%, width 20%, height 30%")
    assert numbers(page) == pytest.approx([40, 30, 20, 30], abs=0.3)
    status = sent(page, browsed_site)
    assert status["state"] == "succeeded"
    assert 0 < status["sent_percent"] < 60
    expect(page.get_by_role("heading", name="Region")).to_be_visible()
    expect(page.get_by_text("Sent to the model:")).to_be_visible()
    painted = page.request.get(f"{page.url}painted").body()
    assert Image.open(io.BytesIO(painted)).size != Image.open(io.BytesIO(page.request.get(f"{page.url}result").body())).size
    drawn = mask(page)
    box = present(drawn.getbbox())
    assert (box[0] / drawn.width, box[3] / drawn.height) == pytest.approx((0.4, 0.6), abs=0.01)


def test_a_brush_adds_an_eraser_takes_away_and_both_can_be_undone(
    marking: Callable[..., Page], browsed_site: RunningSite
) -> None:
    page = marking()
    drag(page, (0.2, 0.2), (0.4, 0.6))
    page.get_by_role("button", name="Brush").click()
    drag(page, (0.4, 0.4), (0.7, 0.4))
    expect(words(page)).to_contain_text("Marked:")
    page.get_by_role("button", name="Eraser").click()
    drag(page, (0.1, 0.3), (0.5, 0.3))
    drag(page, (0.0, 0.9), (0.9, 0.9))
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    drag(page, (0.1, 0.25), (0.5, 0.25))
    sent(page, browsed_site)
    drawn = mask(page)
    at = {point: drawn.getpixel((round(point[0] * drawn.width), round(point[1] * drawn.height))) for point in (
        (0.3, 0.5), (0.65, 0.4), (0.3, 0.25), (0.3, 0.32), (0.8, 0.8))}  # fmt: skip
    assert list(at.values()) == [255, 255, 0, 255, 0]


def test_a_region_that_was_cleared_or_rubbed_out(marking: Callable[..., Page]) -> None:
    page = marking()
    drag(page, (0.2, 0.2), (0.4, 0.4))
    page.get_by_role("button", name="Clear").click()
    expect(words(page)).to_have_text("")
    drag(page, (0.45, 0.45), (0.5, 0.5))
    page.get_by_role("button", name="Eraser").click()
    brush_size(page).fill("30")
    drag(page, (0.4, 0.47), (0.6, 0.47))
    expect(words(page)).to_have_text("Nothing is marked.")
    send(page)
    expect(page.get_by_text("The region is empty.")).to_be_visible()


def test_by_finger(marking: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = marking(**PHONE)
    drag_by_finger(page, (0.3, 0.3), (0.5, 0.5), (0.7, 0.7))
    expect(words(page)).to_contain_text("Box: left 30%")
    page.get_by_role("button", name="Brush").tap()
    drag_by_finger(page, (0.2, 0.8), (0.4, 0.8))
    expect(words(page)).to_contain_text("Marked:")
    page.get_by_role("button", name="Undo").tap()
    expect(words(page)).to_contain_text("Box: left 30%")
    assert sent(page, browsed_site)["state"] == "succeeded"


def test_by_keyboard_its_numbers_are_spoken(marking: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = marking()
    expect(words(page)).to_have_attribute("role", "status")
    stage(page).focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).to_have_text("Box: left 30%, top 30%, width 40%, height 40%")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(words(page)).to_have_text("Box: left 31%, top 32%, width 39%, height 41%")
    page.keyboard.press("Delete")
    expect(words(page)).to_have_text("")
    page.keyboard.press("ArrowUp")
    page.locator("[name=region_width]").fill("20")
    expect(words(page)).to_have_text("Box: left 30%, top 30%, width 20%, height 40%")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Describe the change first.")).to_be_visible()
    sent(page, browsed_site)
    drawn = mask(page)
    assert present(drawn.getbbox())[2] / drawn.width == pytest.approx(0.5, abs=0.01)


def test_another_photo_and_many_photos_begin_without_a_region(marking: Callable[..., Page], photo: Callable[..., Path]) -> None:
    page = marking()
    drag(page, (0.2, 0.2), (0.4, 0.4))
    choose(page, photo("another.jpg", 400, 300))
    expect(words(page)).to_have_text("")
    drag(page, (0.2, 0.2), (0.4, 0.4))
    choose(page, photo("one.jpg", 400, 300), photo("two.jpg", 300, 400))
    expect(page.get_by_text("You can mark a part only when you edit a single photo.")).to_be_visible()
    expect(stage(page)).to_be_hidden()


def test_the_region_of_an_edit_is_taken_over_with_its_photo(marking: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = marking()
    drag(page, (0.4, 0.3), (0.6, 0.6))
    sent(page, browsed_site)
    page.goto(f"/edits/new/?version={page.url.rstrip('/').rpartition('/')[2]}&side=source")
    expect(words(page)).to_have_text("Marked: 6% of the photo")


def test_a_finger_may_be_lifted_anywhere_and_nothing_is_broken_for_anybody(marking: Callable[..., Page]) -> None:
    page = marking()
    drag(page, (0.9, 0.9), (1.5, 1.5))
    expect(words(page)).to_have_text("Box: left 90%, top 90%, width 10%, height 10%")
    drag(page, (0.5, 0.5), (0.501, 0.501))
    expect(words(page)).to_have_text("Box: left 90%, top 90%, width 10%, height 10%")
    assert Axe().run(page).response["violations"] == []


def test_without_scripts_the_box_is_typed(open_form: Callable[..., Page], large: Path, browsed_site: RunningSite) -> None:
    page = open_form(java_script_enabled=False)
    choose(page, large)
    tool(page).click()
    for name, number in zip(FIELDS, ("10", "20", "30", "40"), strict=True):
        page.locator(f"[name=region_{name}]").fill(number)
    send(page)
    page.wait_for_url("**/edits/*-*-*/")
    drawn = mask(page)
    left, top, right, bottom = present(drawn.getbbox())
    found = (left / drawn.width, top / drawn.height, right / drawn.width, bottom / drawn.height)
    assert found == pytest.approx((0.1, 0.2, 0.4, 0.6), abs=0.01)


def test_a_tap_with_the_brush_leaves_a_dot(marking: Callable[..., Page]) -> None:
    page = marking()
    page.get_by_role("button", name="Brush").click()
    page.mouse.click(*places(page, [(0.5, 0.5)])[0])
    expect(words(page)).to_contain_text("Marked:")


@pytest.mark.parametrize("with_brush", [False, True], ids=["box", "brush"])
def test_what_is_marked_turns_with_the_photo(marking: Callable[..., Page], with_brush: bool) -> None:
    page = marking()
    if with_brush:
        page.get_by_role("button", name="Brush").click()
        brush_size(page).fill("2")
    drag(page, (0.1, 0.2), (0.4, 0.3))
    left, top, width, height = numbers(page)
    for button, expected in (
        ("Rotate right", (100 - top - height, left, height, width)),
        ("Rotate left", (left, top, width, height)),
        ("Rotate left", (top, 100 - left - width, height, width)),
    ):
        page.get_by_role("button", name=button).click()
        becomes(page, lambda: numbers(page), pytest.approx(expected, abs=1))


@pytest.mark.parametrize("with_brush", [False, True], ids=["box", "brush"])
def test_what_is_marked_survives_a_reload_and_is_sent(
    marking: Callable[..., Page], browsed_site: RunningSite, with_brush: bool
) -> None:
    page = marking()
    if with_brush:
        page.get_by_role("button", name="Brush").click()
    drag(page, (0.4, 0.3), (0.6, 0.6))
    marked = words(page).inner_text()
    page.reload()
    expect(words(page)).to_have_text(marked)
    sent(page, browsed_site)
    expect(page.get_by_role("heading", name="Region")).to_be_visible()
    page.goto(URL)
    expect(tool(page)).not_to_contain_text("%")


def test_another_photo_begins_without_what_was_kept(marking: Callable[..., Page], photo: Callable[..., Path]) -> None:
    page = marking()
    drag(page, (0.4, 0.3), (0.6, 0.6))
    choose(page, photo("other.jpg", 1600, 1067))
    page.reload()
    expect(tool(page)).not_to_contain_text("%")


def test_an_open_tool_with_nothing_marked_sends_nothing(marking: Callable[..., Page]) -> None:
    page = marking()
    send(page)
    expect(page.get_by_text("Mark the part that may change, or close")).to_be_visible()
    tool(page).click()
    send(page)
    page.wait_for_url("**/edits/*-*-*/")
