"""Choosing models in a browser: one sentence each, the price on the button, and a blind choice among several results."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from edits.wiro.sandbox import SandboxServer
from tests.browser.held import settings_for
from tests.browser.new_edit import PHONE, choose, send
from tests.browser.waiting import becomes
from tests.run.site import RunningSite, running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]

MODELS = {
    "ByteDance/image-to-image-seededit-v3": "SeedEdit 3",
    "ByteDance/seedream-v4-5": "Seedream 4.5",
    "google/nano-banana-2": "Nano Banana 2",
}


@pytest.fixture(scope="module")
def browsed_site(site_folder: Callable[[str], Path], wiro: SandboxServer) -> Iterator[RunningSite]:
    """A site with a key of its own, so that it shows prices, whose operator offers three models."""
    with running_site(site_folder("models"), MODELS=",".join(MODELS), **settings_for(wiro)) as site:
        yield site


def advanced(page: Page) -> None:
    page.locator("summary", has_text="Advanced").click()


def test_the_price_of_what_is_chosen_is_on_the_button(open_form: Callable[..., Page]) -> None:
    page = open_form()
    button = page.locator(".composer-send")
    # Wiro's own price, which the worker asked for when it started.
    expect(button).to_have_text(re.compile(r"Edit photo · \$0\.03"))
    advanced(page)
    expect(page.get_by_label("Guidance", exact=False)).to_be_visible()
    page.get_by_role("radio", name="Seedream 4.5").check()
    expect(button).to_have_text(re.compile(r"\$0\.04"))
    # Its own inputs are shown, and those that it does not have are not.
    expect(page.get_by_role("group", name="Seedream 4.5").get_by_label("Aspect ratio")).to_be_visible()
    expect(page.get_by_label("Guidance", exact=False)).to_be_hidden()
    expect(page.get_by_label("Seed", exact=True)).to_be_hidden()
    page.get_by_role("checkbox", name="Compare Nano Banana 2").check()
    expect(button).to_have_text(re.compile(r"\$0\.11"))
    expect(page.get_by_text("This will create 2 edits.")).to_be_visible()
    assert Axe().run(page).response["violations"] == []


def test_on_a_phone_every_model_can_be_reached(open_form: Callable[..., Page]) -> None:
    page = open_form(**PHONE)
    advanced(page)
    page.get_by_role("radio", name="Nano Banana 2").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Axe().run(page).response["violations"] == []


def test_several_results_are_judged_without_their_names(open_form: Callable[..., Page], photo: Callable[..., Path]) -> None:
    page = open_form()
    choose(page, photo("red-blue.jpg", 300, 200))
    advanced(page)
    page.get_by_role("checkbox", name="Compare Seedream 4.5").check()
    page.get_by_role("checkbox", name="Compare Nano Banana 2").check()
    page.keyboard.press("Escape")
    send(page, button="Edit photo")
    page.wait_for_url("**/edits/*-*-*/?grid")
    grid = page.locator(".variations-grid")
    expect(grid.get_by_role("button", name="Pick this")).to_have_count(3)
    assert [name for name in MODELS.values() if name in grid.inner_text()] == []
    assert Axe().run(page).response["violations"] == []
    grid.get_by_role("button", name="Pick this").first.click()
    becomes(page, lambda: sorted(name for name in MODELS.values() if name in grid.inner_text()), sorted(MODELS.values()))
    expect(grid.get_by_text("your pick")).to_have_count(1)
    assert Axe().run(page).response["violations"] == []


def test_without_scripts_all_of_it_can_be_chosen(open_form: Callable[..., Page]) -> None:
    page = open_form(java_script_enabled=False)
    advanced(page)
    expect(page.get_by_role("group", name="Seedream 4.5")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Compare Seedream 4.5")).to_be_visible()
