"""A part is marked on the large picture of an edit, and what an edit has changed is corrected there."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.comparing import edited
from tests.browser.marking import brush_size, drag, mask, stage, tool, words
from tests.rows import present
from tests.run.site import RunningSite

pytestmark = pytest.mark.browser


def test_the_rest_is_kept_after_what_is_kept_was_corrected(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    done = edited(browsed_site, "Change the sky to navy blue")
    page = open_own(done)
    page.get_by_text("View and adjust the changed area").click()
    expect(words(page)).to_contain_text("Marked:")
    page.get_by_role("button", name="Eraser").click()
    brush_size(page).fill("30")
    drag(page, (0.0, 0.9), (1.0, 0.9))
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Keep the rest").click()
    page.wait_for_url(lambda url: done not in url and "/edits/" in url)
    expect(page.get_by_text("Made from this edit")).to_be_visible()
    drawn = mask(page)
    assert drawn.getpixel((drawn.width // 2, round(0.9 * drawn.height))) == 0


def test_keeping_the_rest_of_a_whole_picture_is_refused_with_words(
    open_own: Callable[..., Page], browsed_site: RunningSite
) -> None:
    done = browsed_site.visitor.upload("coffee.png", "Turn it into a negative")
    browsed_site.visitor.wait_for(done)
    page = open_own(done)
    page.get_by_role("button", name="Keep the rest").click()
    expect(page.get_by_text("This edit changed the whole photo")).to_be_visible()
    assert page.url.endswith(done)


def test_the_studio_marks_on_the_large_picture_and_begins_anew_after_it_was_sent(
    open_own: Callable[..., Page], browsed_site: RunningSite
) -> None:
    done = edited(browsed_site, "Turn it into a negative")
    page = open_own(done)
    size = present(page.locator("[data-compare]").bounding_box())
    tool(page).click()
    expect(page.locator("[data-view]")).to_be_hidden()
    assert present(stage(page).bounding_box())["width"] > 0.6 * size["width"]
    drag(page, (0.4, 0.3), (0.6, 0.6))
    expect(tool(page)).to_contain_text("6%")
    assert Axe().run(page).response["violations"] == []
    page.get_by_label("What should change?").fill("Make it warmer")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: done not in url)
    expect(page.get_by_role("heading", name="Region")).to_be_visible()
    expect(page.locator("[data-view]")).to_be_visible()
    expect(tool(page)).not_to_contain_text("%")
    browsed_site.visitor.wait_for("/" + page.url.split("/", 3)[3])
    box = present(mask(page).getbbox())
    assert box[0] / mask(page).width == pytest.approx(0.4, abs=0.01)


def test_what_is_marked_stays_while_other_versions_are_looked_at(
    open_own: Callable[..., Page], browsed_site: RunningSite
) -> None:
    first = browsed_site.visitor.upload("coffee.png", "Turn it into a negative")
    browsed_site.visitor.wait_for(first)
    second = browsed_site.visitor.start_at({"version": first.split("/")[2], "side": "result"}, "Make it darker")
    browsed_site.visitor.wait_for(second)
    page = open_own(second)
    tool(page).click()
    drag(page, (0.1, 0.1), (0.5, 0.5))
    tool(page).click()
    page.locator(f"a[href='{first}']").click()
    page.wait_for_url(f"**{first}")
    expect(tool(page)).to_contain_text("16%")
    tool(page).click()
    expect(words(page)).to_contain_text("Box: left 10%")


def test_what_is_marked_below_a_result_survives_a_reload(open_own: Callable[..., Page], browsed_site: RunningSite) -> None:
    page = open_own(edited(browsed_site, "Turn it into a negative"))
    tool(page).click()
    drag(page, (0.4, 0.3), (0.6, 0.6))
    tool(page).click()
    page.reload()
    expect(tool(page)).to_contain_text("6%")
    expect(page.locator("[data-view]")).to_be_visible()
