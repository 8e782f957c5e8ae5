"""Before an edit goes public its owner sees what everybody will see: over the page, or without scripts on a page of its own."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.comparing import edited
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def private(browsed_site: RunningSite) -> str:
    """The page of an edit of this file alone: other files publish theirs."""
    return edited(browsed_site, "Put a lighthouse on the hill")


def test_the_preview_opens_over_the_page_and_closes_without_a_trace(look_at: Callable[..., Page], private: str) -> None:
    page = look_at(private)
    page.locator("#sharing summary").click()
    page.get_by_role("link", name="Share to gallery…").click()
    dialog = page.get_by_role("dialog", name="Share to gallery")
    expect(dialog.get_by_role("img", name="The photo after the edit: Put a lighthouse on the hill")).to_be_visible()
    assert page.url.endswith(private)
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#sharing .badge")).to_have_text("Private")


def test_the_name_goes_and_comes_with_the_choice(look_at: Callable[..., Page], private: str) -> None:
    page = look_at(f"{private}share/")
    name = page.locator(".share-page-body").get_by_text("By", exact=True)
    expect(name).to_be_hidden()
    page.get_by_role("radio", name="Show “").check()
    expect(name).to_be_visible()
    page.get_by_role("radio", name="Don’t show it").check()
    expect(name).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_it_is_shared_from_the_preview(open_own: Callable[..., Page], browsed_site: RunningSite, scripts: bool) -> None:
    page = open_own(edited(browsed_site, "Make it darker"), java_script_enabled=scripts)
    page.locator("#sharing summary").click()
    page.get_by_role("link", name="Share to gallery…").click()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Submitted for review.")).to_be_visible()
    expect(page.locator("#sharing .badge")).to_have_text("In review")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_axe_finds_nothing_in_the_preview_and_it_fits(
    look_at: Callable[..., Page], private: str, scheme: Literal["light", "dark"], width: int
) -> None:
    page = look_at(f"{private}share/", color_scheme=scheme, viewport={"width": width, "height": 800})
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(private)
    page.locator("#sharing summary").click()
    page.get_by_role("link", name="Share to gallery…").click()
    expect(page.locator("[data-share-dialog] .share-decision")).to_be_in_viewport()
    assert Axe().run(page).response["violations"] == []
