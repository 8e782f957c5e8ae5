"""The form of a new edit for everybody: recent instructions, versions, keyboard, phone, without scripts, axe."""

import io
import uuid
from collections.abc import Callable
from typing import Any, Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OFFLINE
from tests.browser.install import executable
from tests.browser.new_edit import (
    PHONE,
    URL,
    button,
    check_with_axe,
    choose,
    send,
    sent_picture,
)
from tests.rows import present
from tests.run.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_an_earlier_instruction_fills_the_field_and_sends_nothing(
    open_form: Callable[..., Page], browsed_site: RunningSite
) -> None:
    words = f"Paint the door {uuid.uuid4().hex}"
    browsed_site.visitor.upload("rocket.jpg", words)
    browsed_site.visitor.upload("rocket.jpg", "Turn the sky green")
    page = open_form()
    page.locator("summary", has_text="Recent instructions").click()
    expect(button(page, "Turn the sky green")).to_be_visible()
    page.get_by_role("searchbox", name="Search recent instructions").fill(words)
    expect(page.get_by_text("1 instruction", exact=True)).to_be_visible()
    button(page, words).click()
    expect(page.get_by_label("What should change?")).to_have_value(words)
    expect(page.get_by_label("What should change?")).to_be_focused()
    assert page.url.endswith(URL)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_result_can_be_edited_further(open_form: Callable[..., Page], browsed_site: RunningSite, scripts: bool) -> None:
    address = browsed_site.visitor.upload("rocket.jpg", "Make it dusk")
    browsed_site.visitor.wait_for(address)
    version = address.split("/")[2]
    page = open_form(f"{URL}?version={version}&side=result", java_script_enabled=scripts)
    expect(page.get_by_role("img", name="Photo to edit")).to_be_visible()
    expect(page.get_by_text("Editing the result of: Make it dusk")).to_be_visible()
    send(page, "Add a moon")
    result = Image.open(io.BytesIO(page.request.get(f"{address}result").body()))
    assert sent_picture(page).size == result.size
    assert version not in page.url


def test_another_photo_takes_the_place_of_a_version(
    open_form: Callable[..., Page], browsed_site: RunningSite, photo: Any
) -> None:
    address = browsed_site.visitor.upload("rocket.jpg", "Make it dawn")
    page = open_form(f"{URL}?version={address.split('/')[2]}&side=source")
    choose(page, photo("good.jpg", 300, 200))
    expect(page.get_by_text("Editing the")).to_be_hidden()
    send(page)
    assert sent_picture(page).size == (300, 200)


def test_the_keyboard_is_enough(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    page.get_by_label("Choose a photo").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(photo("panorama.jpg", 1600, 400))
    expect(button(page, "Crop to fit")).to_be_visible()
    page.keyboard.press("Tab")
    expect(button(page, "Crop to fit")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Part of the photo to keep")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.get_by_label("What should change?").focus()
    page.keyboard.type("Make it night")
    expect(page.get_by_label("What should change?")).to_have_value("Make it night")
    page.keyboard.press("Control+Enter")
    assert sent_picture(page).size == (1199, 400)


def test_without_scripts_the_server_makes_it_fit(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form(java_script_enabled=False)
    path = photo("panorama.jpg", 1600, 400)
    choose(page, path)
    send(page)
    expect(page.get_by_role("alert").first).to_contain_text("1600 × 400")
    fit = page.get_by_label("Make it fit: crop, shrink or convert")
    expect(fit).to_be_checked()
    choose(page, path)
    page.get_by_role("button", name="Edit photo").click()
    assert sent_picture(page).size == (1199, 400)


def test_a_phone_offers_its_camera_and_room_for_fingers(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form(**PHONE)
    choose(page, photo("one.jpg", 300, 200), photo("two.jpg", 1600, 400))
    expect(page.get_by_text("Doesn’t fit")).to_be_visible()
    page.locator("summary", has_text="Advanced").click()
    expect(page.get_by_role("spinbutton", name="Seed")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    has_room_for_fingers(page)
    # A tap beside a sheet closes it.
    page.touchscreen.tap(195, 20)
    page.locator("summary", has_text="Variations").click()
    expect(page.locator(".choices label").first).to_be_visible()
    has_room_for_fingers(page)
    page.keyboard.press("Escape")
    with page.expect_file_chooser() as chooser:
        page.locator("[data-camera] button").dispatch_event("click")
    assert chooser.value.element.get_attribute("capture") == "environment"


def has_room_for_fingers(page: Page) -> None:
    for control in page.locator("main").locator("button:visible, summary:visible, .choices label:visible").all():
        box = control.bounding_box()
        assert box
        assert box["height"] >= 44, control.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(open_form: Callable[..., Page], photo: Any, scheme: Literal["light", "dark"]) -> None:
    page = open_form(color_scheme=scheme)
    check_with_axe(page)
    choose(page, photo("one.jpg", 300, 200), photo("two.jpg", 1600, 400), photo("three.webp", 300, 200))
    expect(button(page, "Make all fit")).to_be_visible()
    page.locator(".many li").nth(1).get_by_role("button").first.click()
    page.locator("summary", has_text="Recent instructions").click()
    expect(page.get_by_text("instruction", exact=False).first).to_be_visible()
    check_with_axe(page)
    for tool in ("Advanced", "Variations"):
        page.locator("summary", has_text=tool).click()
        check_with_axe(page)
    page.keyboard.press("Escape")
    button(page, "Crop to fit").click()
    check_with_axe(page)


@pytest.mark.parametrize("letters", ["24", "32"])
def test_with_very_large_letters_everything_is_on_the_phones_screen(
    browser: Browser, browsed_site: RunningSite, letters: str
) -> None:
    large = browser.browser_type.launch(
        executable_path=executable(), args=[*OFFLINE, f"--blink-settings=defaultFontSize={letters}"]
    )
    page = large.new_page(base_url=browsed_site.url, **PHONE)
    cookies = browsed_site.visitor.session.cookies.get_dict()
    page.context.add_cookies([{"name": name, "value": value, "url": browsed_site.url} for name, value in cookies.items()])
    for path in (URL, "/", "/edits/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(URL)
    sent = present(button(page, "Edit photo").bounding_box())
    assert sent["x"] >= 0
    assert sent["x"] + sent["width"] <= 390
    large.close()


def test_without_scripts_an_open_tool_leaves_the_button_on_the_phones_screen(open_form: Callable[..., Page]) -> None:
    page = open_form(**PHONE, java_script_enabled=False)
    for tool in ("Change only a part", "Variations", "Advanced"):
        page.locator("summary", has_text=tool).click()
        sent = present(button(page, "Edit photo").bounding_box())
        assert sent["x"] + sent["width"] <= 390


def test_on_a_phone_on_its_side_the_whole_photo_can_be_marked(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form(viewport={"width": 844, "height": 390}, has_touch=True)
    choose(page, photo("wide.jpg", 1200, 800))
    page.get_by_label("What should change?").fill("Add a moon")
    page.locator("summary", has_text="Change only a part").click()
    stage = page.get_by_role("application", name="Photo to mark")
    stage.scroll_into_view_if_needed()
    expect(stage).to_be_in_viewport(ratio=1)
    shown = present(stage.bounding_box())
    below = (shown["x"] + shown["width"] / 2, shown["y"] + shown["height"] - 5)
    assert page.evaluate("([x, y]) => Boolean(document.elementFromPoint(x, y).closest('[data-region-stage]'))", below)
