"""What is around the studio: the account menu, the phone's own sheet for sharing, its keyboard, and a connection that is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from edits.wiro.sandbox import SandboxServer
from tests.browser.held import held, settings_for
from tests.browser.new_edit import PHONE
from tests.browser.waiting import becomes
from tests.run.site import RunningSite, running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SHARING = """() => {
    navigator.canShare = ({ files }) => files.length === 1;
    navigator.share = async ({ files: [file] }) => {
        window.shared = { name: file.name, type: file.type, size: file.size };
    };
}"""
KEYBOARD = """() => {
    Object.defineProperty(visualViewport, "height", { get: () => 500 });
    visualViewport.dispatchEvent(new Event("resize"));
}"""


@pytest.fixture(scope="module")
def browsed_site(site_folder: Callable[[str], Path], wiro: SandboxServer) -> Iterator[RunningSite]:
    with running_site(site_folder("surroundings"), **settings_for(wiro)) as site:
        yield site


def test_the_account_menu_closes_again_and_signs_out(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/")
    summary, sign_out = page.locator(".account-menu summary"), page.get_by_role("button", name="Sign out")
    summary.click()
    expect(sign_out).to_be_visible()
    page.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    summary.click()
    page.mouse.click(5, 400)
    expect(sign_out).to_be_hidden()
    summary.click()
    expect(page.get_by_role("link", name="Your account").first).to_be_visible()
    # The other tests use the same session, so it is not ended.
    expect(page.locator("form[data-sign-out]")).to_have_attribute("action", "/accounts/logout/")


def test_a_result_goes_to_the_phones_own_sheet(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    done = browsed_site.visitor.upload("coffee.png", "Turn it into a negative")
    browsed_site.visitor.wait_for(done)
    page = open_own(**PHONE)
    page.add_init_script(f"({SHARING})()")
    page.goto(done)
    page.get_by_role("button", name="Share", exact=True).click()
    becomes(page, lambda: page.evaluate("Boolean(window.shared)"), True)
    shared = page.evaluate("window.shared")
    assert shared["name"].startswith("reword.")
    assert shared["type"].startswith("image/")
    assert shared["size"] > 1000


def test_nothing_offers_a_sheet_that_is_not_there(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    done = browsed_site.visitor.upload("coffee.png", "Make it darker")
    browsed_site.visitor.wait_for(done)
    page = open_own()
    page.add_init_script("navigator.canShare = undefined")
    page.goto(done)
    expect(page.locator("[data-share-photo]")).to_be_hidden()


def test_a_running_edit_says_that_the_connection_is_lost_and_catches_up(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer
) -> None:
    with held(wiro, "Wait for me"):
        page = open_own(browsed_site.visitor.upload("coffee.png", "Wait for me"))
        expect(page.locator("[data-stage][aria-current=step]")).to_be_visible()
        page.context.set_offline(True)
        expect(page.locator("[data-offline]")).to_contain_text("You’re offline.")
    page.context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden()
    expect(page.get_by_role("img", name="The photo after the edit: Wait for me")).to_be_visible()


def test_whoever_goes_elsewhere_is_not_held_back_by_news_of_where_they_were(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer
) -> None:
    visitor, held_back = browsed_site.visitor, list[Route]()
    first = visitor.upload("coffee.png", "Make it darker")
    visitor.wait_for(first)

    def hold_back(route: Route) -> None:
        held_back.append(route)

    with held(wiro, "Come late"):
        page = open_own(visitor.start_at({"version": first.split("/")[2], "side": "result"}, "Come late"))
        page.route(f"**{first}", hold_back)
        page.locator(f"a[href='{first}']").click()
        becomes(page, lambda: len(held_back), 1)
    with page.expect_response(lambda answer: answer.url.endswith("/status/") and answer.json()["state"] == "succeeded"):
        pass
    page.wait_for_timeout(500)
    held_back[0].continue_()
    page.wait_for_url(f"**{first}")


def test_the_composer_stays_above_the_keyboard(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/new/", **PHONE)
    page.evaluate(KEYBOARD)
    button = page.get_by_role("button", name="Edit photo").bounding_box()
    assert button
    assert button["y"] + button["height"] <= 500


def test_the_heading_of_a_sheet_lies_inside_of_it(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/new/", **PHONE)
    page.locator("summary", has_text="Variations").click()
    panel, heading = page.locator(".variations"), page.locator(".variations legend")
    becomes(page, lambda: _top(heading) - _top(panel) >= 12, True)


def test_what_opens_beside_the_picture_comes_into_view(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    done = browsed_site.visitor.upload("coffee.png", "Make it darker")
    browsed_site.visitor.wait_for(done)
    page = open_own(done, viewport={"width": 1440, "height": 620})
    page.locator("#sharing summary").click()
    expect(page.get_by_role("button", name="Create link")).to_be_in_viewport()


def _top(part: Locator) -> float:
    box = part.bounding_box()
    assert box
    return box["y"]
