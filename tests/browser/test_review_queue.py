"""A review session: by keyboard, without a connection for a moment, without scripts, and with many at once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reviewing import GRID, QUEUE, offer_pairs, says, shows
from tests.browser.waiting import becomes, wait_until_loaded
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]

LOADED = "pair => [...pair.querySelectorAll('figure img')].every(image => image.complete && image.naturalWidth)"


@pytest.fixture
def pairs(browsed_site: RunningSite) -> list[str]:
    return offer_pairs(browsed_site)


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


def test_without_a_connection_the_reason_comes_back_with_the_pair(open_queue: Callable[..., Page], pairs: list[str]) -> None:
    page = open_queue()
    shows(page, pairs[0])
    page.route("**" + QUEUE, lambda route: route.abort())
    page.keyboard.press("r")
    page.get_by_label("In your own words").fill("A hand is missing")
    page.keyboard.press("Enter")
    says(page, "Connection lost.")
    shows(page, pairs[0])
    expect(page.get_by_label("In your own words")).to_have_value("A hand is missing")
    page.unroute("**" + QUEUE)
    page.get_by_label("In your own words").press("Enter")
    says(page, "Rejected 1 edit.")
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
    page.get_by_role("button", name="Reject selected").click()
    expect(page.get_by_text("3 selected")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.get_by_label("Reason").select_option(index=1)
    page.get_by_role("button", name="Reject selected").click()
    says(page, "Rejected 3 edits.")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(4)
