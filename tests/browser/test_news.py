"""News of one's edits in a browser: a dot at "My edits", and a notification for whoever asked for it there."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.waiting import becomes
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# A browser that allows notifications as soon as it is asked, with its page visible or not.
STAGE = """
    window.told = [];
    window.asked = 0;
    window.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() {
            window.asked += 1;
            return (Notification.permission = "granted");
        }
        constructor(title, { body }) {
            super();
            window.told.push([title, body]);
        }
    };
    window.isHidden = false;
    Object.defineProperty(document, "hidden", { get: () => window.isHidden });
"""
# Milliseconds in which an unwanted notification would have arrived.
A_WHILE = 500
LOOK_AWAY = "() => { isHidden = true; document.dispatchEvent(new Event('visibilitychange')); }"


@pytest.fixture
def news(browsed_site: RunningSite) -> str:
    """The only edit, which has ended while nobody was looking."""
    for _ in range(100):
        if not browsed_site.visitor.get("/edits/news/").json()["news"]:
            break
        # The list of everything first: after it, the list of news begins with what has not been looked at.
        for path in ("/edits/", "/edits/?new=1"):
            browsed_site.visitor.get(path)
    page = browsed_site.visitor.upload("chelsea.png", "Make it darker")
    browsed_site.visitor.wait_for(page)
    return page


def test_a_dot_leads_to_what_is_new(open_own: Callable[..., Page], news: str) -> None:
    page = open_own("/")
    link = page.get_by_role("link", name="My edits (something new)")
    expect(link.locator(".dot")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    link.click()
    expect(page.locator(".card").filter(has=page.locator(f"a[href='{news}']")).get_by_text("New", exact=True)).to_be_visible()
    expect(page.locator(".site-nav .dot")).to_be_hidden()


def test_nothing_is_asked_or_told_before_the_button_is_pressed(open_own: Callable[..., Page], news: str) -> None:
    page = open_own()
    page.add_init_script(STAGE)
    page.goto("/edits/trash/")
    page.evaluate(LOOK_AWAY)
    page.wait_for_timeout(A_WHILE)
    assert page.evaluate("[asked, told.length]") == [0, 0]


def test_who_asked_for_it_is_notified_once_while_not_looking(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_own()
    page.add_init_script(STAGE)
    page.goto("/edits/")
    button = page.get_by_role("button", name="Notify me")
    button.click()
    expect(page.get_by_role("button", name="Notifications on")).to_have_attribute("aria-pressed", "true")
    browsed_site.visitor.wait_for(browsed_site.visitor.upload("chelsea.png", "Tell me about it"))
    page.evaluate(LOOK_AWAY)
    becomes(page, lambda: ["Your edit is ready", "Tell me about it"] in page.evaluate("told"), True)
    told = len(page.evaluate("told"))
    with page.expect_response("**/edits/news/"):
        page.evaluate(LOOK_AWAY)
    page.wait_for_timeout(A_WHILE)
    assert len(page.evaluate("told")) == told


def test_the_button_turns_it_off_again(open_own: Callable[..., Page]) -> None:
    page = open_own()
    page.add_init_script(STAGE)
    page.goto("/edits/")
    page.get_by_role("button", name="Notify me").click()
    page.get_by_role("button", name="Notifications on").click()
    expect(page.get_by_role("button", name="Notify me")).to_have_attribute("aria-pressed", "false")
