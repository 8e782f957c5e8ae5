"""The review queue, as a browser test sees it."""

from playwright.sync_api import Page, expect


def shows(page: Page, words: str, *, scripts: bool = True) -> None:
    """That pair, and long enough to decide on it."""
    expect(page.locator("[data-pair]:not([hidden]) h2")).to_have_text(words)
    if scripts:
        expect(page.locator("[data-review][data-seen]")).to_have_count(1)


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)
