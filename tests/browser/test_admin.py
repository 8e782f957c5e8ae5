"""The operators' pages in a real browser: the buttons work, and the pages are accessible in both themes."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# Includes rules that axe leaves out by default, such as the size of targets.
EVERYTHING = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@pytest.fixture
def open_admin(open_own: Callable[..., Page]) -> Callable[..., Page]:
    """A page on which the administrator is signed in."""
    return open_own


@pytest.fixture(scope="module")
def administrator(browsed_site: RunningSite) -> dict[str, str]:
    """The cookies of somebody who may change everything in the admin, which the demo account may not."""
    visitor = browsed_site.stranger().sign_in(*browsed_site.administrator)
    return dict(visitor.session.cookies.get_dict())


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_on_the_lists_and_forms_of_the_admin(
    open_page: Callable[..., Page], browsed_site: RunningSite, administrator: dict[str, str], scheme: str, width: int
) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.context.add_cookies([{"name": name, "value": value, "url": browsed_site.url} for name, value in administrator.items()])
    page.goto("/admin/auth/user/")
    user = page.locator("#result_list tbody th a").first.get_attribute("href")
    for address in ("/admin/", "/admin/auth/user/", user, "/admin/auth/user/add/", "/admin/edits/edit/", "/admin/edits/profile/"):
        page.goto(str(address))
        found = Axe().run(page, options=EVERYTHING).response["violations"]
        assert found == [], f"{address}: {[(each['id'], [node['html'] for node in each['nodes']]) for each in found]}"


def test_the_admin_has_the_fonts_and_colors_of_the_product(open_admin: Callable[..., Page]) -> None:
    page = open_admin(color_scheme="dark")
    looks = []
    for address in ("/edits/", "/admin/auth/user/"):
        page.goto(address)
        looks.append(
            page.evaluate("(({ fontFamily, backgroundColor }) => [fontFamily, backgroundColor])(getComputedStyle(document.body))")
        )
    assert looks[0] == looks[1]


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
