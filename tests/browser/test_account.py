"""A forgotten password, signing in with a provider, and downloading everything, as people do it: mail server and provider are
real ones on this machine."""

import io
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from editor_site.ports import free_port
from tests.browser.new_edit import send
from tests.browser.people import sign_up
from tests.mail_server import MailServer, listening
from tests.photos import photo_path
from tests.run.site import RunningSite, running_site

pytestmark = pytest.mark.browser

NEW_PASSWORD = "another long one"


@pytest.fixture(scope="module")
def mail() -> Iterator[tuple[MailServer, int]]:
    with listening() as server:
        yield server


@pytest.fixture(scope="module")
def site(mail: tuple[MailServer, int], site_folder: Callable[[str], Path]) -> Iterator[RunningSite]:
    with run_server_in_thread(port=free_port()) as provider:
        provider_address = f"http://localhost:{provider.server_port}"
        oidc = {"OIDC_SERVER_URL": provider_address, "OIDC_CLIENT_ID": "reword", "OIDC_CLIENT_SECRET": "secret"}
        names = {"OIDC_NAME": "Example ID", "OIDC_SIGNUP": "on", "EMAIL_FROM": "reword@example.org"}
        with running_site(site_folder("accounts"), EMAIL_URL=f"smtp://127.0.0.1:{mail[1]}", **oidc, **names) as running:
            yield running


@pytest.fixture
def page(browser: Browser, site: RunningSite) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, locale="en-GB", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def path_of_next_mail(server: MailServer, known: int) -> str:
    ends_at = time.monotonic() + 60
    while len(server.mails) <= known:
        assert time.monotonic() < ends_at, "no mail came"
        time.sleep(0.1)
    return server.path_in()


def test_a_confirmed_address_gets_a_new_password(page: Page, mail: tuple[MailServer, int]) -> None:
    server, name = mail[0], f"dora-{uuid.uuid4().hex[:8]}"
    known = len(server.mails)
    sign_up(page, name, f"{name}@example.org")
    page.goto(path_of_next_mail(server, known))
    page.get_by_role("main").get_by_role("button").click()
    page.goto("/accounts/")
    expect(page.get_by_text("not confirmed yet")).to_have_count(0)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot").click()
    known = len(server.mails)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_role("main").get_by_role("button").click()
    page.goto(path_of_next_mail(server, known))
    page.locator("input[name=password1]").fill(NEW_PASSWORD)
    page.locator("input[name=password2]").fill(NEW_PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/accounts/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).last.click()
    page.wait_for_url("**/edits/")


def test_signing_in_with_a_provider_leads_to_where_one_wanted(page: Page, site: RunningSite) -> None:
    page.goto("/edits/new/")
    page.get_by_role("link", name="Sign in with Example ID").click()
    page.locator("input[name=sub]").fill("emma")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{site.url}/edits/new/")
    page.goto("/accounts/")
    expect(page.get_by_text("Example ID").first).to_be_visible()


def test_everything_one_has_comes_along_as_a_zip(page: Page) -> None:
    sign_up(page, f"dora-{uuid.uuid4().hex[:8]}", "dora@example.org")
    page.goto("/edits/new/")
    page.locator("input[type=file][name=photo]").first.set_input_files(photo_path("rocket.jpg"))
    send(page, "Make it snow")
    expect(page.get_by_role("img", name="After").first).to_be_visible()
    page.goto("/accounts/")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download everything").click()
    with zipfile.ZipFile(io.BytesIO(Path(saving.value.path()).read_bytes())) as archive:
        names = archive.namelist()
        assert any(name.endswith(".json") for name in names)
        assert sum(name.endswith((".jpg", ".png")) for name in names) == 2
        assert "Make it snow" in "".join(archive.read(name).decode() for name in names if name.endswith(".json"))
