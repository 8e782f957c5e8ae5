"""The review queue, as a browser test sees it."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.run.site import RunningSite

QUEUE, GRID = "/admin/edits/edit/review/", "/admin/edits/edit/waiting/"


PHOTOS = ("coffee.png", "rocket.jpg", "chelsea.png", "coffee.png")


def offer_pairs(site: RunningSite) -> list[str]:
    """The instructions of all pairs that wait from now on, oldest first."""
    visitor = site.visitor
    if ids := re.findall(r'name="id" value="([^"]+)"', visitor.get(GRID).text):
        visitor.post(GRID, GRID, {"action": "reject", "id": ids, "words": "left over"})
    words = [f"Make it different in way {number}" for number, _ in enumerate(PHOTOS, 1)]
    for edit in [visitor.upload(photo, prompt) for photo, prompt in zip(PHOTOS, words, strict=True)]:
        assert visitor.wait_for(edit)["state"] == "succeeded"
        visitor.post(f"{edit}share/", edit, {})
    return words


def shows(page: Page, words: str, *, scripts: bool = True) -> None:
    """Wait until that pair is shown, and has been for long enough to decide on it."""
    expect(page.locator("[data-pair]:not([hidden]) h2")).to_have_text(words)
    if scripts:
        expect(page.locator("[data-review][data-seen]")).to_have_count(1)


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


def finds_nothing(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], [node["html"][:150] for node in rule["nodes"]]) for rule in found]
