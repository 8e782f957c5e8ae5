"""What the tests of the form for a new edit share: photos to send, and the hands and eyes of a person."""

import io
import json
import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page

URL = "/edits/new/"
MIB = 1024 * 1024
RED, BLUE = (200, 30, 30), (30, 30, 200)
# The request arrives; its answer does not.
LOSE_ONE_ANSWER = """() => {
    const listen = XMLHttpRequest.prototype.addEventListener;
    XMLHttpRequest.prototype.addEventListener = function (name, handler) {
        if (name !== "load") return listen.call(this, name, handler);
        XMLHttpRequest.prototype.addEventListener = listen;
        listen.call(this, name, () => this.dispatchEvent(new ProgressEvent("error")));
    };
}"""
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def noise(folder: Path) -> Path:
    """A photo of at least 25 MB."""
    path = folder / "holiday.jpg"
    size = (3300, 2900)
    Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)).save(path, quality=100, subsampling=0)
    assert path.stat().st_size > 25 * MIB
    return path


def sideways(folder: Path) -> Path:
    """Stored lying on its side, with a note to turn it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (600, 400), RED)
    image.paste(BLUE, (0, 200, 600, 400))
    image.save(folder / "sideways.jpg", exif=exif)
    return folder / "sideways.jpg"


def choose(page: Page, *paths: Path) -> None:
    page.get_by_label("Choose a photo").set_input_files(list(paths))


def send(page: Page, words: str = "Make it night", button: str = "Edit photo") -> None:
    page.get_by_label("What should change?").fill(words)
    page.get_by_role("button", name=button).click()


def sent_picture(page: Page) -> Image.Image:
    """The photo that the site kept, once the page of its edit is there."""
    page.wait_for_url("**/edits/*-*-*/")
    return Image.open(io.BytesIO(page.request.get(f"{page.url}source").body())).convert("RGB")


def is_like(pixel: Any, color: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel, color, strict=True))


def edits_with(page: Page, words: str) -> Locator:
    page.goto(f"/edits/?q={words}")
    return page.get_by_role("link", name=words)


def caption(page: Page) -> Locator:
    return page.locator("[data-caption]")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def check_with_axe(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps([(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found], indent=1)
