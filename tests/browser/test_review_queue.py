"""A review session: by keyboard, without a connection for a moment, without scripts, and with many at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.reviewing import says, shows
from tests.browser.waiting import becomes, wait_until_loaded
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]

QUEUE, GRID = "/admin/edits/edit/review/", "/admin/edits/edit/waiting/"
LOADED = "pair => [...pair.querySelectorAll('figure img')].every(image => image.complete && image.naturalWidth)"
PHOTOS = ("coffee.png", "rocket.jpg", "chelsea.png", "coffee.png")


@pytest.fixture
def pairs(browsed_site: RunningSite) -> list[str]:
    """The instructions of all pairs that wait, oldest first."""
    visitor = browsed_site.visitor
    if ids := re.findall(r'name="id" value="([^"]+)"', visitor.get(GRID).text):
        visitor.post(GRID, GRID, {"action": "reject", "id": ids, "words": "left over"})
    words = [f"Make it different in way {number}" for number, _ in enumerate(PHOTOS, 1)]
    for edit in [visitor.upload(photo, prompt) for photo, prompt in zip(PHOTOS, words, strict=True)]:
        assert visitor.wait_for(edit)["state"] == "succeeded"
        visitor.post(f"{edit}share/", edit, {})
    return words


@pytest.fixture
def open_queue(open_own: Callable[..., Page]) -> Callable[..., Page]:
    def open_one(path: str = QUEUE, **options: Any) -> Page:
        return open_own(path, **options)

    return open_one


def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_words_stand_above_the_decisions(
    open_queue: Callable[..., Page], pairs: list[str]
) -> None:
    page = open_queue(viewport={"width": 390, "height": 844})
    wide = """[...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.getClientRects().length)
        .map((one) => one.outerHTML.slice(0, 90))"""
    assert page.evaluate(wide) == []
    words, bar = page.locator(".pair-prompt").first.bounding_box(), page.locator(".review-bar").bounding_box()
    assert words
    assert bar
    assert words["y"] + words["height"] <= bar["y"]


def test_a_session_by_keyboard(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    shows(page, pairs[0])
    expect(page.locator("[data-progress]")).to_contain_text("4 waiting")
    page.keyboard.press("a")
    shows(page, pairs[1])
    says(page, "Approved")
    page.keyboard.press("r")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    shows(page, pairs[2])
    says(page, "Rejected")
    page.keyboard.press("s")
    shows(page, pairs[3])
    says(page, "Skipped")
    for words in (pairs[2], pairs[1], pairs[0]):
        page.keyboard.press("z")
        shows(page, words)
    expect(page.locator("[data-progress]")).to_contain_text("4 waiting")


def test_the_next_pair_is_there_before_the_server_has_answered(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page, held = open_queue(), []
    page.route("**" + QUEUE, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    wait_until_loaded(page)
    shows(page, pairs[0])
    for words in pairs[1:3]:
        page.keyboard.press("a")
        shows(page, words)
        becomes(page, lambda: page.locator("[data-pair]:not([hidden])").evaluate(LOADED), True)
    becomes(page, lambda: len(held), 1)
    held.pop().continue_()
    expect(page.locator("[data-progress]")).to_contain_text("3 waiting")
    shows(page, pairs[2])
    page.wait_for_function("() => document.querySelectorAll('[data-pair]').length === 2")


def test_keys_do_nothing_while_somebody_types(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    page.keyboard.press("r")
    page.keyboard.press("8")
    page.keyboard.type("a sad case, 12 or so")
    shows(page, pairs[0])
    page.keyboard.press("Escape")
    expect(page.get_by_label("In your own words")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.get_by_label("In your own words")).to_have_value("")
    page.keyboard.press("8")
    page.keyboard.type("Too sad.")
    page.keyboard.press("Enter")
    shows(page, pairs[1])
    says(page, "Rejected")


def test_a_quick_reviewer_keeps_the_focus(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    page.evaluate(
        """() => new Promise((done) => {
            const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            document.querySelector("[data-reject]").addEventListener("toggle", () => setTimeout(done));
            for (const key of ["r", "8"]) press(key);
        })"""
    )
    expect(page.get_by_label("In your own words")).to_be_focused()


def test_a_panel_that_is_closed_and_opened_at_once_is_open(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    page.keyboard.press("r")
    page.keyboard.press("8")
    page.get_by_label("In your own words").evaluate(
        """() => {
            for (const key of ["Escape", "r", "8"]) {
                document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            }
        }"""
    )
    expect(page.get_by_label("In your own words")).to_be_visible()
    expect(page.get_by_label("In your own words")).to_be_focused()


def test_nothing_is_rejected_by_accident(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    shows(page, pairs[0])
    expect(page.get_by_label("In your own words")).to_be_visible()


def test_a_second_key_that_comes_at_once_decides_nothing(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    shows(page, pairs[0])
    page.evaluate(
        """() => {
            const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            for (const key of ["a", "a"]) press(key);
        }"""
    )
    shows(page, pairs[1])
    expect(page.locator("[data-progress]")).to_contain_text("3 waiting")


def test_it_says_why_a_key_decided_nothing(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    shows(page, pairs[0])
    page.evaluate("document.querySelector('[data-review]').removeAttribute('data-seen')")
    page.keyboard.press("a")
    says(page, "nothing was decided")
    expect(page.locator("[data-progress]")).to_contain_text("4 waiting")


@pytest.mark.parametrize("viewport", [(1440, 900), (1024, 768), (390, 844)])
def test_the_reasons_cover_no_picture(open_queue: Callable[..., Page], pairs: list[str], viewport: tuple[int, int]) -> None:
    page = open_queue(viewport={"width": viewport[0], "height": viewport[1]})
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
    open_queue: Callable[..., Page], pairs: list[str]
) -> None:
    page = open_queue()
    shows(page, pairs[0])
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog", name="Before and after")
    level = dialog.locator("[data-zoom-level]")
    fit = level.inner_text()
    dialog.get_by_role("button", name="Zoom in").click()
    expect(level).not_to_have_text(fit)
    scales = "() => [...document.querySelectorAll('.closely img')].map((image) => getComputedStyle(image).scale + image.width)"
    assert len(set(page.evaluate(scales))) == 1
    finds_nothing(page)
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    shows(page, pairs[0])


def test_a_pair_of_the_grid_is_zoomed_without_being_chosen(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue(GRID)
    page.get_by_role("button", name=f"Full screen: {pairs[1]}").click()
    dialog = page.get_by_role("dialog", name="Before and after")
    expect(dialog.get_by_role("img", name="The photo after the edit")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_text("0 selected")).to_be_visible()


def test_the_ways_to_look(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
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


def test_without_a_connection_the_pair_comes_back(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    shows(page, pairs[0])
    page.route("**" + QUEUE, lambda route: route.abort())
    page.keyboard.press("a")
    says(page, "Connection lost.")
    shows(page, pairs[0])
    page.unroute("**" + QUEUE)
    page.keyboard.press("a")
    says(page, "Approved")
    shows(page, pairs[1])


def test_at_the_end_of_the_queue(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    for words in pairs:
        shows(page, words)
        page.keyboard.press("a")
    expect(page.get_by_role("heading", name="All done. Thank you!")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    page.keyboard.press("a")
    page.keyboard.press("z")
    shows(page, pairs[-1])


def test_the_same_without_scripts(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue(java_script_enabled=False)
    page.get_by_role("button", name="Approve").click()
    shows(page, pairs[1], scripts=False)
    page.locator("summary").click()
    page.get_by_label("No visible change").check()
    page.locator("details button[value=reject]").click()
    shows(page, pairs[2], scripts=False)
    page.get_by_role("button", name="Skip").click()
    shows(page, pairs[3], scripts=False)
    page.get_by_role("button", name="Undo").click()
    shows(page, pairs[2], scripts=False)


def test_many_at_once_and_nothing_moves(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue(GRID, viewport={"width": 1024, "height": 768})
    rows = page.locator(".grid-pair")
    before = [row.bounding_box() for row in (*rows.all(), page.locator(".review-bar"))]
    page.get_by_label("Select all").check()
    page.get_by_role("checkbox", name=pairs[3]).uncheck()
    expect(page.get_by_text("3 selected")).to_be_visible()
    assert [row.bounding_box() for row in (*rows.all(), page.locator(".review-bar"))] == before
    page.get_by_label("Reason").select_option(index=1)
    page.get_by_role("button", name="Reject selected").click()
    says(page, "Rejected 3 edits.")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(4)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_queue: Callable[..., Page], pairs: list[str], theme: str) -> None:
    for viewport in ({"width": 1440, "height": 900}, {"width": 390, "height": 844}):
        page = open_queue(viewport=viewport)
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


def finds_nothing(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], [node["html"][:150] for node in rule["nodes"]]) for rule in found]
