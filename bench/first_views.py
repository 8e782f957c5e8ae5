"""What a first view costs: `make bench only=first_views`. The phone has slow 4G (1.6 Mbit/s, 150 ms) and a quarter of the CPU.

For each page: kB of the first view, nothing cached; seconds to the largest contentful paint; layout shifts that nobody caused,
also while a list is scrolled to its end. The picture of 24 pairs at full size is what a gallery would weigh without cards.
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from edits.wiro.sandbox import SandboxServer
from tests.browser.conftest import OFFLINE
from tests.browser.install import executable
from tests.browser.new_edit import PHONE
from tests.browser.waiting import wait_until_loaded
from tests.run.site import RunningSite, running_site

PHOTOS = ("coffee.png", "chelsea.png", "astronaut.png", "hubble_deep_field.jpg", "rocket.jpg")
PAIRS = 52
FIRST_PAGE = 24
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
CPU_SLOWDOWN = 4
OBSERVE = """
    window.shifts = 0, window.painted = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        if (!entry.hadRecentInput) shifts += entry.value;
    })).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => painted = entry.startTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
"""


@dataclass(frozen=True)
class View:
    kilobytes: float
    painted: float
    shifts: float


def main(times: int) -> None:
    with _site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=OFFLINE)
        edits = [site.visitor.upload(PHOTOS[number % 5], f"Make it night number {number}") for number in range(PAIRS)]
        for edit in edits:
            site.visitor.wait_for(edit)
            site.visitor.post(f"{edit}share/", edit, {})
        print(f"{FIRST_PAGE} pairs at full size: {sum(_full_size(site, edit) for edit in edits[-FIRST_PAGE:]) / 1000:,.0f} kB")
        print("| page | | kB | largest paint | layout shifts |\n|---|---|---|---|---|")
        for name, path in {"gallery": "/", "your edits": "/edits/", "studio": edits[-1], "new edit": "/edits/new/"}.items():
            for device, options in {"phone": PHONE, "desktop": DESKTOP}.items():
                print(_row(name, device, [_view(browser, site, path, options) for _ in range(times)]), flush=True)


@contextmanager
def _site() -> Iterator[RunningSite]:
    with tempfile.TemporaryDirectory() as data, SandboxServer(api_key="key", api_secret="secret", time_scale=0.02) as wiro:  # noqa: S106 - not a real one
        seam = {"WIRO_API_KEY": "key", "WIRO_API_SECRET": "secret", "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
        with running_site(Path(data), REVIEW_REQUIRED="off", EDITS_PER_DAY="500", EDITS_AT_ONCE="100", **seam) as site:
            yield site


def _full_size(site: RunningSite, edit: str) -> int:
    answers = [site.visitor.session.get(f"{site.url}{edit}{side}", timeout=20) for side in ("source", "result")]
    for answer in answers:
        answer.raise_for_status()
    return sum(len(answer.content) for answer in answers)


def _view(browser: Browser, site: RunningSite, path: str, options: dict[str, Any]) -> View:
    """In a context of its own, in which nothing is cached."""
    context = browser.new_context(base_url=site.url, **options)
    cookies = site.visitor.session.cookies.get_dict()
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
    context.add_init_script(OBSERVE)
    page = context.new_page()
    weights = _slow_down(page, is_phone=options is PHONE)
    page.goto(path)
    wait_until_loaded(page)
    page.wait_for_timeout(500)
    kilobytes, painted = sum(weights) / 1000, page.evaluate("painted") / 1000
    _scroll_to_the_end(page)
    view = View(kilobytes, painted, page.evaluate("shifts"))
    context.close()
    return view


def _slow_down(page: Page, *, is_phone: bool) -> list[float]:
    """Returns the bytes of each answer, filled in while the page loads."""
    weights: list[float] = []
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    if is_phone:
        protocol.send("Network.emulateNetworkConditions", SLOW_4G)
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    return weights


def _scroll_to_the_end(page: Page) -> None:
    while page.evaluate("scrollY + innerHeight < document.body.scrollHeight - 2"):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(150)


def _row(name: str, device: str, views: list[View]) -> str:
    kilobytes, painted, shifts = (
        statistics.median(getattr(view, part) for view in views) for part in ("kilobytes", "painted", "shifts")
    )
    spread = f"{min(view.painted for view in views):.2f}–{max(view.painted for view in views):.2f}"
    return f"| {name} | {device} | {kilobytes:.0f} | {painted:.2f} s ({spread}) | {shifts:.3f} |"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
