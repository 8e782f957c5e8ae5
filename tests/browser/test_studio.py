"""The studio in a real browser: edit after edit without leaving, versions compared and walked, variations to choose from."""

import io
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from edits.wiro.sandbox import SandboxServer
from tests.browser.held import held, settings_for
from tests.browser.new_edit import PHONE
from tests.browser.waiting import becomes
from tests.run.site import RunningSite, running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 30_000
EDIT = re.compile(r"/edits/[0-9a-f-]{36}/$")


@pytest.fixture(scope="module")
def browsed_site(site_folder: Callable[[str], Path], wiro: SandboxServer) -> Iterator[RunningSite]:
    with running_site(site_folder("studio"), EDITS_PER_DAY="500", **settings_for(wiro)) as site:
        yield site


def done(site: RunningSite, words: str, size: tuple[int, int] = (640, 427)) -> str:
    """The page of a result whose photo no other test uses, since the versions shown are all those of a photo."""
    picture = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(picture, "PNG")
    fields = {"prompt": words, "nonce": uuid.uuid4().hex}
    new = "/edits/new/"
    answer = site.visitor.post(new, new, fields, files={"photo": ("noise.png", picture.getvalue())})
    address = answer.headers["Location"]
    assert site.visitor.wait_for(address)["state"] == "succeeded"
    return address


def further(site: RunningSite, address: str, words: str, **fields: str) -> str:
    made = site.visitor.start_at({"version": address.split("/")[2], "side": "result", **fields}, words)
    if "batch" not in made:
        site.visitor.wait_for(made)
    return made


def words(page: Page) -> Locator:
    return page.get_by_label("What should change?")


