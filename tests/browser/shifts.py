"""What moves on a page without anybody having clicked, tapped or pressed a key."""

from typing import Any

from playwright.sync_api import Page

_NOTE = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
            const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? String(node?.nodeName));
            if (!hadRecentInput) shifts.push([value, ...moved]);
        }
    }).observe({ type: "layout-shift", buffered: true });
"""
# An observer hears in the next frame about what comes into view.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def note_shifts(page: Page) -> None:
    """To be called before the page goes anywhere."""
    page.add_init_script(_NOTE)


def shifts_of(page: Page) -> Any:
    """Each shift so far: how large it was (0 to 1), and what moved."""
    page.evaluate(TWO_FRAMES)
    return page.evaluate("shifts")


def slow_down(page: Page, times: int) -> None:
    """From now on the page has a processor that is so many times slower."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})
