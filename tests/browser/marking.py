"""The tool that marks a part of the photo, as a browser test finds it."""

from playwright.sync_api import Locator, Page


def tool(page: Page) -> Locator:
    return page.locator("summary", has_text="Change only a part")


def stage(page: Page) -> Locator:
    return page.get_by_role("application", name="Photo to mark")


def words(page: Page) -> Locator:
    return page.locator("[data-region-words]").filter(visible=True)
