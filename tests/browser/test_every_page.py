"""What holds on every page: axe is content in either theme, nobody else is asked for anything, no script or style is refused."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.waiting import wait_until_loaded
from tests.run.site import ROOT, RunningSite

pytestmark = pytest.mark.browser

STRANGERS = ("/", "/accounts/login/", "/accounts/signup/", "/about/pictures/", "/nothing/here/", "/s/a-link-that-ended/")
OWNERS = (
    "/",
    "/edits/",
    "/edits/?q=nothing+like+it",
    "/edits/?select=1",
    "/edits/new/",
    "/edits/trash/",
    "/accounts/",
    "/accounts/api/",
    "/accounts/webhooks/",
    "/api/v1/docs",
)
SCRIPTS_AS_SENT = 60_000
FIRST_VIEW = 250_000


@pytest.fixture(scope="module")
def pages_of_an_edit(browsed_site: RunningSite) -> tuple[str, str]:
    """A result's own page, and its private link."""
    visitor = browsed_site.visitor
    # A photo of its own: the page of one that many tests have edited shows all of their versions.
    page = visitor.upload("motorcycle_left.png", "Turn it into a pencil sketch")
    visitor.wait_for(page)
    answer = visitor.post(f"{page}link/", page, {"days": "1"}, headers={"Accept": "application/json"})
    return page, urlsplit(answer.json()["url"]).path


@pytest.fixture
def watched(
    open_page: Callable[..., Page], open_own: Callable[..., Page], browsed_site: RunningSite
) -> Iterator[Callable[..., Page]]:
    """A page whose every request and complaint is noted."""
    asked, complaints = set[str](), list[str]()

    def open_one(*, signed_in: bool, **options: Any) -> Page:
        page = (open_own if signed_in else open_page)(**options)
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
        return page

    yield open_one
    # Pictures in data: and blob: addresses come from the page itself.
    assert asked - {""} == {urlsplit(browsed_site.url).netloc}
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "owner"])
def test_axe_finds_nothing_on_any_page(
    watched: Callable[..., Page], pages_of_an_edit: tuple[str, str], scheme: Literal["light", "dark"], signed_in: bool
) -> None:
    page = watched(signed_in=signed_in, color_scheme=scheme)
    own, link = pages_of_an_edit
    for address in (*OWNERS, own) if signed_in else (*STRANGERS, link):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert found == [], f"{address}: {[(each['id'], [node['html'] for node in each['nodes']]) for each in found]}"


@pytest.mark.parametrize("width", [320, 3840])
def test_nothing_is_wider_than_the_screen(watched: Callable[..., Page], pages_of_an_edit: tuple[str, str], width: int) -> None:
    page = watched(signed_in=True, viewport={"width": width, "height": 900})
    for address in (*OWNERS, *STRANGERS[3:], *pages_of_an_edit):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desktop"])
def test_the_first_view_of_every_page_is_light(
    watched: Callable[..., Page], pages_of_an_edit: tuple[str, str], size: tuple[int, int]
) -> None:
    for address in (*OWNERS, *pages_of_an_edit):
        # A context of its own, in which nothing is cached yet.
        page = watched(signed_in=True, viewport={"width": size[0], "height": size[1]})
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        weights: list[float] = []
        protocol.on("Network.loadingFinished", lambda event, weights=weights: weights.append(event["encodedDataLength"]))
        page.goto(address)
        wait_until_loaded(page)
        assert sum(weights) < FIRST_VIEW, address


def test_all_scripts_together_are_small() -> None:
    scripts = sorted((ROOT / "static" / "js").glob("*.js"))
    assert len(scripts) > 10
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < SCRIPTS_AS_SENT
