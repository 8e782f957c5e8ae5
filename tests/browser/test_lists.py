"""Lists in a real browser: endless scrolling, selecting, long presses, deleting and restoring, by thumb, mouse and keyboard."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from edits.web.views.lists import PAGE_SIZE
from edits.wiro.sandbox import SandboxServer
from tests.browser.held import held, settings_for
from tests.browser.shifts import TWO_FRAMES, note_shifts, shifts_of
from tests.browser.waiting import PATIENCE, becomes, wait_until_loaded
from tests.run.site import RunningSite, running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PHOTOS = ("coffee.png", "chelsea.png", "astronaut.png", "hubble_deep_field.jpg", "rocket.jpg")
EDITS = 2 * PAGE_SIZE + 2
AUTOMATIC_PAGES = 5
WEIGHT = 400_000


@pytest.fixture(scope="module")
def browsed_site(site_folder: Callable[[str], Path], wiro: SandboxServer) -> Iterator[RunningSite]:
    """A site whose gallery and whose owner's list are more than two pages long."""
    with running_site(site_folder("lists"), REVIEW_REQUIRED="off", **settings_for(wiro)) as site:
        pages = [site.visitor.upload(PHOTOS[number % 5], f"Make it night number {number}") for number in range(EDITS)]
        for page in pages:
            assert site.visitor.wait_for(page)["state"] == "succeeded"
            site.visitor.post(f"{page}share/", page, {})
        yield site


def cards(page: Page) -> Locator:
    return page.locator(".cards > li")


def scroll_to_the_end(page: Page) -> None:
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


@pytest.mark.parametrize("path", ["/", "/edits/"])
def test_scrolling_down_brings_every_card_once(open_own: Callable[..., Page], path: str) -> None:
    page = open_own(path)
    for shown in (PAGE_SIZE, 2 * PAGE_SIZE):
        expect(cards(page).nth(shown - 1)).to_be_attached()
        scroll_to_the_end(page)
    expect(page.locator(".older")).to_have_count(0)
    ids = page.evaluate("[...document.querySelectorAll('.cards > li')].map(card => card.id)")
    assert len(ids) == len(set(ids)) >= EDITS
    expect(page.get_by_role("status").filter(has_text="more edits loaded")).to_have_count(1)


