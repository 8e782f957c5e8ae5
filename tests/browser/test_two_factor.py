"""Protecting an account with a second factor, as people do it: without JavaScript, and pages that axe is content with."""

import uuid
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, sign_up
from tests.one_time_codes import code_for

pytestmark = pytest.mark.browser

PAGES = (
    "/accounts/sessions/",
    "/accounts/mail/",
    "/accounts/",
    "/accounts/email/",
    "/accounts/two-factor/",
    "/accounts/two-factor/recovery-codes/",
    "/accounts/two-factor/recovery-codes/new/",
    "/accounts/two-factor/turn-off/",
)


def set_up(page: Page) -> str:
    """Set it up as somebody who has just signed up and so is not asked to confirm. Returns the key that the app now has."""
    page.goto("/accounts/")
    page.get_by_role("link", name="Two-factor authentication").click()
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("img", name="QR code with the key below")).to_be_visible()
    key = page.get_by_label("Key", exact=True).input_value()
    page.get_by_label("Code from the app").fill(code_for(key, -1))
    page.get_by_role("button", name="Turn on").click()
    return key


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).last.click()


def test_setting_it_up_and_signing_in_with_it_without_javascript(open_page: Callable[..., Page]) -> None:
    name = f"dora-{uuid.uuid4().hex[:8]}"
    page = open_page(java_script_enabled=False)
    sign_up(page, name)
    key = set_up(page)
    codes = page.get_by_role("main").get_by_role("listitem").locator("code")
    expect(codes).to_have_count(10)
    recovery_code = codes.first.inner_text()
    other = open_page(java_script_enabled=False)
    sign_in(other, name)
    other.get_by_label("Code").fill("000000")
    other.get_by_role("button", name="Sign in", exact=True).last.click()
    expect(other.get_by_text("This code is wrong")).to_be_visible()
    other.get_by_label("Code").fill(code_for(key))
    other.get_by_role("button", name="Sign in", exact=True).last.click()
    other.wait_for_url("**/edits/")
    third = open_page(java_script_enabled=False)
    sign_in(third, name)
    third.get_by_label("Code").fill(recovery_code)
    third.get_by_role("button", name="Sign in", exact=True).last.click()
    third.wait_for_url("**/edits/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(open_page: Callable[..., Page], scheme: Literal["light", "dark"]) -> None:
    page = open_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 320, "height": 800})
    name = f"dora-{uuid.uuid4().hex[:8]}"
    sign_up(page, name)
    page.goto("/accounts/reauthenticate/?next=/accounts/two-factor/set-up/")
    page.get_by_label("Password").fill(PASSWORD)
    look(page)
    page.get_by_role("button", name="Continue").click()
    look(page)
    key = page.get_by_label("Key", exact=True).input_value()
    page.get_by_label("Code from the app").fill(code_for(key, -1))
    page.get_by_role("button", name="Turn on").click()
    for address in PAGES:
        page.goto(address)
        look(page)
    page.context.clear_cookies()
    sign_in(page, name)
    look(page)
    page.goto("/accounts/password/reset/")
    look(page)


def look(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert found == [], f"{page.url}: {[(each['id'], [node['html'] for node in each['nodes']]) for each in found]}"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