def title(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def is_ready(page: Page, said: str) -> None:
    """The result of that instruction is what the page shows."""
    expect(title(page)).to_contain_text(said)
    expect(page.get_by_role("img", name=f"The photo after the edit: {said}")).to_be_visible(timeout=PATIENCE)


def blur(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")


def test_ten_edits_one_after_the_other_without_loading_a_page(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_own(done(browsed_site, "Begin here"), reduced_motion="no-preference")
    page.evaluate("window.sameDocument = true")
    addresses = {page.url}
    for number in range(10):
        words(page).fill(f"Step {number}, a little darker")
        words(page).press("Control+Enter")
        is_ready(page, f"Step {number},")
        expect(words(page)).to_have_value("")
        addresses.add(page.url)
    assert page.evaluate("window.sameDocument")
    assert len(addresses) == 11
    assert all(EDIT.search(address) for address in addresses)
    expect(page.locator("[data-version]")).to_have_count(11)
    page.go_back()
    is_ready(page, "Step 8,")
    page.go_forward()
    is_ready(page, "Step 9,")
    assert page.evaluate("window.sameDocument")
    page.reload()
    is_ready(page, "Step 9,")


def test_the_next_instruction_is_typed_while_one_runs(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer
) -> None:
    page = open_own(done(browsed_site, "Start with this"))
    with held(wiro, "Take your time"):
        words(page).fill("Take your time")
        page.get_by_role("button", name="Edit photo").click()
        expect(page.locator("[data-stage][aria-current=step]")).to_be_visible()
        stage, panel = page.locator(".stage-frame").bounding_box(), page.locator(".progress-panel").bounding_box()
        assert stage
        assert panel
        assert stage["y"] < panel["y"] < stage["y"] + stage["height"]
        words(page).press_sequentially("And then a moon")
    is_ready(page, "Take your time")
    expect(words(page)).to_have_value("And then a moon")
    expect(words(page)).to_be_focused()
    expect(page.locator("[name=side]")).to_have_value("result")
    words(page).press("Control+Enter")
    is_ready(page, "And then a moon")


def test_any_version_is_compared_with_any_other_and_with_the_original(
    open_own: Callable[..., Page], browsed_site: RunningSite
) -> None:
    first = done(browsed_site, "One fog")
    second = further(browsed_site, first, "Two snow")
    third = further(browsed_site, first, "Three night")
    page = open_own(third)
    before = page.get_by_role("img", name="The photo before the edit")
    for choice, path in (("Original", f"{first}source/page"), ("Version 2", f"{second}result/page")):
        page.locator(".compare-with summary").click()
        page.locator(".compare-with").get_by_role("link", name=choice, exact=True).click()
        expect(before).to_have_attribute("src", path)
        expect(page.locator(".compare-before figcaption")).to_have_text(choice)
        expect(page.get_by_role("button", name="Changes", exact=True)).to_have_count(0)
    assert page.url.endswith(f"{third}?with={second.split('/')[2]}")
    page.reload()
    expect(before).to_have_attribute("src", f"{second}result/page")
    page.locator(".compare-with summary").click()
    page.get_by_role("link", name="Starting image").click()
    expect(before).to_have_attribute("src", f"{third}source/page")


@pytest.mark.parametrize("scripts", [True, False])
def test_of_several_variations_one_is_kept_and_the_others_come_back(
    open_own: Callable[..., Page], browsed_site: RunningSite, scripts: bool
) -> None:
    first = done(browsed_site, f"Variations of this {scripts}")
    batch = further(browsed_site, first, "Make it sepia", variations="3")
    page = open_own(batch, java_script_enabled=scripts)
    becomes(page, lambda: bool(page.reload()) and page.locator(".has-both").count(), 3)
    page.get_by_role("link", name="Make it sepia").first.click()
    page.get_by_role("link", name="See all 3 variations").click()
    cells = page.locator(".variation")
    expect(cells).to_have_count(3)
    compare = page.get_by_role("button", name="Compare these two")
    for number in (0, 2):
        expect(compare).to_be_enabled(enabled=not scripts)
        cells.nth(number).get_by_role("checkbox", name="Compare").check()
    compare.click()
    expect(page.locator(".compare-before figcaption")).to_have_text(re.compile(r"Version \d"))
    page.go_back()
    cells.nth(1).get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("Kept this one. Moved 2 others to trash.")).to_be_visible()
    expect(page.locator("[data-version]")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-version]")).to_have_count(4)


def test_variations_sent_from_here_come_back_as_a_grid(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_own(done(browsed_site, "Four of them"))
    page.evaluate("window.sameDocument = true")
    page.locator("summary", has_text="Variations").click()
    page.get_by_role("radio", name="4").check(force=True)
    page.keyboard.press("Escape")
    words(page).fill("Make it warmer")
    words(page).press("Control+Enter")
    expect(page.locator(".variation")).to_have_count(4)
    expect(page.locator(".variation").get_by_role("button", name="Keep this")).to_have_count(4, timeout=PATIENCE)
    assert page.evaluate("window.sameDocument")
    assert Axe().run(page).response["violations"] == []


def test_keys_walk_the_versions_back_and_forward(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    first = done(browsed_site, "Key one")
    second = further(browsed_site, first, "Key two")
    page = open_own(further(browsed_site, second, "Key three"))
    blur(page)
    for key, said in (("ArrowLeft", "Key two"), ("ArrowRight", "Key three"), ("Control+z", "Key two"), ("Control+z", "Key one")):
        page.keyboard.press(key)
        expect(title(page)).to_contain_text(said)
    for said in ("Key two", "Key three"):
        page.keyboard.press("Control+Shift+z")
        expect(title(page)).to_contain_text(said)
    # While somebody types, keys are not shortcuts.
    words(page).fill("abc")
    words(page).press("ArrowLeft")
    words(page).press("Control+z")
    words(page).press("?")
    expect(title(page)).to_contain_text("Key three")
    blur(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()


def test_two_tabs_show_what_either_has_made(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    address = done(browsed_site, "Seen twice")
    one = open_own(address)
    two = one.context.new_page()
    two.goto(address)
    for page, said in ((one, "From one tab"), (two, "From the other tab")):
        words(page).fill(said)
        words(page).press("Control+Enter")
        is_ready(page, said)
    one.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.locator("[data-version]", has_text="From the other tab")).to_be_visible()
    is_ready(one, "From one tab")


def test_the_keyboard_is_enough_to_send_and_to_go_back(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_own(done(browsed_site, "No mouse"))
    expect(words(page)).to_be_focused()
    page.keyboard.type("Only keys")
    page.keyboard.press("Control+Enter")
    is_ready(page, "Only keys")
    expect(words(page)).to_be_focused()
    link = page.get_by_role("link", name="No mouse")
    link.focus()
    link.press("Enter")
    is_ready(page, "No mouse")
    # What had the focus still has it, on the page that is shown now.
    expect(link).to_be_focused()
    expect(link).to_have_attribute("aria-current", "page")


def test_without_scripts_the_same_form_leads_on(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_own(done(browsed_site, "Plainly"), java_script_enabled=False)
    words(page).fill("And on")
    page.get_by_role("button", name="Edit photo").click()
    expect(page.get_by_role("img", name="The photo after the edit: And on")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-version]")).to_have_count(2)


@pytest.mark.parametrize("size", [(900, 600), (600, 900)], ids=["landscape", "portrait"])
def test_the_picture_has_two_thirds_of_the_view(
    open_own: Callable[..., Page], browsed_site: RunningSite, size: tuple[int, int]
) -> None:
    page = open_own(done(browsed_site, "Make it dusk", size), viewport={"width": 1440, "height": 900})
    box = page.locator("[data-compare]").bounding_box()
    assert box
    assert box["height"] >= 600 or box["width"] >= 960
    for part in (page.locator("[data-compare]"), page.locator(".compare-tools"), page.get_by_role("button", name="Edit photo")):
        expect(part).to_be_in_viewport(ratio=1)


def test_a_phones_first_view_has_picture_versions_words_and_button(
    open_own: Callable[..., Page], browsed_site: RunningSite
) -> None:
    page = open_own(further(browsed_site, done(browsed_site, "On a phone"), "In one view"), **PHONE)
    parts = (
        page.locator("[data-compare]"),
        page.locator("[data-version]").first,
        words(page),
        page.get_by_role("button", name="Edit photo"),
    )
    for part in parts:
        expect(part).to_be_in_viewport(ratio=1)
    tool, button = (page.locator(name).bounding_box() for name in (".tool:last-child summary", ".composer-send"))
    assert tool
    assert button
    assert tool["x"] + tool["width"] <= button["x"]
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    expect(words(page)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 1440, "height": 900}}], ids=["phone", "desktop"])
def test_a_long_instruction_is_short_until_it_is_asked_for(
    open_own: Callable[..., Page], browsed_site: RunningSite, options: Any
) -> None:
    page = open_own(done(browsed_site, "A word and another one, " * 40), **options)
    whole = title(page).evaluate("heading => heading.scrollHeight")
    becomes(page, lambda: title(page).evaluate("heading => heading.clientHeight") < whole / 3, True)
    page.get_by_role("checkbox", name="Show the whole instruction").check(force=True)
    becomes(page, lambda: title(page).evaluate("heading => heading.clientHeight >= heading.scrollHeight"), True)


def test_a_small_result_is_shown_at_twice_its_size_at_most(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_own(done(browsed_site, "Tiny", (40, 32)))
    natural = page.get_by_role("img", name="The photo after").evaluate("image => Number(image.getAttribute('width'))")
    box = page.locator("[data-compare]").bounding_box()
    assert box
    assert box["width"] <= 2 * natural
