"""The page of one edit in a real browser: it waits with its reader, shows the result by itself, and shares it."""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from edits.wiro.sandbox import SandboxServer
from tests.browser.held import held, settings_for
from tests.browser.waiting import becomes, wait_until_loaded
from tests.run.site import RunningSite, running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 30_000
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture(scope="module")
def wiro() -> Iterator[SandboxServer]:
    """Slow enough that a page can be seen waiting."""
    with SandboxServer(api_key="key", api_secret="secret", time_scale=0.5, size_scale=0.4) as server:
        yield server


@pytest.fixture(scope="module")
def browsed_site(site_folder: Callable[[str], Path], wiro: SandboxServer) -> Iterator[RunningSite]:
    with running_site(site_folder("waiting"), **settings_for(wiro)) as site:
        yield site


def shows_icon(page: Page, name: str) -> None:
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile(name))


def open_sharing(page: Page) -> None:
    """The part of the page that is closed until somebody wants to share."""
    if not page.locator("#sharing").evaluate("details => details.open"):
        page.locator("summary", has_text="Sharing").click()


def done(site: RunningSite, words: str, **fields: str) -> str:
    address = site.visitor.upload("rocket.jpg", words, **fields)
    assert site.visitor.wait_for(address)["state"] == "succeeded"
    return address


def test_the_result_appears_by_itself_and_the_tab_tells(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer
) -> None:
    words = "Turn the sky into night"
    with held(wiro, words):
        page = open_own(browsed_site.visitor.upload("rocket.jpg", words))
        page.evaluate("window.sameDocument = true")
        shows_icon(page, "favicon-waiting")
        page.get_by_role("button", name="Cancel").focus()
        expect(page).to_have_title(re.compile(r"^\(\d+%\) Turn the sky"))
    page.get_by_role("slider", name="Compare before and after").wait_for(timeout=PATIENCE)
    shows_icon(page, "favicon-ready")
    expect(page).to_have_title("Turn the sky into night · Reword")
    expect(page.locator("[data-live]")).to_have_text("Your edit is ready.")
    expect(page.locator("#main")).to_be_focused()
    assert page.evaluate("window.sameDocument")
    slider = page.get_by_role("slider", name="Compare before and after")
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "49% of the width shows the original photo")


def test_nothing_is_asked_any_more_when_nothing_is_pending(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer
) -> None:
    page = open_own()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/status/" in request.url else None)
    with held(wiro, "A little steam"):
        page.goto(browsed_site.visitor.upload("coffee.png", "A little steam"))
        becomes(page, lambda: bool(asked), True)
    page.get_by_role("slider", name="Compare before and after").wait_for(timeout=PATIENCE)
    page.clock.install()
    count = len(asked)
    page.clock.run_for(60_000)
    assert len(asked) == count


# The address of the script, whose name has a hash.
POLL = r"performance.getEntriesByType('resource').map(({ name }) => name).find((name) => /\/poll[.\w]*\.js$/.test(name))"


@pytest.mark.parametrize(("found", "looks"), [("soon", 4), ("later", 1), ("over", 1)])
def test_a_result_that_is_about_to_come_is_asked_for_more_often(
    open_own: Callable[..., Page], browsed_site: RunningSite, found: str, looks: int
) -> None:
    page = open_own(done(browsed_site, "A little steam"))
    address = page.evaluate(POLL)
    page.clock.install()
    # From here on, time passes only as told.
    page.clock.pause_at(datetime.now() + timedelta(seconds=2))
    page.evaluate(
        """async ([address, found]) => {
            window.looks = 0;
            (await import(address)).repeat(async () => { window.looks += 1; return found; });
        }""",
        [address, found],
    )
    for _ in range(19):
        page.clock.run_for(100)
    assert page.evaluate("window.looks") == looks


@pytest.mark.parametrize(
    ("status", "is_soon"),
    [
        ({"state": "fetching", "eta_seconds": None}, True),
        ({"state": "running", "eta_seconds": 2}, True),
        ({"state": "running", "eta_seconds": 3}, False),
        ({"state": "running", "eta_seconds": None}, False),
    ],
)
def test_a_result_is_about_to_come_while_it_is_stored_and_near_its_usual_end(
    open_own: Callable[..., Page], browsed_site: RunningSite, status: dict[str, Any], is_soon: bool
) -> None:
    page = open_own(done(browsed_site, "A little steam"))
    found = page.evaluate("async ([address, status]) => (await import(address)).isSoon(status)", [page.evaluate(POLL), status])
    assert found is is_soon


def test_a_failure_is_explained_without_loading_the_page_again(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer
) -> None:
    words = "Turn it into a lighthouse"
    wiro.faults.add("model", "failed", message="The instruction could not be followed.")
    with held(wiro, words):
        page = open_own(browsed_site.visitor.upload("rocket.jpg", words))
        page.evaluate("window.sameDocument = true")
    expect(page.get_by_role("heading", name="The model couldn’t make this edit")).to_be_visible(timeout=PATIENCE)
    shows_icon(page, "favicon-failed")
    assert page.evaluate("window.sameDocument")
    expect(page.get_by_text("This cost nothing.")).to_be_visible()
    page.get_by_role("button", name="Try another variation").click()
    page.get_by_role("slider", name="Compare before and after").wait_for(timeout=PATIENCE)


