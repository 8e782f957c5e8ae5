"""The first minutes of a person who has just said `make run`."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.new_edit import PHONE
from tests.photos import photo_path
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 30_000


def test_from_the_sign_in_page_to_a_pair_that_can_be_compared(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="no-preference")
    page.goto("/edits/new/")
    page.get_by_role("button", name="Fill in").click()
    page.get_by_role("button", name="Sign in", exact=True).last.click()
    _send(page, "rocket.jpg", "Make it night, please")
    slider = page.get_by_role("slider", name="Compare before and after")
    slider.wait_for(timeout=PATIENCE)
    _check_pictures(page)
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "60% of the width shows the original photo")
    _find_under_my_edits(page, "Make it night, please")


def test_the_same_without_javascript(open_page: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/edits/new/")
    username, password = browsed_site.account
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).last.click()
    _send(page, "chelsea.png", "Make it warmer, please")
    page.get_by_role("img", name="The photo after the edit").wait_for(timeout=PATIENCE)
    _check_pictures(page)
    _find_under_my_edits(page, "Make it warmer, please")


def test_a_newcomer_on_a_phone_has_a_first_result_after_two_taps(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/new/", **PHONE)
    page.get_by_role("button", name="A cup of coffee").tap()
    expect(page.get_by_label("What should change?")).to_have_value("Turn it into a pencil sketch")
    page.get_by_role("button", name="Edit photo").tap()
    page.get_by_role("slider", name="Compare before and after").wait_for(timeout=PATIENCE)


def test_details_come_up_as_a_sheet_on_a_phone(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    address = browsed_site.visitor.upload("coffee.png", "Make it warmer")
    browsed_site.visitor.wait_for(address)
    page = open_own(address, **PHONE)
    for summary in ("Details", "Sharing", "Variations", "Advanced"):
        page.locator("summary", has_text=summary).tap()
        sheet = page.locator("details[open] > :last-child")
        box = sheet.bounding_box()
        assert box
        assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
        page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)


def _send(page: Page, photo: str, words: str) -> None:
    page.get_by_label("Choose a photo").set_input_files(photo_path(photo))
    page.get_by_label("What should change?").fill(words)
    page.get_by_role("button", name="Edit photo").click()
    page.wait_for_url("**/edits/*-*/")


def _check_pictures(page: Page) -> None:
    """Both pictures are there, decoded, with the names that a screen reader speaks."""
    for name in ("The photo before the edit", "The photo after the edit"):
        picture = page.get_by_role("img", name=name)
        picture.wait_for()
        address = picture.get_attribute("src")
        assert address
        answer = page.request.get(address)
        assert answer.ok
        assert answer.headers["content-type"] == "image/webp"


def _find_under_my_edits(page: Page, words: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="My edits").click()
    page.get_by_role("link", name=words).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)
