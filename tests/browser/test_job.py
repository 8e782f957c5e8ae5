"""Every button of a job's page, pressed in a real browser by an operator with a reason."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edits.wiro.sandbox import SandboxServer
from tests.browser.held import settings_for
from tests.browser.waiting import becomes
from tests.run.site import RunningSite, running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]

REASON = "Asked for by telephone"


@pytest.fixture(scope="module")
def browsed_site(site_folder: Callable[[str], Path], wiro: SandboxServer) -> Iterator[RunningSite]:
    """A site that leaves unconfirmed edits to a person: otherwise it might resolve one before the test does."""
    with running_site(site_folder("jobs"), **settings_for(wiro), RECONCILE_REQUEUE="off") as site:
        yield site


@pytest.fixture
def job(open_own: Callable[..., Page], browsed_site: RunningSite) -> Callable[[str, str], Page]:
    """The page of a fresh edit's job, once the edit is in that state."""

    def open_job(words: str, state: str) -> Page:
        visitor = browsed_site.visitor
        address = visitor.upload("rocket.jpg", words)
        page = open_own(address.replace("/edits/", "/admin/edits/edit/") + "change/")
        becomes(page, lambda: visitor.status(address)["state"], state)
        page.reload()
        return page

    return open_job


def pressed(page: Page, button: str, said: str) -> None:
    page.get_by_label("Reason (optional").fill(REASON)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".messagelist")).to_contain_text(said)
    expect(page.locator(".job-events")).to_contain_text(REASON)


def test_check_again_now_and_cancel(job: Callable[[str, str], Page], wiro: SandboxServer) -> None:
    wiro.faults.add("model", "stuck", value="task_output", prompt="Stuck")
    page = job("Stuck", "running")
    pressed(page, "Check now", "Checking now.")
    pressed(page, "Cancel this edit", "Canceling.")


def test_an_unconfirmed_edit_is_given_up(job: Callable[[str, str], Page], wiro: SandboxServer) -> None:
    wiro.faults.add("Run", "reset", prompt="Lost for good")
    pressed(job("Lost for good", "unconfirmed"), "Give up", "Gave up on this edit.")


def test_an_unconfirmed_edit_is_sent_once_more_only_by_who_knows_what_it_may_cost(
    job: Callable[[str, str], Page], wiro: SandboxServer
) -> None:
    wiro.faults.add("Run", "reset", prompt="Lost once")
    page = job("Lost once", "unconfirmed")
    page.get_by_role("button", name="Resubmit").click()
    expect(page.locator(".messagelist")).to_contain_text("Nothing was done")
    page.get_by_label("I understand").check()
    pressed(page, "Resubmit", "Resubmitted.")


def test_a_failed_edit_is_tried_again_for_its_owner(job: Callable[[str, str], Page], wiro: SandboxServer) -> None:
    wiro.faults.add("model", "failed", prompt="Fails once")
    page = job("Fails once", "failed")
    failed = page.url
    page.get_by_label("I understand").check()
    pressed(page, "Retry as a new edit for the owner", "This is the new edit.")
    expect(page).not_to_have_url(failed)


def test_wiros_copies_are_erased_now(job: Callable[[str, str], Page], wiro: SandboxServer) -> None:
    wiro.faults.add("Task/InputOutputDelete", "http", status=500, count="always")
    page = job("Erase it", "succeeded")
    button = page.get_by_role("button", name="Delete Wiro’s copies now")

    def answer() -> bool:
        """Whether there was still something to do: the site also tries by itself, often at first and then less and less."""
        page.reload()
        if not button.is_visible():
            return False
        page.get_by_label("Reason (optional").fill(REASON)
        button.click()
        return "will be deleted shortly" in page.locator(".messagelist").inner_text()

    becomes(page, answer, True)
    expect(page.locator(".job-events")).to_contain_text(REASON)
