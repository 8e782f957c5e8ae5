"""Pages and JSON that people and programs read: states, status, health, errors, headers."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import Edit, Failure, Photo, State
from edits.web.addresses import edit_url, status_url
from tests.fixtures import SignIn
from tests.pages import text_of
from tests.photos import photo_path
from tests.regions import order
from tests.rows import attempt_of, edit_in, present

pytestmark = pytest.mark.django_db

STATUS_KEYS = {
    "model",
    "price_estimate",
    "cost",
    "id",
    "state",
    "wiro_status",
    "progress",
    "eta_seconds",
    "failure",
    "result_url",
    "sent_percent",
    "stage",
    "label",
    "text",
}


@pytest.mark.parametrize("state", State.values)
def test_every_state_has_a_page_and_a_card(browser: Client, alice: User, photo: Photo, state: str) -> None:
    edit = edit_in(state, alice, photo, prompt=f"Snow & <b>ice</b> {state}")
    for path in (edit_url(edit), "/edits/"):
        page = browser.get(path)
        assert page.status_code == 200
        assert f"Snow &amp; &lt;b&gt;ice&lt;/b&gt; {state}" in page.content.decode()


OFFERS = {
    State.QUEUED: {"cancel"},
    State.SUBMITTING: {"cancel"},
    State.UNCONFIRMED: {"cancel", "retry"},
    State.RUNNING: {"cancel"},
    State.FETCHING: {"cancel"},
    State.SUCCEEDED: {"retry", "share", "link"},
    State.FAILED: {"retry"},
    State.CANCELED: {"retry"},
}


@pytest.mark.parametrize("state", State.values)
def test_a_page_offers_what_can_be_done_and_only_to_the_owner(
    browser: Client, signed_in: SignIn, rita: User, alice: User, photo: Photo, state: str
) -> None:
    edit = edit_in(state, alice, photo)
    for client, offered in ((browser, OFFERS[State(state)] | {"delete"}), (signed_in(rita), set())):
        page = client.get(edit_url(edit)).content.decode()
        actions = ("cancel", "retry", "delete", "share", "unshare", "link")
        assert {verb for verb in actions if re.search(rf'(?:action|href)="{edit_url(edit)}{verb}/"', page)} == offered


@pytest.mark.parametrize("code", Failure.values)
def test_every_failure_says_what_to_do_and_what_it_cost(browser: Client, alice: User, photo: Photo, code: str) -> None:
    free = browser.get(edit_url(edit_in(State.FAILED, alice, photo, failure_code=code))).content.decode()
    assert "This cost nothing." in free
    paid = edit_in(State.FAILED, alice, photo, failure_code=code, cost=Decimal("0.030000"))
    assert "This cost $0.03." in browser.get(edit_url(paid)).content.decode()
    failure = browser.get(status_url(paid)).json()["failure"]
    assert failure["code"] == code
    assert len(failure["message"]) > 20


@pytest.mark.parametrize("state", State.values)
def test_the_status_has_exactly_the_promised_keys(browser: Client, alice: User, photo: Photo, state: str) -> None:
    edit = edit_in(state, alice, photo, wiro_status="task_start" if state == State.RUNNING else "")
    answer = browser.get(status_url(edit))
    status = answer.json()
    assert set(status) == STATUS_KEYS
    assert (status["id"], status["state"]) == (str(edit.pk), state)
    assert 0 <= status["progress"] <= 100
    assert (status["progress"] == 100) == edit.is_ended
    assert status["eta_seconds"] is None or status["eta_seconds"] >= 0
    assert (status["failure"] is not None) == (state == State.FAILED)
    assert status["result_url"] == (f"/edits/{edit.pk}/result" if state == State.SUCCEEDED else None)
    assert status["text"]
    assert "no-store" in answer["Cache-Control"]


def test_the_estimate_comes_from_recent_edits(browser: Client, alice: User, photo: Photo) -> None:
    running = edit_in(State.RUNNING, alice, photo)
    assert browser.get(status_url(running)).json()["eta_seconds"] is None
    for _ in range(3):
        edit_in(State.SUCCEEDED, alice, photo)
    cache.clear()
    assert 10 <= browser.get(status_url(running)).json()["eta_seconds"] <= 16


def test_a_program_gets_the_status_back_from_what_it_asks(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    answer = browser.post(f"{edit_url(edit)}cancel/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["state"]) == (200, "canceled")


def test_trying_again_is_an_edit_of_its_own(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.FAILED, alice, photo, seed=7)
    for seed, same in (("same", True), ("new", False)):
        answer = browser.post(f"{edit_url(edit)}retry/", {"seed": seed}, headers={"accept": "application/json"})
        assert answer.status_code == 201
        fresh = Edit.objects.get(pk=answer.json()["id"])
        assert (fresh.photo, fresh.prompt, fresh.state) == (edit.photo, edit.prompt, State.QUEUED)
        assert (fresh.seed == 7) is same
    assert Edit.objects.get(pk=edit.pk).state == State.FAILED


def test_trying_again_twice_with_one_nonce_makes_one_edit_even_if_the_nonce_is_malformed(
    browser: Client, alice: User, photo: Photo
) -> None:
    edit = edit_in(State.FAILED, alice, photo)
    answers = [browser.post(f"{edit_url(edit)}retry/", {"nonce": "a\x00b" + "c" * 100}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert "\x00" not in Edit.objects.exclude(pk=edit.pk).get().nonce


def test_trying_again_over_quota_says_when_it_renews(browser: Client, alice: User, photo: Photo, settings: Settings) -> None:
    settings.EDITS_PER_DAY = 1
    edit_in(State.SUCCEEDED, alice, photo)
    failed = edit_in(State.FAILED, alice, photo)
    page = browser.post(f"{edit_url(failed)}retry/")
    answer = browser.post(f"{edit_url(failed)}retry/", headers={"accept": "application/json"})
    assert (page.status_code, answer.status_code) == (429, 429)
    assert "12:00 AM UTC" in page.content.decode()
    assert answer.json()["errors"]["__all__"][0]["code"] == "edits_per_day"


def test_trying_a_region_again_on_a_full_disk_is_refused_with_words(browser: Client, full_disk: Callable[[], None]) -> None:
    edit = order(browser, photo_path("rocket.jpg").read_bytes())
    Edit.objects.filter(pk=edit.pk).update(state=State.CANCELED, due_at=None, ended_at=timezone.now())
    full_disk()
    answer = browser.post(f"{edit_url(edit)}retry/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["errors"]["__all__"][0]["code"]) == (503, "storage_unavailable")
    assert int(answer["Retry-After"]) > 0
    assert browser.post(f"{edit_url(edit)}retry/").status_code == 503
    assert Edit.objects.count() == 1


def test_an_unfinished_edit_is_not_tried_again(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.RUNNING, alice, photo)
    assert browser.post(f"{edit_url(edit)}retry/").status_code == 302
    assert Edit.objects.count() == 1


ICONS = dict.fromkeys(State.values, "waiting") | {"succeeded": "ready", "failed": "failed", "canceled": "failed"}


@pytest.mark.parametrize("state", State.values)
def test_the_browser_tab_of_your_edit_shows_its_state(
    browser: Client, signed_in: SignIn, rita: User, alice: User, photo: Photo, state: str
) -> None:
    edit = edit_in(state, alice, photo)
    assert f"favicon-{ICONS[state]}" in browser.get(edit_url(edit)).content.decode()
    assert "favicon-" not in signed_in(rita).get(edit_url(edit)).content.decode()


def test_an_edit_can_continue_from_the_result_or_from_the_original(browser: Client, alice: User, photo: Photo) -> None:
    first = edit_in(State.SUCCEEDED, alice, photo)
    second = edit_in(State.SUCCEEDED, alice, present(first.result), parent=first, origin=photo)
    page = browser.get(edit_url(second)).content.decode()
    assert f'name="version" value="{second.pk}"' in page
    assert 'name="side" value="result"' in page
    assert f'href="/edits/new/?version={first.pk}&amp;side=source"' in page


def test_every_picture_of_a_run_tells_whether_its_copies_are_deleted(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, result=photo)
    run, _token = attempt_of(edit)
    pages = [edit_url(each) for each in (edit, edit_in(State.SUCCEEDED, alice, photo, result=photo, output_of=run))]
    assert ["Copies at Wiro not deleted yet" in " ".join(text_of(browser.get(page)).split()) for page in pages] == [True, True]
    run.cleaned_up_at = timezone.now()
    run.save()
    assert ["Copies at Wiro deleted" in " ".join(text_of(browser.get(page)).split()) for page in pages] == [True, True]
