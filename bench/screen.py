"""How long after Wiro's callback the finished picture is painted: `python -m bench.screen [edits]`.

The whole site with a real browser in front. Time runs from the moment at which Wiro begins to send its callback to the frame in
which both pictures of the page of the edit have been painted, decoded. The peer is a page that asks for the status every three
seconds and then opens the same page. Both take turns, each with an edit of its own; when they begin to ask is left to chance.
"""

import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.shared.figures import percentile, print_machine, verdict
from edits.wiro.sandbox import SandboxServer
from tests.browser.conftest import OFFLINE
from tests.browser.install import executable
from tests.run.site import RunningSite, running_site

GOAL, PEER_SECONDS = 0.4, 3.0
TIMEOUT = 90_000
# Decoded, and then two frames: in the second one they are on the screen.
NOTE_WHEN_PAINTED = """
    const look = async () => {
        const images = [...document.querySelectorAll("[data-compare] img")];
        if (!images.length || !images.every((image) => image.complete && image.naturalWidth)) return requestAnimationFrame(look);
        await Promise.all(images.map((image) => image.decode()));
        requestAnimationFrame(() => requestAnimationFrame(() => (window.paintedAt = Date.now() / 1000)));
    };
    requestAnimationFrame(look);
"""
ASK_EVERY = """async ([url, seconds]) => {
    const ended = async () => ["succeeded", "failed"].includes((await (await fetch(url)).json()).state);
    while (!(await ended())) await new Promise((done) => setTimeout(done, seconds * 1000));
}"""

Side = Callable[[Page, str], None]


def main(count: int) -> None:
    print_machine()
    with tempfile.TemporaryDirectory() as data, SandboxServer(api_key="key", api_secret="secret", time_scale=0.5) as wiro:  # noqa: S106 - not a real one
        seam = {"WIRO_API_KEY": "key", "WIRO_API_SECRET": "secret", "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
        seam |= {"EDITS_PER_DAY": "1000", "SPEND_PER_DAY": "1000"}
        with running_site(Path(data), PUBLIC_BASE_URL="{url}", **seam) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=OFFLINE)
            context = browser.new_context(base_url=site.url)
            cookies = site.visitor.session.cookies.get_dict()
            context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
            context.add_init_script(NOTE_WHEN_PAINTED)
            waits: dict[str, list[float]] = {"peer": [], "page": []}
            for _ in range(count):
                waits["peer"].append(_wait(site, wiro, context, _peer))
                waits["page"].append(_wait(site, wiro, context, _page))
            browser.close()
    _show(waits)


def _wait(site: RunningSite, wiro: SandboxServer, context: BrowserContext, watch: Side) -> float:
    """Seconds from the callback of a new edit until its pictures are painted in a page that somebody watches."""
    edit = site.visitor.upload("rocket.jpg", f"Make it night {random.random()}", seed="0")  # noqa: S311 - not a secret
    page = context.new_page()
    watch(page, edit)
    painted: float = page.wait_for_function("() => window.paintedAt", timeout=TIMEOUT).json_value()
    page.close()
    # One edit at a time, and Wiro may call once more if it was not answered.
    return painted - wiro.deliveries(wiro.deliveries()[-1].task_id)[0].sent_at


def _page(page: Page, edit: str) -> None:
    page.wait_for_timeout(random.uniform(0, 1000))  # noqa: S311 - not a secret
    page.goto(edit)


def _peer(page: Page, edit: str) -> None:
    page.goto("/healthz")
    page.wait_for_timeout(random.uniform(0, 1000 * PEER_SECONDS))  # noqa: S311 - not a secret
    page.evaluate(ASK_EVERY, [f"{edit}status/", PEER_SECONDS])
    page.goto(edit)


def _show(waits: dict[str, list[float]]) -> None:
    names = {"peer": f"peer: asks every {PEER_SECONDS:g} s", "page": "the page of an edit"}
    title = f"from the callback to painted, {len(waits['page'])} edits each"
    print(f"| {title} | median (≤ {GOAL} s) | p95 | least–most |\n|---|---|---|---|")
    for side, found in waits.items():
        middle = statistics.median(found)
        told = f"{middle:.2f} s" + (f" {verdict(middle <= GOAL)}" if side == "page" else "")
        print(f"| {names[side]} | {told} | {percentile(found, 0.95):.2f} s | {min(found):.2f}–{max(found):.2f} s |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
