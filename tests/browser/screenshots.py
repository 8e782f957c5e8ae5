"""Pictures of every page to look at: `make screenshots`. Phone and desktop, light and dark; empty, waiting, failed, full.

The site runs as `make run` starts it, against a sandbox that is told to fail where a failure is to be shown.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from edits.wiro.sandbox import SandboxServer
from tests.browser.conftest import OFFLINE
from tests.browser.install import executable
from tests.run.site import RunningSite, Visitor, running_site

SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}
LONG = (
    "Replace the gray sky with a warm evening sky, keep the tower and its lights exactly as they are, let the clouds glow in "
    "pink and orange, add a thin crescent moon in the upper left corner, and make the smoke a little softer, please."
)
REVIEW, WAITING = "/admin/edits/edit/review/", "/admin/edits/edit/waiting/"
ADMIN = {"admin": REVIEW, "admin-waiting": WAITING, "admin-edits": "/admin/edits/edit/", "admin-overview": "/admin/"}
ACCOUNT = {"account": "/accounts/", "account-api": "/accounts/api/", "account-webhooks": "/accounts/webhooks/"}
MODELS = ("ByteDance/image-to-image-seededit-v3", "ByteDance/seedream-v4-5", "google/nano-banana-2")
# What a click opens: the page's name, and the words to click on.
TOOLS = {
    "region": ("done", "Change only a part"),
    "models": ("done", "Advanced"),
    "variations": ("done", "Variations"),
    "keep-rest": ("versions", "View and adjust"),
    "new-models": ("new", "Advanced"),
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, _site(Path(data)) as (site, wiro), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=OFFLINE)
        _take(browser, site, folder, {"gallery-empty": "/", "sign-up": "/accounts/signup/", "sign-in": "/accounts/login/"}, None)
        _take(browser, site, folder, {"list-empty": "/edits/", "new": "/edits/new/"}, site.visitor)
        pages = _edits(site.visitor, wiro)
        link = _secret_link(site.visitor, pages["done"])
        _take(browser, site, folder, {"gallery-full": "/", "shared": link, "about-pictures": "/about/pictures/"}, None)
        pages |= {"blind": _blind(site.visitor), "share": f"{pages['done-long']}share/"}
        _take(browser, site, folder, pages | _lists(site.visitor, pages["done"]) | ACCOUNT, site.visitor)
        pages["new"] = "/edits/new/"
        _take(browser, site, folder, {name: pages[page] for name, (page, _) in TOOLS.items()}, site.visitor)
        job = {"admin-job": f"/admin/edits/edit/{_id(pages['unconfirmed'])}/change/"}
        _take(browser, site, folder, ADMIN | job, site.visitor)
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


@contextmanager
def _site(data: Path) -> Iterator[tuple[RunningSite, SandboxServer]]:
    with SandboxServer(api_key="key", api_secret="secret", time_scale=0.1) as wiro:
        seam = {"WIRO_API_KEY": "key", "WIRO_API_SECRET": "secret", "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
        with running_site(data, EDITS_AT_ONCE="9", MODELS=",".join(MODELS), **seam) as site:
            yield site, wiro


def _edits(visitor: Visitor, wiro: SandboxServer) -> dict[str, str]:
    """One edit for every state that a page can show; their addresses."""
    for photo, words in (
        ("coffee.png", "Turn it into a pencil sketch"),
        ("chelsea.png", "Make the light warmer and sunnier"),
        ("astronaut.png", "Give it a sepia look, like an old photograph"),
        ("hubble_deep_field.jpg", "Make the galaxies more colorful"),
        ("rocket.jpg", LONG),
    ):
        page = visitor.upload(photo, words)
        assert visitor.wait_for(page)["state"] == "succeeded"
        visitor.post(f"{page}share/", page, {})
        # Two more are left waiting for a reviewer.
        if photo not in ("coffee.png", "hubble_deep_field.jpg"):
            visitor.post(REVIEW, REVIEW, {"action": "approve", "id": _id(page)})
    long = page
    wiro.faults.add("model", "failed", message="The instruction could not be followed.")
    failed = visitor.upload("rocket.jpg", "Turn the rocket into a lighthouse")
    visitor.wait_for(failed)
    wiro.faults.add("Run", "reset")
    unconfirmed = visitor.upload("coffee.png", "Put a croissant beside the cup")
    wiro.faults.add("model", "stuck", value="task_output")
    waiting = visitor.upload("chelsea.png", "Give the cat a small red hat")
    done = visitor.upload("rocket.jpg", "Turn the sky into night")
    visitor.wait_for(done)
    further = {"version": _id(done), "side": "result"}
    version = visitor.start_at(further, "Add a full moon above the clouds")
    visitor.wait_for(version)
    pages = {"done": done, "done-long": long, "failed": failed, "unconfirmed": unconfirmed, "waiting": waiting}
    return pages | {"versions": version, "new-version": f"/edits/new/?{urlencode(further)}"}


def _blind(visitor: Visitor) -> str:
    """One instruction for three models, none of which is picked yet."""
    batch = visitor.upload("coffee.png", "Turn the coffee into green tea", model=",".join(MODELS))
    edits = sorted(set(re.findall(r"/edits/[0-9a-f-]{36}/", visitor.get(batch).text)))
    for edit in edits:
        visitor.wait_for(edit)
    return f"{edits[0]}?grid"


def _secret_link(visitor: Visitor, page: str) -> str:
    answer = visitor.post(f"{page}link/", page, {"days": "7"}, headers={"Accept": "application/json"})
    return str(urlsplit(answer.json()["url"]).path)


def _lists(visitor: Visitor, page: str) -> dict[str, str]:
    """Lists with something in the trash, and a favorite."""
    visitor.post(f"{page}favorite/", page, {"on": "1"})
    thrown = visitor.upload("coffee.png", "Make it darker", variations="3")
    batch = f"/edits/?{urlsplit(thrown).query}"
    deleted = visitor.upload("chelsea.png", "Invert the colors")
    visitor.wait_for(deleted)
    visitor.post(f"{deleted}delete/", deleted, {})
    lists = {"list-full": "/edits/", "list-select": "/edits/?select=1", "list-found": "/edits/?q=sky", "list-batch": batch}
    return lists | {"list-nothing": "/edits/?q=nothing", "trash": "/edits/trash/", "not-found": "/nothing/here/"}


def _id(page: str) -> str:
    return page.rstrip("/").rpartition("/")[2]


def _take(browser: Browser, site: RunningSite, folder: Path, pages: dict[str, str], visitor: Visitor | None) -> None:
    for (size, viewport), scheme in product(SIZES.items(), SCHEMES):
        context = browser.new_context(base_url=site.url, viewport=viewport, color_scheme=scheme, locale="en-GB")
        if visitor:
            cookies = visitor.session.cookies.get_dict()
            context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
        page = context.new_page()
        for name, path in pages.items():
            _settle(page, path)
            if name in TOOLS:
                page.locator("summary", has_text=TOOLS[name][1]).first.click()
                page.wait_for_timeout(300)
            page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=True)
        context.close()


def _settle(page: Page, path: str) -> None:
    """Until every picture that can be seen is there."""
    page.goto(path)
    page.wait_for_load_state("load")
    page.wait_for_function("[...document.images].every(image => image.complete || image.loading === 'lazy')")
    page.wait_for_timeout(300)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("screenshots"))
