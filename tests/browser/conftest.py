"""A real browser, and a site in processes of its own for it to look at. No test here touches the database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from edits.wiro.sandbox import SandboxServer
from tests.browser.comparing import edited
from tests.browser.install import executable
from tests.browser.new_edit import BLUE, RED, URL
from tests.browser.waiting import PATIENCE, make_actions_wait, wait_until_loaded
from tests.run.site import RunningSite, running_site

# Without a graphics card, and without connections to anything but the site.
OFFLINE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS_PER_TEST = 300
# Without a graphics card, animations take a fifth of a run's processor time. One test of a first edit and one in the studio keep
# them.
STILL = {"reduced_motion": "reduce"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A longer timeout, because the first test of a file also waits for a site, and tests of lists wait for all edits on it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS_PER_TEST))


@pytest.fixture(scope="session", autouse=True)
def _actions_wait() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch:
        make_actions_wait(patch)
        yield


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.fail("there is no browser; `python -m tests.browser.install` installs one or says how")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=OFFLINE)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def wiro() -> Iterator[SandboxServer]:
    """A fast Wiro in this process, for files that start a site of their own with `settings_for` and request faults."""
    with SandboxServer(api_key="key", api_secret="secret", time_scale=0.02, size_scale=0.4) as server:
        yield server


@pytest.fixture(scope="package")
def browsed_site(site_folder: Callable[[str], Path]) -> Iterator[RunningSite]:
    """A whole site as `make run` starts it, shared by all browser tests and ended after them: it works even when idle."""
    with running_site(site_folder("browsed"), EDITS_PER_DAY="500") as site:
        yield site


@pytest.fixture
def open_page(browser: Browser, browsed_site: RunningSite) -> Iterator[Callable[..., Page]]:
    """A fresh page with the site as its base address and no cookies; any error that the site's scripts throw fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(**options: Any) -> Page:
        context = browser.new_context(base_url=browsed_site.url, locale="en-GB", **STILL | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def open_own(open_page: Callable[..., Page], browsed_site: RunningSite) -> Callable[..., Page]:
    """A page, at `path` if it is given, in a browser in which the demo account is signed in."""

    def open_one(path: str | None = None, **options: Any) -> Page:
        page = open_page(**options)
        cookies = browsed_site.visitor.session.cookies.get_dict()
        page.context.add_cookies([{"name": name, "value": value, "url": browsed_site.url} for name, value in cookies.items()])
        if path is not None:
            page.goto(path)
        return page

    return open_one


@pytest.fixture
def open_form(open_own: Callable[..., Page]) -> Callable[..., Page]:
    """The form, for a person who is signed in."""

    def open_one(path: str = URL, **options: Any) -> Page:
        return open_own(path, **options)

    return open_one


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Path]:
    """A file whose left (or upper) half is red and whose other half is blue."""

    def make(name: str, width: int, height: int, **saving: Any) -> Path:
        image = Image.new("RGB", (width, height), RED)
        box = (width // 2, 0, width, height) if width >= height else (0, height // 2, width, height)
        image.paste(BLUE, box)
        image.save(tmp_path / name, **saving)
        return tmp_path / name

    return make


@pytest.fixture
def look_at(open_own: Callable[..., Page]) -> Callable[..., Page]:
    """The page of an edit as its owner sees it, with everything loaded and at rest."""

    def look(path: str, **options: Any) -> Page:
        page = open_own(path, **options)
        wait_until_loaded(page)
        return page

    return look


@pytest.fixture(scope="package")
def moon(browsed_site: RunningSite) -> str:
    """The page of an edit that changed a part of its photo."""
    return edited(browsed_site, "Put a moon into the sky")
