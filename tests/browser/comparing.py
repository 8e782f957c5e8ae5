"""What the tests of the comparison share: its pictures, its modes, and fingers to touch it with."""

import time

from playwright.sync_api import Page

from tests.browser.waiting import PATIENCE, becomes
from tests.run.site import RunningSite

PHONE = {"viewport": {"width": 390, "height": 700}, "has_touch": True, "is_mobile": True}
MODES = ("Slider", "Side by side", "Press to compare", "Changes")
IN_THE_MIDDLE = """() => {
    const box = document.querySelector("[data-compare]").getBoundingClientRect();
    const found = document.elementsFromPoint(box.left + box.width * 0.4, box.top + box.height * 0.6);
    return found.find((element) => element.closest("figure")).closest("figure").querySelector("figcaption").textContent;
}"""
VIEWS = """() => [...document.querySelectorAll(".compare-view")].map((view) => {
    for (const animation of view.getAnimations()) animation.finish();
    return getComputedStyle(view).transform;
})"""


def edited(site: RunningSite, words: str) -> str:
    """The page of an edit that has succeeded and is compared."""
    page = site.visitor.upload("rocket.jpg", words)
    assert site.visitor.wait_for(page)["state"] == "succeeded"
    ends_at = time.monotonic() + PATIENCE / 1000
    while site.visitor.get(f"{page}changes").status_code == 404:
        assert time.monotonic() < ends_at, "it was never compared"
        time.sleep(0.05)
    return page


class Fingers:
    """Touches as a screen reports them."""

    def __init__(self, page: Page) -> None:
        self.wire = page.context.new_cdp_session(page)

    def at(self, kind: str, *points: tuple[float, float], **when: float) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        event = {"type": f"touch{kind}", "touchPoints": touches, **when}
        self.wire.send("Input.dispatchTouchEvent", event)

    def tap_twice(self, point: tuple[float, float]) -> None:
        """A tenth of a second apart as the page sees it, however long the browser takes to receive them."""
        first = time.time()
        for begins in (first, first + 0.1):
            self.at("Start", point, timestamp=begins)
            self.at("End", timestamp=begins + 0.05)

    def drag(self, *steps: tuple[tuple[float, float], ...]) -> None:
        self.at("Start", *steps[0])
        for points in steps[1:]:
            self.at("Move", *points)
        self.at("End")


def point_at(page: Page, across: float, down: float) -> tuple[float, float]:
    """A place on the (first) picture, given as fractions of it."""
    box = page.locator("[data-compare] figure").first.bounding_box()
    assert box
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def choose_mode(page: Page, mode: str) -> None:
    page.get_by_role("button", name=mode, exact=True).click()


def zoom_of(page: Page) -> float:
    """How much larger than to fit; both pictures must agree on it and on what they show."""
    before, after = page.evaluate(VIEWS)
    assert before == after
    return float(before.removeprefix("matrix(").split(",")[0])


def shows(page: Page, side: str) -> None:
    """Whose picture is seen a little left of the middle: "Before" or "After"."""
    becomes(page, lambda: page.evaluate(IN_THE_MIDDLE), side)


def slider_at(page: Page) -> float:
    return float(page.get_by_role("slider", name="Compare before and after").input_value())


def fetched(page: Page) -> list[str]:
    """The last part of every URL that was requested."""
    return list(page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name.split('/').at(-1))"))
