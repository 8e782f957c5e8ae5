"""The operators' pages in a real browser: the buttons work, and nothing stands in the way of anybody, in both themes."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def open_admin(open_own: Callable[..., Page]) -> Callable[..., Page]:
    """A page on which the administrator is signed in."""
    return open_own


def first_job(page: Page) -> None:
    page.goto("/admin/edits/edit/")
    page.locator("#result_list .field-words a").first.click()
    expect(page.get_by_role("heading", name="Before and after")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_operators_pages(open_admin: Callable[..., Page], scheme: str) -> None:
    page = open_admin(color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.goto("/admin/")
    charts = page.locator(f"img.chart-{scheme}")
    expect(charts.first).to_be_visible()
    expect(page.locator("img.chart-light:visible, img.chart-dark:visible")).to_have_count(charts.count())
    check(page, ".overview")
    first_job(page)
    page.get_by_text("Request to Wiro").first.click()
    expect(page.locator(".job-attempt pre").first).to_be_visible()
    check(page, ".job-columns")


def check(page: Page, part: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page, context=part)
    assert found.violations_count == 0, found.generate_report()


def test_submitting_is_stopped_and_resumed_with_buttons(open_admin: Callable[..., Page]) -> None:
    page = open_admin()
    page.goto("/admin/")
    page.get_by_label("Reason (optional)").fill("maintenance")
    page.get_by_role("button", name="Pause submitting").click()
    expect(page.get_by_role("heading", name="Submitting: paused")).to_be_visible()
    expect(page.get_by_text("Paused by demo on")).to_be_visible()
    expect(page.get_by_text("maintenance", exact=True)).to_be_visible()
    page.get_by_role("button", name="Resume submitting").click()
    expect(page.get_by_role("heading", name="Submitting: on")).to_be_visible()


def test_charts_follow_the_theme_that_was_chosen_in_the_admin(open_admin: Callable[..., Page]) -> None:
    page = open_admin(color_scheme="light")
    page.goto("/admin/")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(page.locator("img.chart-dark").first).to_be_visible()
    expect(page.locator("img.chart-light").first).to_be_hidden()