def test_a_running_edit_can_be_canceled(open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer) -> None:
    wiro.faults.add("model", "stuck", value="task_output")
    page = open_own(browsed_site.visitor.upload("chelsea.png", "Give the cat a hat"))
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="This edit was canceled")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("This cost nothing.")).to_be_visible()


def test_a_private_link_opens_in_another_browser_until_it_is_revoked(
    open_own: Callable[..., Page], open_page: Callable[..., Page], browsed_site: RunningSite
) -> None:
    page = open_own(done(browsed_site, "Make the rocket red"), permissions=CLIPBOARD)
    open_sharing(page)
    page.get_by_role("radio", name="1 day").check()
    page.get_by_role("button", name="Create link").click()
    address = page.get_by_role("textbox", name="Private link").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    becomes(page, lambda: page.evaluate("navigator.clipboard.readText()"), address)
    friend = open_page()
    friend.goto(address)
    expect(friend.get_by_role("heading", level=1)).to_contain_text("Make the rocket red")
    friend.get_by_role("slider", name="Compare before and after").wait_for()
    for name in ("The photo before the edit", "The photo after the edit"):
        friend.wait_for_function("name => document.querySelector(`img[alt^='${name}']`).naturalWidth > 0", arg=name)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("textbox", name="Private link")).to_have_count(0)
    answer = friend.goto(address)
    assert answer
    assert answer.status == 404
    expect(friend.get_by_role("heading", name="This link doesn’t work")).to_be_visible()


def test_without_scripts_a_link_is_created_read_and_revoked(
    open_own: Callable[..., Page], open_page: Callable[..., Page], browsed_site: RunningSite
) -> None:
    page = open_own(done(browsed_site, "Make the rocket blue"), java_script_enabled=False)
    expect(page.get_by_role("img", name="The photo after the edit")).to_be_visible()
    open_sharing(page)
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    friend = open_page(java_script_enabled=False)
    friend.goto(page.get_by_role("textbox", name="Private link").input_value())
    expect(friend.get_by_role("img", name="The photo after the edit")).to_be_visible()
    open_sharing(page)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("textbox", name="Private link")).to_have_count(0)


def test_the_versions_are_walked_with_the_keyboard(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    first = done(browsed_site, "First of all, fog")
    page = open_own(first)
    page.get_by_label("What should change?").fill("Then, a bridge")
    page.get_by_label("What should change?").press("Control+Enter")
    page.get_by_role("slider", name="Compare before and after").wait_for(timeout=PATIENCE)
    tree = page.get_by_role("region", name="Versions of this photo")
    expect(tree.locator("[aria-current=page]")).to_contain_text("Then, a bridge")
    parent = tree.get_by_role("link", name="First of all, fog")
    parent.focus()
    for _ in range(tree.get_by_role("link").count()):
        page.keyboard.press("Tab")
        if tree.locator("[aria-current=page]").evaluate("link => link === document.activeElement"):
            break
    expect(tree.locator("[aria-current=page]")).to_be_focused()
    parent.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("First of all, fog")
    expect(page.get_by_role("link", name="Then, a bridge")).to_be_visible()


@pytest.mark.parametrize("width", [320, 3840])
def test_nothing_is_wider_than_the_screen(open_own: Callable[..., Page], browsed_site: RunningSite, width: int) -> None:
    page = open_own(done(browsed_site, "x" * 300), viewport={"width": width, "height": 800})
    open_sharing(page)
    page.get_by_role("button", name="Create link").click()
    page.get_by_role("textbox", name="Private link").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_state_of_the_page(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer, scheme: str
) -> None:
    first = done(browsed_site, "Make it look old")
    visitor = browsed_site.visitor
    version = {"version": first.split("/")[2], "side": "result", "prompt": "And a little torn", "nonce": uuid.uuid4().hex}
    result = visitor.post("/edits/new/", "/edits/new/", version | {"guidance_scale": "4", "seed": "7"}).headers["Location"]
    visitor.wait_for(result)
    wiro.faults.add("model", "failed", message="The instruction could not be followed.")
    failed = visitor.upload("rocket.jpg", "Turn it into a lighthouse")
    visitor.wait_for(failed)
    wiro.faults.add("Run", "reset")
    unconfirmed = visitor.upload("rocket.jpg", "Turn it into a tree")
    wiro.faults.add("model", "stuck", value="task_output")
    waiting = visitor.upload("rocket.jpg", "Turn it into a tower")
    page = open_own(result, color_scheme=scheme)
    open_sharing(page)
    page.get_by_role("button", name="Create link").click()
    shared = page.get_by_role("textbox", name="Private link").input_value()
    assert Axe().run(page).response["violations"] == [], "with a new link"
    for address in (result, failed, unconfirmed, waiting, shared, "/s/1:none/"):
        page.goto(address)
        wait_until_loaded(page)
        assert Axe().run(page).response["violations"] == [], address
    visitor.post(f"{waiting}cancel/", waiting, {})