def test_after_some_pages_a_button_waits_so_that_the_footer_can_be_reached(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/")
    first = page.content()
    asked: list[str] = []

    def always_one_more(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=first, content_type="text/html")

    page.route("**/edits/?before=*", always_one_more)
    for number in range(1, AUTOMATIC_PAGES + 1):
        scroll_to_the_end(page)
        expect(cards(page)).to_have_count((number + 1) * PAGE_SIZE)
    scroll_to_the_end(page)
    expect(page.locator(".site-footer")).to_be_in_viewport()
    page.evaluate(TWO_FRAMES)
    assert len(asked) == AUTOMATIC_PAGES
    first_to_come = page.locator(".is-held-back").count()
    page.get_by_role("link", name="Show older edits").click()
    expect(cards(page).nth((AUTOMATIC_PAGES + 1) * PAGE_SIZE - first_to_come).locator("a").first).to_be_focused()


def scroll_by_wheel_to_the_end(page: Page, wanted: int) -> None:
    """In steps, as a person does, until `wanted` cards are there and the end of the page is in view."""
    page.mouse.move(200, 300)
    while cards(page).count() < wanted or not page.evaluate("scrollY + innerHeight >= document.body.scrollHeight - 1"):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("path", ["/", "/edits/"])
def test_nothing_that_is_seen_moves_while_scrolling(open_own: Callable[..., Page], path: str, width: int) -> None:
    page = open_own(viewport={"width": width, "height": 900})
    note_shifts(page)
    page.goto(path)
    scroll_by_wheel_to_the_end(page, EDITS)
    assert shifts_of(page) == []


def test_a_row_that_the_next_page_may_fill_waits_for_it(open_own: Callable[..., Page]) -> None:
    page = open_own("/healthz", viewport={"width": 1440, "height": 900})
    waiting: list[Route] = []

    def keep_waiting(route: Route) -> None:
        waiting.append(route)

    page.route("**/edits/?before=*", keep_waiting)
    page.goto("/edits/")
    scroll_to_the_end(page)
    becomes(page, lambda: len(waiting), 1)
    held_back = page.locator(".is-held-back")
    expect(held_back.last).to_be_hidden()
    assert 0 < held_back.count() < PAGE_SIZE
    # If the next page cannot be loaded, everything loaded so far stays.
    waiting[0].abort()
    expect(cards(page).last).to_be_visible()
    expect(page.get_by_role("link", name="Show older edits")).to_be_visible()


@pytest.mark.parametrize("leave", ["a card", "another page", "reloading"])
def test_whoever_comes_back_finds_the_same_cards_at_the_same_place(open_own: Callable[..., Page], leave: str) -> None:
    page = open_own("/edits/", viewport={"width": 1440, "height": 900})
    for shown in (2 * PAGE_SIZE, EDITS):
        scroll_to_the_end(page)
        expect(cards(page).nth(shown - 1)).to_be_attached()
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    top, ids = page.evaluate("scrollY"), page.evaluate("[...document.querySelectorAll('.card')].map(card => card.id)")
    if leave == "reloading":
        page.reload()
    else:
        page.goto("/about/pictures/") if leave == "another page" else cards(page).nth(PAGE_SIZE + 3).locator("a").first.click()
        page.wait_for_url(lambda url: not url.endswith("/edits/"))
        page.go_back()
    page.wait_for_url("**/edits/")
    becomes(page, lambda: page.evaluate("[...document.querySelectorAll('.card')].map(card => card.id)"), ids)
    becomes(page, lambda: page.evaluate("scrollY"), top)


def test_a_list_that_is_opened_afresh_begins_at_its_top(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/")
    scroll_to_the_end(page)
    expect(cards(page)).to_have_count(2 * PAGE_SIZE)
    page.goto("/about/pictures/")
    page.goto("/edits/")
    assert page.evaluate("scrollY") == 0
    expect(cards(page)).to_have_count(PAGE_SIZE)


def test_chosen_cards_are_downloaded_as_one_file_and_no_row_moves(open_own: Callable[..., Page], tmp_path: Any) -> None:
    page = open_own("/edits/")
    before = cards(page).nth(4).bounding_box()
    page.get_by_role("link", name="Select").click()
    for number in (0, 1):
        cards(page).nth(number).click()
    expect(page.get_by_text("2 selected")).to_be_visible()
    becomes(page, cards(page).nth(4).bounding_box, before)
    for _ in range(2):
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        download.value.save_as(tmp_path / "edits.zip")
        assert len(zipfile.ZipFile(tmp_path / "edits.zip").namelist()) == 4
    page.keyboard.press("Escape")
    expect(page.get_by_text("selected", exact=False)).to_be_hidden()


def test_a_heart_is_toggled_in_place_and_found_again(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/?q=number+3")
    heart = cards(page).last.get_by_role("button", name="Favorite")
    page.evaluate("window.isSamePage = true")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.isSamePage")
    page.get_by_role("link", name="Favorites").click()
    expect(cards(page)).to_have_count(1)
    cards(page).get_by_role("button", name="Favorite").click()
    expect(heart).to_have_attribute("aria-pressed", "false")


def test_a_heart_and_a_selection_without_javascript(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/?q=number+4", java_script_enabled=False)
    for pressed in ("true", "false"):
        cards(page).first.get_by_role("button", name="Favorite").click()
        page.wait_for_url("**/edits/?q=number+4*")
        expect(cards(page).first.get_by_role("button", name="Favorite")).to_have_attribute("aria-pressed", pressed)
    page.get_by_role("link", name="Select").click()
    cards(page).first.get_by_role("checkbox").check()
    with page.expect_download():
        page.get_by_role("button", name="Download").click()


def test_deleted_edits_are_restored_with_undo(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/?q=number+19")
    expect(cards(page)).to_have_count(1)
    page.get_by_role("link", name="Select").click()
    cards(page).first.click()
    page.get_by_role("button", name="Trash").click()
    expect(page.get_by_text("Moved 1 edit to trash.")).to_be_visible()
    expect(page.get_by_role("heading", name="No results")).to_be_visible()
    page.goto("/edits/trash/")
    expect(cards(page)).to_have_count(1)
    page.get_by_role("button", name="Restore: Make it night number 19").click()
    expect(page.get_by_text("Edit restored.")).to_be_visible()
    page.goto("/edits/?q=number+19")
    page.get_by_role("link", name="Make it night number 19").click()
    page.locator("details.delete summary").click()
    page.locator("details.delete button").click()
    expect(page.get_by_text("Moved to trash.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Restored 1 edit.")).to_be_visible()


def test_holding_a_card_shows_the_photo_before_and_does_not_open_it(open_own: Callable[..., Page]) -> None:
    page = open_own("/", has_touch=True, viewport={"width": 390, "height": 844})
    picture = page.locator(".card-picture.has-both").first
    picture.scroll_into_view_if_needed()
    before = picture.locator(".card-before")
    expect(before).to_be_hidden()
    picture.dispatch_event("pointerdown", {"pointerType": "touch", "isPrimary": True})
    expect(before).to_be_visible()
    picture.dispatch_event("pointerup", {"pointerType": "touch", "isPrimary": True})
    expect(before).to_be_hidden()


def test_the_keyboard_sees_before_and_chooses(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/")
    cards(page).first.get_by_role("link").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(cards(page).first.locator(".card-before")).to_be_visible()
    page.get_by_role("link", name="Select").press("Enter")
    expect(cards(page).first.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()


def test_pending_cards_are_followed_with_one_question(
    open_own: Callable[..., Page], browsed_site: RunningSite, wiro: SandboxServer
) -> None:
    asked: list[str] = []
    page = open_own()
    page.on("request", lambda request: asked.append(request.url))
    with held(wiro, "Follow this"):
        made = [browsed_site.visitor.upload("coffee.png", f"Follow this {number}") for number in range(2)]
        page.goto("/edits/?q=follow")
        becomes(page, lambda: any("/statuses/?" in url for url in asked), True)
    expect(page.locator(".card-picture.has-both")).to_have_count(2, timeout=PATIENCE)
    assert not [url for url in asked if "/status/" in url]
    for address in made:
        browsed_site.visitor.post(f"{address}delete/", address, {})


@pytest.mark.parametrize(("width", "columns"), [(320, 2), (390, 2), (600, 3)])
def test_a_phone_shows_two_or_three_in_a_row(open_own: Callable[..., Page], width: int, columns: int) -> None:
    page = open_own("/edits/", viewport={"width": width, "height": 844})
    tops = page.evaluate("[...document.querySelectorAll('.card')].map(card => card.offsetTop)")
    assert tops.count(tops[0]) == columns


def test_the_chosen_filter_is_seen_on_a_phone(open_own: Callable[..., Page]) -> None:
    page = open_own("/edits/", viewport={"width": 390, "height": 844})
    last = page.locator(".chip").last
    page.goto("/edits/" + str(last.get_attribute("href")))
    expect(last).to_have_attribute("aria-current", "true")
    becomes(page, lambda: last.evaluate("chip => chip.getBoundingClientRect().right <= innerWidth"), True)


PLACES = ["/", "/edits/", "/edits/?select=1", "/edits/?q=unicorn&from=2026-01-01", "/edits/?stacked=1", "/edits/trash/"]


@pytest.mark.parametrize("path", PLACES)
def test_nothing_is_wider_than_a_small_phone(open_own: Callable[..., Page], path: str) -> None:
    page = open_own(path, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_own: Callable[..., Page], scheme: Any) -> None:
    page = open_own("/", color_scheme=scheme)
    for path in PLACES:
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


@pytest.mark.parametrize(("width", "height", "ratio"), [(390, 844, 3), (1440, 900, 1)])
def test_the_first_view_of_the_gallery_is_light(open_own: Callable[..., Page], width: int, height: int, ratio: int) -> None:
    page = open_own("/healthz", viewport={"width": width, "height": height}, device_scale_factor=ratio)
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    weights: list[float] = []
    protocol.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    page.goto("/")
    wait_until_loaded(page)
    expect(cards(page)).to_have_count(PAGE_SIZE)
    assert 50_000 < sum(weights) < WEIGHT
