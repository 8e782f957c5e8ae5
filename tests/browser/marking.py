"""The tool that marks a part of the photo, as a browser test finds it."""

import io

from PIL import Image
from playwright.sync_api import Locator, Page

from tests.rows import present

Point = tuple[float, float]


def tool(page: Page) -> Locator:
    return page.locator("summary", has_text="Change only a part")


def stage(page: Page) -> Locator:
    return page.get_by_role("application", name="Photo to mark")


def words(page: Page) -> Locator:
    return page.locator("[data-region-words]").filter(visible=True)


def brush_size(page: Page) -> Locator:
    return page.get_by_label("Size").filter(visible=True)


def places(page: Page, points: list[Point]) -> list[Point]:
    """Fractions of the picture, converted to pixels of the window."""
    stage(page).scroll_into_view_if_needed()
    box = present(stage(page).bounding_box())
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def drag(page: Page, *points: Point) -> None:
    first, *others = places(page, list(points))
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def mask(page: Page) -> Image.Image:
    """The region that the edit on this page has."""
    return Image.open(io.BytesIO(page.request.get(f"{page.url}region").body())).convert("L")
