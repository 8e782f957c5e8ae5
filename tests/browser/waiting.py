"""All waiting in one place: no action before the page listens, and no condition checked only once.

static/js/ready.js marks a page when all its scripts have registered their listeners. A click or a
key that comes earlier would be lost, now and then, on a busy machine; so every action here waits
for the mark, however its page was reached: by an address, a click, a key or a reload.
"""

import functools
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

PATIENCE = 20_000  # milliseconds
PAUSE = 50  # milliseconds
# Pages without scripts, and responses that are not pages, such as JSON, are ready as soon as they are loaded.
READY = """() => document.documentElement?.hasAttribute("data-ready")
    || matchMedia("(scripting: none)").matches
    || (document.readyState === "complete" && !document.querySelector("script[type=module]"))"""
# Lazy pictures load when they come into view, in the window and in any list that scrolls by itself.
LOADED = """() => {
    const isSeen = (image) => {
        const { left, top, width, height } = image.getBoundingClientRect();
        return image.parentElement.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    };
    return document.readyState === "complete"
        && [...document.images].every((image) => image.complete || (image.loading === "lazy" && !isSeen(image)));
}"""
INPUTS = ("keyboard", "mouse", "touchscreen")
ACTIONS = (
    "check",
    "click",
    "dblclick",
    "dispatch_event",
    "evaluate",
    "fill",
    "focus",
    "hover",
    "press",
    "press_sequentially",
    "select_option",
    "set_input_files",
    "tap",
    "uncheck",
)


def wait_until_ready(page: Page) -> None:
    """Until every script of the page that is shown has registered its listeners."""
    page.wait_for_function(READY)


def wait_until_loaded(page: Page) -> None:
    """Until the page listens, too, and all pictures of its first view are there.

    Playwright's `networkidle` is different: on a slow machine it may never come.
    """
    wait_until_ready(page)
    page.wait_for_function(LOADED)


def make_actions_wait(patch: pytest.MonkeyPatch) -> None:
    """From now on no test can forget `wait_until_ready`: what acts on a page calls it first."""
    for name in INPUTS:
        patch.setattr(Page, name, property(_after_waiting(getattr(Page, name).fget, lambda it: it)))
    patch.setattr(Page, "evaluate", _after_waiting(Page.evaluate, lambda it: it))
    for name in ACTIONS:
        patch.setattr(Locator, name, _after_waiting(getattr(Locator, name), lambda it: it.page))


def becomes(page: Page, read: Callable[[], Any], wanted: Any) -> None:
    """Wait until `read` returns `wanted`; the page keeps running meanwhile."""
    ends_at = time.monotonic() + PATIENCE / 1000
    while (found := read()) != wanted:
        assert time.monotonic() < ends_at, f"{found!r} did not become {wanted!r}"
        page.wait_for_timeout(PAUSE)


def _after_waiting(action: Callable[..., Any], page_of: Callable[[Any], Page]) -> Callable[..., Any]:
    @functools.wraps(action)
    def waiting(acting: Any, *args: Any, **kwargs: Any) -> Any:
        wait_until_ready(page_of(acting))
        return action(acting, *args, **kwargs)

    return waiting
